"""Files as a message announces them, and what it takes to fetch one later."""

import base64

from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, dig, text, whole
from automacao.gateways.port import File

_MIME_MAX = 255
_NAME_MAX = 255
_VALUE_MAX = 2048
_BYTES_MAX = 64  # keys and hashes have 32; thumbnails and waveforms stay out
_SIZE_MAX = 2**40
_SECONDS_MAX = 24 * 3600
# Of the whole message only what decrypts it: thumbnails would make each row 40 KB.
_NEEDED = (
    "url",
    "directPath",
    "mediaKey",
    "mediaKeyTimestamp",
    "fileSha256",
    "fileEncSha256",
    "fileLength",
    "mimetype",
    "fileName",
    "seconds",
    "ptt",
)
_KEY_TEXTS = ("remoteJid", "remoteJidAlt", "participant")


def file_of(key: object, name: str, media: dict[str, object]) -> File:
    """Read the file of a `name` message, `imageMessage` for one."""
    return File(
        reference=_reference(key, name, media),
        mime=text(media.get("mimetype"), _MIME_MAX),
        name=text(media.get("fileName"), _NAME_MAX) or text(media.get("title"), _NAME_MAX),
        size=_within(whole(media.get("fileLength")), _SIZE_MAX),
        seconds=_within(whole(media.get("seconds")), _SECONDS_MAX),
    )


def _reference(key: object, name: str, media: dict[str, object]) -> dict[str, object]:
    """Name the message, and carry what decrypts its file: the gateway may have stored neither."""
    wanted: dict[str, object] = {"key": _key(key)}
    kept = {field: _kept(media[field]) for field in _NEEDED if field in media}
    if kept.get("mediaKey") and (kept.get("directPath") or kept.get("url")):
        wanted["message"] = {name: {k: v for k, v in kept.items() if v is not None}}
    return wanted


def _key(key: object) -> dict[str, object]:
    named = {name: text(dig(key, name), MESSAGE_ID_MAX) for name in _KEY_TEXTS}
    kept: dict[str, object] = {name: value for name, value in named.items() if value}
    kept["id"] = text(dig(key, "id"), MESSAGE_ID_MAX)
    kept["fromMe"] = dig(key, "fromMe") is True
    return kept


def _kept(value: object) -> object:
    """Keep a plain value. Bytes come as base64, a list or {"0": 26, …}; longs as pairs.

    Versions that send bytes by index cannot read them back so: base64 is what all of them take.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value) if len(value) <= _VALUE_MAX else None
    if isinstance(value, dict) and value.keys() <= {"low", "high", "unsigned"}:
        return dict(value) if all(map(_is_small, value.values())) else None
    if isinstance(value, dict):
        indexes = [str(index) for index in range(min(len(value), _BYTES_MAX + 1))]
        return _base64([value.get(index) for index in indexes])
    if isinstance(value, list):
        return _base64(value)
    return value if _is_small(value) else None


def _base64(values: list[object]) -> str | None:
    if not 0 < len(values) <= _BYTES_MAX:
        return None
    read = [value for value in values if type(value) is int and 0 <= value <= 255]
    return base64.b64encode(bytes(read)).decode() if len(read) == len(values) else None


def _is_small(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 2**63


def _within(value: int | None, limit: int) -> int | None:
    return value if value is not None and 0 <= value <= limit else None
