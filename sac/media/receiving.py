"""Takes uploads in: on the disk, never in memory, and never more than may be sent."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    StopUpload,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest

from sac.media.storing import work_folder

# Several files may come at once; together they are bounded by so many of the largest.
AT_ONCE = 3


class BoundedUpload(TemporaryFileUploadHandler):
    """Stops a request whose files are too much together."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = AT_ONCE * max(settings.MEDIA_LIMITS.values())

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        # Not the parent's: it would put the file where FILE_UPLOAD_TEMP_DIR says, into memory.
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = WaitingFile(
            self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.left -= len(raw_data)
        if self.left < 0:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)


class WaitingFile(TemporaryUploadedFile):
    """An upload that lies among the files at work."""

    def __init__(self, *described: Any) -> None:
        file = tempfile.NamedTemporaryFile(dir=work_folder(), suffix=".upload")  # noqa: SIM115
        UploadedFile.__init__(self, file, *described)
