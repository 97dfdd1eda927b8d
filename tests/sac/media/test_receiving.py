"""Uploads wait on the disk, never in memory, and a request with too many is refused whole."""

import io
import resource
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from sac.media.receiving import AT_ONCE, TooMuchAtOnce
from tests.sac.media.hands import MEGABYTE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

EDGE = "-----corte"
PIECE = bytes(64 * 1024)


class Body(io.RawIOBase):
    """A form with one file of this many bytes, made while it is read."""

    def __init__(self, size: int) -> None:
        disposition = 'Content-Disposition: form-data; name="files"; filename="a.bin"'
        head, tail = f"--{EDGE}\r\n{disposition}\r\n\r\n".encode(), f"\r\n--{EDGE}--\r\n".encode()
        self.length = len(head) + size + len(tail)
        whole, rest = divmod(size, len(PIECE))
        self._pieces = chain([head], repeat(PIECE, whole), [PIECE[:rest], tail])
        self._kept = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while len(self._kept) < len(view) and (piece := next(self._pieces, None)) is not None:
            self._kept += piece
        given, self._kept = self._kept[: len(view)], self._kept[len(view) :]
        view[: len(given)] = given
        return len(given)


def posted(size: int) -> WSGIRequest:
    """A request that carries it."""
    body = Body(size)
    told: dict[str, Any] = {
        "CONTENT_TYPE": f"multipart/form-data; boundary={EDGE}",
        "CONTENT_LENGTH": str(body.length),
        "wsgi.input": io.BufferedReader(body),
    }
    return RequestFactory().generic("POST", "/", **told)


def test_a_file_waits_on_the_disk_and_is_gone_with_the_request(work_folder: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    request = posted(90 * MEGABYTE)

    file = request.FILES["files"]
    assert isinstance(file, TemporaryUploadedFile)
    assert Path(file.temporary_file_path()).parent == work_folder
    assert file.size == 90 * MEGABYTE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
    request.close()
    assert list(work_folder.iterdir()) == []


def test_a_small_one_waits_there_too(work_folder: Path) -> None:
    request = posted(3)

    assert isinstance(request.FILES["files"], UploadedFile)
    assert len(list(work_folder.iterdir())) == 1
    request.close()


def test_what_is_too_much_together_is_refused_with_all_it_brought(
    work_folder: Path, settings: Settings
) -> None:
    settings.MEDIA_LIMITS = {"document": MEGABYTE}
    allowed = posted(AT_ONCE * MEGABYTE)
    assert list(allowed.FILES) == ["files"]
    allowed.close()

    request = posted(AT_ONCE * MEGABYTE + 1)

    with pytest.raises(TooMuchAtOnce):
        len(request.FILES)
    # Whoever sends hears an answer only once everything is read.
    assert request.environ["wsgi.input"].read(1) == b""
    assert list(work_folder.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1])
def test_an_edge_case_is_a_file_all_the_same(work_folder: Path, size: int) -> None:
    request = posted(size)

    file = request.FILES["files"]
    assert isinstance(file, UploadedFile)
    assert file.size == size
    request.close()
