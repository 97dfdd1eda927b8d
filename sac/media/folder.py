"""Files in a folder that web processes and workers share."""

from collections.abc import Iterator

from django.core.files.storage import FileSystemStorage

CHUNK = 64 * 1024


class Folder(FileSystemStorage):
    """A private folder: nothing but the product serves it."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Yield `length` bytes from the byte `first` on. Raises FileNotFoundError at the start."""
        with self.open(name) as file:
            file.seek(first)
            while length > 0 and (chunk := file.read(min(CHUNK, length))):
                length -= len(chunk)
                yield chunk
