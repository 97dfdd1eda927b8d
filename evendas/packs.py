"""Few files instead of many for the first load of Atendimento.

What is written stays small modules and sheets. A pack is put together from them whenever static
files are looked for or collected: there is nothing to build by hand, and nothing to forget.
"""

import atexit
import builtins
import shutil
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal, overload

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from evendas.packing import loose, script, sheet

_STATIC = Path(__file__).resolve().parent.parent / "static"

# By the address below /static/, in the order in which the later ones win.
SHEETS = {
    "packs/site.css": ("tokens", "base", "parts", "frame", "screens", "presence"),
    "packs/desk.css": (
        "list",
        "talk",
        "kinds",
        "media",
        "composer",
        "picker",
        "search",
        "undo",
        "purchases",
    ),
    # What opens on demand: asked for once the page stands.
    "packs/dialogs.css": ("fields", "desk", "closing"),
}
# The modules that are run; what they import comes along.
DESK = "packs/desk.js"
ENTRIES = ("desk", "presence", "starting", "availability")
# Loaded when they are first used; they share the memory of what is packed.
LATER = {f"packs/{name}.js": name for name in ("emojis", "orders", "search", "viewer", "voice")}
PACKS = (*SHEETS, DESK, *LATER)


class PackFinder(BaseFinder):
    """Give Django's static files the packs, as if they stood in a folder."""

    @overload
    def find(self, path: str, find_all: Literal[False] = False) -> str | None: ...
    @overload
    def find(self, path: str, find_all: Literal[True]) -> builtins.list[str]: ...
    def find(self, path: str, find_all: bool = False) -> builtins.list[str] | str | None:
        """Return where the pack lies, made of its parts as they are now; nothing for others."""
        if path not in PACKS:
            # As Django's own finders: it takes anything else for a match.
            return []
        place = self._put(path)
        return [place] if find_all else place

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:  # noqa: ARG002
        for path in PACKS:
            self._put(path)
            yield path, self._storage

    @cached_property
    def _storage(self) -> FileSystemStorage:
        folder = tempfile.mkdtemp(prefix="evendas-packs-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return FileSystemStorage(location=folder)

    def _put(self, path: str) -> str:
        place = Path(self._storage.path(path))
        text = packed(path)
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            _write(place, text)
        return str(place)


def packed(path: str) -> str:
    """Return the text of one pack."""
    if path in SHEETS:
        return sheet(_STATIC / "css", SHEETS[path])
    if path in LATER:
        return loose(_STATIC / "js", LATER[path], pack="desk")
    return script(_STATIC / "js", ENTRIES, later=LATER.values())


def _write(place: Path, text: str) -> None:
    """Write beside the place, then move: a reader finds all of the old one or of the new one."""
    place.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=place.parent, delete=False
    ) as fresh:
        fresh.write(text)
    Path(fresh.name).chmod(0o644)
    Path(fresh.name).replace(place)
