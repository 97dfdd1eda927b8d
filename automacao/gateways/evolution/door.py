"""The first look at a body, before anything of it is stored."""

import hmac
import re

from automacao.gateways.evolution.wire import open_envelope
from automacao.gateways.port import Headers, Lane, Triage

SECRET_HEADER = "X-Evendas-Secret"  # noqa: S105 (a header's name, not a secret)

# In the text of a message the quotes around the key would be escaped: it never matches there.
_API_KEY = re.compile(
    rb'("apikey"\s*+:\s*+)"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.IGNORECASE | re.DOTALL
)
_FRESH = frozenset(
    {
        "messages.upsert",
        "messages.update",
        "messages.edited",
        "messages.delete",
        "send.message",
        "send.message.update",
        "connection.update",
        "qrcode.updated",
        "status.instance",
        "logout.instance",
        "remove.instance",
        "call",
    }
)


def authenticate(headers: Headers, raw: bytes, secret: str) -> bool:  # noqa: ARG001 (no signature)
    """Compare the secret header. Evolution signs nothing; without a secret the door is shut."""
    given = [value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()]
    if not secret or len(given) != 1:
        return False
    return hmac.compare_digest(_bytes(given[0]), _bytes(secret))


def redact(raw: bytes) -> bytes:
    """Mask the instance's token, which may stand in every body, broken ones included."""
    return _API_KEY.sub(rb'\1"***"', raw)


def triage(headers: Headers, raw: bytes, *channel_names: str) -> Triage:  # noqa: ARG001 (body only)
    """Say how to answer and which queue the body waits in. A channel may have had several names.

    JSON too deep to read is kept like any event not understood: a retry would bring it again.
    """
    try:
        envelope = open_envelope(raw)
    except RecursionError:
        return Triage(200, Lane.BULK, "too deep")
    except ValueError:
        return Triage(400, Lane.BULK, "not JSON")
    if envelope is None:
        return Triage(200, Lane.BULK, "envelope")
    if envelope.instance is not None and envelope.instance not in channel_names:
        return Triage(403, reason="instance")
    return Triage(200, Lane.FRESH if envelope.event in _FRESH else Lane.BULK)


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
