"""Pictures: their size, and a small one to show in a thread."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sac.media.child import run

CPU = 10
_DRAW = Path(__file__).with_name("draw.py")


@dataclass(frozen=True, slots=True)
class Picture:
    """What a raster picture is like. `width` and `height` in pixels, as a person sees it."""

    width: int
    height: int
    thumbnail: Path


def draw_small(file: Path, room: Path) -> Picture:
    """Draw a picture small into the folder `room`. Raises ChildFailed for what is not drawn."""
    thumbnail = room / "thumbnail"
    said = run(sys.executable, "-I", str(_DRAW), str(file), str(thumbnail), cpu=CPU, room=room)
    width, height = said.split()[-2:]
    return Picture(int(width), int(height), thumbnail)
