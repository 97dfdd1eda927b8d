"""The way to a shop's own server: public, encrypted, never redirected, bounded in size and time."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext

import httpx
from django.conf import settings

from pedidos.calls.addresses import Forbidden, place_of

MAX_BYTES = 16 * 1024 * 1024
_CONNECT = 5.0


class CallFailed(Exception):
    """A shop that did not tell what it was asked; the text is for its admin.

    `is_final`: asked again by ourselves it would answer the same.
    """

    def __init__(self, pt: str, *, is_final: bool = False) -> None:
        super().__init__(pt)
        self.pt = pt
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; any status but a redirection."""

    status: int
    body: bytes


def get(
    address: str,
    *,
    headers: Mapping[str, str],
    params: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> Answer:
    """Ask once. Raises CallFailed when nobody answers, or not within SHOP_TIME and MAX_BYTES."""
    until = time.monotonic() + settings.SHOP_TIME
    with _translated():
        place = place_of(address)
        with (
            httpx.Client(
                verify=_trusted(), trust_env=False, timeout=_timeout(), auth=auth
            ) as client,
            client.stream(
                "GET",
                place.url,
                params=params,
                headers={**headers, "Host": place.netloc, "Accept": "application/json"},
                # The certificate is that of the name, whatever number it has.
                extensions={"sni_hostname": place.name},
            ) as response,
        ):
            if response.is_redirect:
                raise CallFailed(
                    "A loja redireciona para outro endereço. Use o endereço final.", is_final=True
                )
            return Answer(response.status_code, _read(response, until))


def _read(response: httpx.Response, until: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            raise CallFailed("A resposta da loja é grande demais.")
        if time.monotonic() > until:
            raise CallFailed("A loja demorou demais para responder.")
    return b"".join(parts)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Forbidden as error:
        raise CallFailed(str(error), is_final=True) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise CallFailed("A loja demorou demais para responder.") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise CallFailed("Não foi possível falar com a loja.") from error


@cache
def _trusted() -> SSLContext:
    return httpx.create_ssl_context()


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(settings.SHOP_TIME, connect=min(_CONNECT, settings.SHOP_TIME))
