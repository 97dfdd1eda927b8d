"""Where a shop's own server may stand: its address was typed by a person, and is not trusted."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
from django.conf import settings

_GLOBAL_UNICAST = ip_network("2000::/3")
_PORTS = {"http": 80, "https": 443}


class Forbidden(Exception):
    """Nobody asks there. The text is for the admin."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server by its number, looked up once: what a name means next is another's to decide."""

    url: httpx.URL
    # As the server is called: for the Host header, and for its certificate.
    netloc: str
    name: str


def shape_of(address: str) -> httpx.URL:
    """Return an address as it was typed, if it is one of the web. Raises Forbidden."""
    try:
        url = httpx.URL(address)
        # A name that was written in its coded form may be none.
        is_named = bool(url.host)
    except (httpx.InvalidURL, UnicodeError):
        raise Forbidden("O endereço da loja não é válido.") from None
    if url.scheme != "https" and not (settings.DEMO and url.scheme == "http"):
        raise Forbidden("O endereço da loja precisa começar com https://.")
    if not is_named or url.userinfo:
        raise Forbidden("O endereço da loja não é válido.")
    return url


def place_of(address: str) -> Place:
    """Look a server up. Raises Forbidden for what is no public one, and OSError for none."""
    url = shape_of(address)
    port = url.port or _PORTS[url.scheme]
    found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    numbers = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    # One that is not public among those that are is an attempt to be let in by chance.
    if not settings.DEMO and not all(is_public(number) for number in numbers):
        raise Forbidden("O endereço da loja não é um endereço público da internet.")
    number = min(numbers, key=lambda one: one.version)
    netloc = url.netloc.decode("ascii")
    host = f"[{number}]" if number.version == 6 else str(number)
    return Place(url.copy_with(host=host), netloc, url.host)


def is_public(number: IPv4Address | IPv6Address) -> bool:
    """Tell whether a number leads to the open internet, and not into our own house."""
    if isinstance(number, IPv4Address):
        return number.is_global and not number.is_multicast
    # Tunnels and translations carry an inner number that may be a private one.
    is_plain = number in _GLOBAL_UNICAST and not (number.sixtofour or number.teredo)
    return is_plain and number.is_global
