"""Files in a bucket of S3 or its like. Imported only where one is named: its client is large."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

from storages.backends.s3 import S3Storage

from sac.media.folder import CHUNK


class Bucket(S3Storage):  # type: ignore[misc]  # the library has no types
    """A private bucket. The library's own files would be downloaded whole to read a part."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Yield `length` bytes from the byte `first` on."""
        stored = cast("Any", self.bucket).Object(name)
        found = stored.get(Range=f"bytes={first}-{first + length - 1}")
        with closing(found["Body"]) as body:
            yield from body.iter_chunks(CHUNK)
