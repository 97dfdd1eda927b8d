"""Names of files, as people are shown them: never a path of ours."""

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME = 200
_MAX_ENDING = 12
# Endings a double click runs, on whichever computer the customer or the attendant has.
RUNNABLE = re.compile(
    r"\.(apk|appx|bat|cmd|com|cpl|desktop|dmg|exe|gadget|hta|inf|ins|iso|jar|js|jse|lnk|msc|msi|msp"
    r"|pif|ps1|psm1|reg|scr|sh|svg|url|vb|vbe|vbs|ws|wsf|wsh)",
)
_ENDINGS = {"audio/ogg": ".ogg", "audio/mp4": ".m4a", "image/webp": ".webp", "image/jpeg": ".jpg"}


def clean_name(announced: str) -> str:
    """Return the last part of a name without what cannot be seen; at most 200 characters.

    Turning letters around is how `gpj.exe` is shown as `exe.jpg`.
    """
    # Format characters (the turners among them), controls, surrogates.
    seen = "".join(c for c in announced if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    last = re.split(r"[/\\]", seen)[-1]
    name = " ".join(last.split()).strip(". ")
    suffix = PurePosixPath(name).suffix if ending_of(name) else ""
    return name.removesuffix(suffix)[: MAX_NAME - len(suffix)] + suffix


def ending_of(name: str) -> str:
    """Return the ending with its dot, in small letters, or nothing."""
    ending = PurePosixPath(name).suffix
    return ending.lower() if len(ending) <= _MAX_ENDING else ""


def with_ending(name: str, mime: str) -> str:
    """Return the name with an ending: gateways guess the type by it."""
    if ending_of(name):
        return name
    ending = _ENDINGS.get(mime) or mimetypes.guess_extension(mime) or ".bin"
    return (name or "arquivo")[: MAX_NAME - len(ending)] + ending
