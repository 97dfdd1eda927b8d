"""Takes uploads in: on the disk, never in memory, and never more than may be sent."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from sac.media.storing import work_folder

# Several files may come at once; together they are bounded by so many of the largest.
AT_ONCE = 3


class TooMuchAtOnce(RequestDataTooBig):
    """The files of one request are too much together: nothing of it is done."""


class BoundedUpload(TemporaryFileUploadHandler):
    """Refuses a request whose files are too much together, or not whole, with all it brought."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = most_at_once()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        # Not the parent's: it would put the file where FILE_UPLOAD_TEMP_DIR says, into memory.
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = WaitingFile(
            self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.left -= len(raw_data)
        if self.left < 0:
            # Read on, keeping nothing: a browser hears no answer before it has sent everything.
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)

    def upload_interrupted(self) -> None:
        super().upload_interrupted()
        if self.left >= 0:
            raise MultiPartParserError("the last file is not whole")

    def upload_complete(self) -> None:
        if self.left < 0:
            raise TooMuchAtOnce("the files are too much together")


class WaitingFile(TemporaryUploadedFile):
    """An upload that lies among the files at work."""

    def __init__(self, *described: Any) -> None:
        file = tempfile.NamedTemporaryFile(dir=work_folder(), suffix=".upload")  # noqa: SIM115
        UploadedFile.__init__(self, file, *described)


def most_at_once() -> int:
    """How many bytes the files of one request may have together."""
    return AT_ONCE * max(settings.MEDIA_LIMITS.values())
