"""Where bytes lie: in a private storage, under names nobody can guess or choose."""

import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from evendas import clock
from evendas.leaving import is_leaving
from sac.actions.loose_files import claim_name, forget_names, nobodys_names

LOOSE_AT_ONCE = 100
# Seconds after which nobody is at a file any more.
UNFINISHED = 24 * 3600


@contextmanager
def workroom() -> Iterator[Path]:
    """A folder for a file at hand, gone afterwards. On the disk: /tmp may be memory."""
    parent = work_folder()
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def work_folder() -> Path:
    """Return the folder where unfinished files lie, made at first use."""
    folder: Path = settings.MEDIA_WORK_DIR
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tidy_work_folder() -> None:
    """Remove what processes that were killed left unfinished."""
    old = time.time() - UNFINISHED
    for left in work_folder().iterdir():
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < old:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def keep(file: Path, store_id: int) -> str:
    """Store a file and return its name in the storage, for a row to hold (`hold_names`)."""
    name = f"{store_id}/{clock.now():%Y/%m}/{secrets.token_urlsafe(24)}"
    claim_name(store_id, name)
    with file.open("rb") as opened:
        return default_storage.save(name, File(opened))


def drop(*names: str) -> None:
    """Forget stored files that no row holds."""
    for name in filter(None, names):
        default_storage.delete(name)
        forget_names(name)


def clear_loose_files() -> int:
    """Delete what was stored and is no message's file, and return how many there were."""
    cleared = 0
    while not is_leaving() and (names := nobodys_names(LOOSE_AT_ONCE)):
        drop(*names)
        cleared += len(names)
    return cleared


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
