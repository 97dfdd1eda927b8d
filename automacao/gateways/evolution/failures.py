"""What an answer of the gateway proves about the call that asked.

Only a recognised refusal is a refusal: the gateway answers 400 as well when storing failed after
the message left. Whatever is not recognised here is for the caller to doubt.
"""

import re
from collections.abc import Iterator

from automacao.gateways.evolution.wire import dig, load, text
from automacao.gateways.port import (
    AuthFailed,
    ChannelMissing,
    ChannelNotConnected,
    Conflict,
    FileTooLarge,
    GatewayError,
    GatewayMisconfigured,
    GatewayUnavailable,
    InvalidRequest,
    RateLimited,
    RecipientNotOnWhatsApp,
)

_LOG_MAX = 300
_BY_STATUS: dict[int, type[GatewayError]] = {
    401: AuthFailed,
    404: GatewayMisconfigured,  # no such route; a missing instance is told by its text
    413: FileTooLarge,
    429: RateLimited,
}
# The whole text must match: a longer one that merely contains it may come from after the send.
_BY_TEXT: list[tuple[re.Pattern[str], type[GatewayError]]] = [
    (re.compile(r"Connection Closed"), ChannelNotConnected),
    (re.compile(r'The ".*" instance is not connected', re.DOTALL), ChannelNotConnected),
    (re.compile(r'The ".*" instance does not exist', re.DOTALL), ChannelMissing),
    (re.compile(r'This name ".*" is already in use\.', re.DOTALL), Conflict),
    (re.compile(r"rate-overlimit"), RateLimited),
    (re.compile(r"Owned media must be a url.*"), InvalidRequest),
    (re.compile(r"For base64 the file name must be informed\."), InvalidRequest),
    (re.compile(r"Text is required"), InvalidRequest),
    (re.compile(r'"reaction" must be an emoji'), InvalidRequest),
    # Of editing: too late, another's, or forgotten by the gateway.
    (re.compile(r"Message is older than 15 minutes"), InvalidRequest),
    (re.compile(r"RemoteJid does not match"), InvalidRequest),
    (re.compile(r"Message not found"), InvalidRequest),
    (re.compile(r"\[object Object\]"), InvalidRequest),
    # The line has no user yet: read before anything is written to the network.
    (re.compile(r"Cannot read properties of undefined \(reading 'id'\)"), ChannelNotConnected),
]
_NEVER_CONNECTED = re.compile(r"Cannot read properties of undefined \(reading 'onWhatsApp'\)")
_NOT_LOADED = re.compile(r"Cannot read properties of (?:undefined|null) \(reading '\w+'\)")


def answer_of(status: int, raw: bytes, *, doubt: type[GatewayError]) -> object:
    """Return the JSON of a success; raise what a failure proves, or `doubt` when nothing."""
    body = _json(raw)
    failure = classify(status, body)
    if failure is None and (body is None or not 200 <= status < 300):
        failure = doubt
    if failure:
        raise failure(f"HTTP {status}: {_told(body)}")
    return body


def told_by(raw: bytes) -> str:
    """Return the first text of an error's body, cut for the log."""
    return _told(_json(raw))


def classify(status: int, body: object) -> type[GatewayError] | None:
    """Recognise a failed answer; None is a success, or an answer that proves nothing.

    `body` is the JSON of the answer, or None when it has none.
    """
    if 200 <= status < 300:
        # `connect` and `restart` fail with 200.
        return GatewayUnavailable if dig(body, "error") is True else None
    if 300 <= status < 400:
        return GatewayMisconfigured
    if status == 503 and body is None:  # a proxy, with no gateway behind it
        return GatewayUnavailable
    if dig(body, "code") == "LICENSE_REQUIRED":
        return GatewayMisconfigured
    return _by_message(status, body) or _BY_STATUS.get(status)


def _by_message(status: int, body: object) -> type[GatewayError] | None:
    message = dig(body, "response", "message")
    first = message[0] if isinstance(message, list) and message else None
    if status == 400 and dig(first, "exists") is False:
        return RecipientNotOnWhatsApp
    if status == 400 and isinstance(first, list):  # the schema's own complaints
        return InvalidRequest
    told = _told(body).removeprefix("Error: ").removeprefix("TypeError: ")
    if status == 500 and (failure := _by_crash(told)):
        return failure
    return next((failure for known, failure in _BY_TEXT if known.fullmatch(told)), None)


def _by_crash(told: str) -> type[GatewayError] | None:
    """Tell the crashes apart that a 500 reports: all of them before the send."""
    if _NEVER_CONNECTED.fullmatch(told):
        return ChannelNotConnected
    return GatewayUnavailable if _NOT_LOADED.fullmatch(told) else None


def _told(body: object) -> str:
    """Return the first text of an error body, cut for the log."""
    return next(_texts(body), "")[:_LOG_MAX]


def _texts(body: object) -> Iterator[str]:
    for place in (
        dig(body, "response", "message"),
        dig(body, "message"),
        dig(body, "output", "payload", "message"),
    ):
        found = place[0] if isinstance(place, list) and place else place
        if isinstance(found, str):
            yield text(found)


def _json(raw: bytes) -> object:
    try:
        return load(raw)
    except (ValueError, RecursionError):
        return None
