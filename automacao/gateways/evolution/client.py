"""The way to Evolution over HTTP. Every failure leaves here as one of the port's errors."""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

import httpx
from django.conf import settings

from automacao.gateways.evolution.failures import answer_of
from automacao.gateways.port import (
    Channel,
    GatewayError,
    GatewayMisconfigured,
    GatewayUnavailable,
)

# Seconds.
READ_TIMEOUT = 20.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)

_clients: dict[str, httpx.Client] = {}
_clients_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Form:
    """A body in parts, for a file that is read while it is sent."""

    fields: dict[str, str]
    files: dict[str, tuple[str, BinaryIO, str]]


def call(  # noqa: PLR0913 (one request has this many parts)
    method: str,
    path: str,
    *,
    key: str,
    json: object = None,
    form: Form | None = None,
    params: dict[str, str] | None = None,
    read: float = READ_TIMEOUT,
    doubt: type[GatewayError] = GatewayUnavailable,
    may_be_null: bool = False,
) -> object:
    """Make one call, never repeated here. `doubt` is raised when the outcome is not known."""
    with _translated(doubt):
        response = _client(_setting("url")).request(
            method,
            path,
            headers={"apikey": key},
            json=json,
            data=form.fields if form else None,
            files=form.files if form else None,
            params=params,
            timeout=_timeout(read),
        )
    if may_be_null and response.is_success and response.content.strip() == b"null":
        return None
    return answer_of(response.status_code, response.content, doubt=doubt)


@contextmanager
def streamed(path: str, *, key: str, json: object, read: float) -> Iterator[httpx.Response]:
    """Ask with POST for an answer too large to hold. It is never compressed."""
    headers = {"apikey": key, "Accept-Encoding": "identity"}
    with (
        _translated(GatewayUnavailable),
        _client(_setting("url")).stream(
            "POST", path, headers=headers, json=json, timeout=_timeout(read)
        ) as response,
    ):
        yield response


def route(action: str, channel: Channel) -> str:
    """Name an action on a channel; its name can become no path and no query."""
    return f"{action}/{quote(channel.name, safe='')}"


def key_of(channel: Channel) -> str:
    """Return the key that opens a channel."""
    return channel.token or global_key()


def global_key() -> str:
    """Return the key that opens every channel, and alone may make one."""
    return _setting("key")


@contextmanager
def _translated(doubt: type[GatewayError]) -> Iterator[None]:
    try:
        yield
    except _NOT_SENT as error:
        raise GatewayUnavailable(repr(error)) from error
    except _NOT_SENDABLE as error:
        # Its text may quote the key.
        raise GatewayMisconfigured(type(error).__name__) from None
    except httpx.RequestError as error:
        raise doubt(repr(error)) from error


def _client(url: str) -> httpx.Client:
    """One client per process and gateway address: its connections are kept and shared."""
    with _clients_lock:
        if url not in _clients:
            # Node closes idle connections after 5 s; one reused at that very moment would turn
            # an ordinary send into one of unknown outcome.
            limits = httpx.Limits(max_connections=100, keepalive_expiry=2)
            _clients[url] = httpx.Client(base_url=url, limits=limits, trust_env=False)
        return _clients[url]


@atexit.register
def _close_clients() -> None:
    for client in _clients.values():
        client.close()


def _timeout(read: float) -> httpx.Timeout:
    return httpx.Timeout(read, connect=3, write=5, pool=3)


def _setting(name: str) -> str:
    return str(settings.GATEWAYS["evolution"][name])
