"""The two private storages, each able to hand out a part of a file."""

from collections.abc import Iterator
from typing import Any, Protocol, cast

from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

CHUNK = 64 * 1024


class Parts(Protocol):
    """A storage whose files are read in parts."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]: ...


class Folder(FileSystemStorage):
    """A folder that web processes and workers share."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Yield `length` bytes from the byte `first` on. Raises FileNotFoundError at the start."""
        with self.open(name) as file:
            file.seek(first)
            while length > 0 and (chunk := file.read(min(CHUNK, length))):
                length -= len(chunk)
                yield chunk


class Bucket(S3Storage):  # type: ignore[misc]  # the library has no types
    """A bucket of S3 or its like. Its own files would be downloaded whole to read a part."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Yield `length` bytes from the byte `first` on."""
        found = (
            cast("Any", self.bucket).Object(name).get(Range=f"bytes={first}-{first + length - 1}")
        )
        with found["Body"] as body:
            yield from body.iter_chunks(CHUNK)
