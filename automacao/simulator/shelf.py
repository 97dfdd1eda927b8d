"""The bytes of the media, on disk beside the state: one file for each content."""

import hashlib
import shutil
from pathlib import Path


class Shelf:
    """Keeps media under the hash of their bytes."""

    def __init__(self, state_file: Path) -> None:
        self._folder = state_file.with_name(f"{state_file.stem}-media")

    def put(self, data: bytes) -> str:
        """Store bytes, once however often they come. Return their sha256."""
        name = hashlib.sha256(data).hexdigest()
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return name

    def read(self, sha256: str) -> bytes | None:
        """Return the bytes, or None when they are gone, as old media are at WhatsApp."""
        path = self._folder / sha256
        return path.read_bytes() if path.exists() else None

    def clear(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self._folder, ignore_errors=True)
