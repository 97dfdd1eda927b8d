"""HMAC-SHA256 over a body's bytes, and headers by any case of their names."""

import base64
import hmac
from collections.abc import Callable
from hashlib import sha256

from pedidos.platforms.port import Headers


def header(headers: Headers, *names: str) -> str:
    """The first of these headers that is there and not empty, trimmed."""
    folded = {key.lower(): value for key, value in headers.items()}
    return next((folded[name].strip() for name in names if folded.get(name, "").strip()), "")


def is_signed_base64(signature: str, raw: bytes, secrets: list[str]) -> bool:
    return _is_signed(signature, raw, secrets, base64.b64encode)


def is_signed_hex(signature: str, raw: bytes, secrets: list[str]) -> bool:
    return _is_signed(signature.lower(), raw, secrets, lambda digest: digest.hex().encode())


def is_one_of(told: str, known: list[str]) -> bool:
    """Whether a text is one of those known, in constant time; an empty one never is."""
    shown = told.encode(errors="surrogatepass")
    matches = [hmac.compare_digest(shown, one.encode()) for one in known]
    return bool(shown) and any(matches)


def _is_signed(
    signature: str, raw: bytes, secrets: list[str], write: Callable[[bytes], bytes]
) -> bool:
    # With an empty key anybody could sign.
    digests = [hmac.digest(secret.encode(), raw, sha256) for secret in secrets if secret]
    return is_one_of(signature, [write(digest).decode() for digest in digests])
