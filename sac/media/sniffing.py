"""What bytes are, whatever anybody says of them.

Only types named here are ever told to a browser. Everything else, SVG and HTML among it, is
`application/octet-stream`: a thing to download.
"""

from pathlib import Path

import puremagic

UNKNOWN = "application/octet-stream"
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PDF, ZIP, TEXT = "application/pdf", "application/zip", "text/plain"
# By what puremagic calls it (a mime, or an ending where it has none): how ffmpeg must read it.
DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "audio/mp4": "mov",
    "video/webm": "matroska",
    "application/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wave": "wav",
    "audio/aac": "aac",
    ".amr": "amr",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_INSIDE_ZIP = {
    b"word/": _OFFICE + "wordprocessingml.document",
    b"xl/": _OFFICE + "spreadsheetml.sheet",
    b"ppt/": _OFFICE + "presentationml.presentation",
}
# Windows, Linux and macOS programs, Java classes, scripts, and shortcuts.
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!/",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_HEAD = 64 * 1024


def sniff(file: Path) -> str:
    """Return a raster picture's mime, a key of DEMUXERS, a document's mime, or UNKNOWN."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head[:4] == b"PK\x03\x04":
        return next((mime for name, mime in _INSIDE_ZIP.items() if name in head), ZIP)
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    return _of_magic(head) or (TEXT if _is_text(head) else UNKNOWN)


def is_program(file: Path) -> bool:
    """Tell whether a computer would run it."""
    with file.open("rb") as opened:
        return opened.read(16).startswith(_PROGRAMS)


def _of_brand(brand: bytes) -> str:
    """MP4 and its kin, by the name that follows. HEIC and AVIF are pictures nobody draws here."""
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    if brand[:3] in {b"hei", b"hev", b"mif", b"msf", b"avi"}:
        return UNKNOWN
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _of_magic(head: bytes) -> str:
    """The surest match that is a type of ours, and stands at the head: a tail may say anything."""
    known = PICTURES | DEMUXERS.keys() | {PDF}
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    named = ((match.mime_type or match.extension) for match in matches if match.offset >= 0)
    return next((name for name in named if name in known), "")


def _is_text(head: bytes) -> bool:
    """Plain words: nothing that a browser, however led astray, would take for a page."""
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    # The head may end inside a letter.
    is_readable = "\ufffd" not in text[:-1] and all(c.isprintable() or c in "\t\r\n" for c in text)
    return bool(text) and is_readable and not text.startswith(("<", "#EXTM3U", "%!"))
