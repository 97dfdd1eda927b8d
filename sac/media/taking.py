"""Takes what was uploaded with a message, and forgets it again when the message is refused."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from automacao.gateways.port import Kind
from sac.media.names import clean_name
from sac.media.uploads import Prepared, discard, take_upload
from sac.refusals import Invalid

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@contextmanager
def taken(
    uploads: "Iterable[UploadedFile[bytes]]", *, store_id: int, as_kind: Kind | None
) -> Iterator[list[Prepared]]:
    """Store uploads for the block that sends them; whatever it raises, nothing stays behind.

    Raises Invalid for the first file that is not taken; of several it says which.
    """
    files = list(uploads)
    with ExitStack() as undo:
        prepared = []
        for upload in files:
            with _named(upload, among=len(files)):
                one = take_upload(upload, store_id=store_id, as_kind=as_kind)
            undo.callback(discard, one)
            prepared.append(one)
        yield prepared
        undo.pop_all()


@contextmanager
def _named(upload: "UploadedFile[bytes]", *, among: int) -> Iterator[None]:
    try:
        yield
    except Invalid as refusal:
        name = clean_name(upload.name or "")
        if among == 1 or not name:
            raise
        raise Invalid(f"“{name}”: {refusal}") from refusal
