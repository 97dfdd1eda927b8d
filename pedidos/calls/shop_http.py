"""The way to a shop's own server: public, encrypted, never redirected, bounded in size and time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext

import httpx
from django.conf import settings

from pedidos.calls.addresses import Forbidden, place_of
from pedidos.calls.deadline import Deadline

MAX_BYTES = 16 * 1024 * 1024
_CONNECT = 5.0
# Compressed, a few bytes may become more than there is room for.
_PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity"}
_TOO_LATE = "A loja demorou demais para responder."
_SILENT = "Não foi possível falar com a loja."


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
    with Deadline(settings.SHOP_TIME) as deadline, _translated(deadline):
        place = place_of(address)
        with (
            httpx.Client(
                verify=_trusted(), trust_env=False, timeout=_timeout(), auth=auth
            ) as client,
            client.stream(
                "GET",
                place.url,
                params=params,
                headers={**headers, "Host": place.netloc, **_PLAIN},
                # The certificate is that of the name, whatever number it has.
                extensions={"sni_hostname": place.name, "trace": deadline.trace},
            ) as response,
        ):
            if response.is_redirect:
                raise CallFailed(
                    "A loja redireciona para outro endereço. Use o endereço final.", is_final=True
                )
            return Answer(response.status_code, _read(response, deadline))


def _read(response: httpx.Response, deadline: Deadline) -> bytes:
    parts, size = [], 0
    for part in response.iter_raw():
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            raise CallFailed("A resposta da loja é grande demais.")
    # A line that was cut may look like the end of an answer.
    if deadline.is_over:
        raise CallFailed(_TOO_LATE)
    return b"".join(parts)


@contextmanager
def _translated(deadline: Deadline) -> Iterator[None]:
    try:
        yield
    except Forbidden as error:
        raise CallFailed(str(error), is_final=True) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        is_late = deadline.is_over or isinstance(error, httpx.TimeoutException | TimeoutError)
        raise CallFailed(_TOO_LATE if is_late else _SILENT) from error


@cache
def _trusted() -> SSLContext:
    return httpx.create_ssl_context()


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(settings.SHOP_TIME, connect=min(_CONNECT, settings.SHOP_TIME))
