"""Takes what was uploaded with a message, and forgets it again when the message is refused."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from automacao.gateways.port import Kind
from sac.media.uploads import Prepared, discard, take_upload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@contextmanager
def taken(
    uploads: "Iterable[UploadedFile[bytes]]", *, store_id: int, as_kind: Kind | None
) -> Iterator[list[Prepared]]:
    """Store uploads for the block that sends them; whatever it raises, nothing stays behind.

    Raises Invalid for the first file that is not taken.
    """
    with ExitStack() as undo:
        prepared = []
        for upload in uploads:
            one = take_upload(upload, store_id=store_id, as_kind=as_kind)
            undo.callback(discard, one)
            prepared.append(one)
        yield prepared
        undo.pop_all()
