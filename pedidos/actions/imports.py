"""A spreadsheet of orders, from the upload to its removal, as an admin does it."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from evendas.bell import ring
from evendas.leaving import is_leaving
from evendas.unique import unique
from pedidos.models import OrderImport, RefusedLine
from pedidos.platforms.reading.texts import plain
from pedidos.spreadsheet.columns import guess
from pedidos.spreadsheet.layout import BYTES_MAX, Refused, count_lines, layout_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_ONE_RUNNING = "pedidos_orderimport_one_running"
_AT_ONCE = 100


class AnotherRuns(Exception):
    """One file of a store is read at a time."""

    sentence = "Outra planilha está sendo importada. Espere ela terminar."


def take_file(
    store: Store, upload: "UploadedFile[bytes]", *, by: User, ip: str | None
) -> OrderImport:
    """Look a file over and keep it, for its preview. Raises Refused with what the person reads."""
    if (upload.size or 0) > BYTES_MAX:
        raise Refused(f"O arquivo pode ter no máximo {BYTES_MAX // 2**20} MB.")
    file = cast("IO[bytes]", upload.file)
    layout = layout_of(file)
    lines = count_lines(file, layout)
    row = OrderImport.objects.create(
        store=store,
        name=plain(PurePath(upload.name or "").name, 120) or "planilha.csv",
        file=f"{store.pk}/{clock.now():%Y/%m}/{secrets.token_urlsafe(24)}",
        size=upload.size or 0,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        headings=layout.headings,
        heading_at=layout.heading_at,
        fields=guess(layout.headings),
        lines=lines,
    )
    default_storage.save(row.file, upload)
    with transaction.atomic():
        OrderImport.objects.filter(pk=row.pk).update(state=OrderImport.State.PREVIEW)
        record("import.uploaded", by=by, target=row, ip=ip, lines=lines, size=row.size)
    return row


def map_columns(row: OrderImport, fields: Sequence[str]) -> None:
    """Keep which field each column is, while nothing is imported yet."""
    waiting = OrderImport.objects.filter(pk=row.pk, state=OrderImport.State.PREVIEW)
    waiting.update(fields=list(fields))


def start_import(row: OrderImport, *, by: User, ip: str | None) -> None:
    """Let the workers read it. Once it is under way this does nothing. Raises AnotherRuns."""
    with unique(_ONE_RUNNING, taken=AnotherRuns()):
        locked = OrderImport.objects.select_for_update(no_key=True).get(pk=row.pk)
        if not locked.is_preview:
            return
        locked.state, locked.due_at = OrderImport.State.RUNNING, clock.now()
        locked.save(update_fields=["state", "due_at"])
        record("import.started", by=by, target=locked, ip=ip, lines=locked.lines)
        transaction.on_commit(lambda: ring("pedidos.import", row.pk), robust=True)


def discard_import(row: OrderImport, *, by: User, ip: str | None) -> bool:
    """Forget a file that nothing was imported of. Return False where that is over."""
    with transaction.atomic():
        waiting = OrderImport.objects.filter(pk=row.pk, state=OrderImport.State.PREVIEW)
        locked = waiting.select_for_update(no_key=True).first()
        if locked is None:
            return False
        # As good as gone: what fails from here on is removed by the hourly round.
        locked.state = OrderImport.State.ARRIVING
        locked.created_at -= timedelta(days=settings.IMPORT_KEEP_DAYS)
        locked.save(update_fields=["state", "created_at"])
        record("import.discarded", by=by, target=locked, ip=ip)
        transaction.on_commit(lambda: _remove(locked), robust=True)
    return True


def forget_old_files() -> int:
    """Remove the files that were kept for IMPORT_KEEP_DAYS; return how many.

    What was imported leaves its numbers; what never was leaves nothing.
    """
    before = clock.now() - timedelta(days=settings.IMPORT_KEEP_DAYS)
    forgotten = 0
    for row in OrderImport.objects.outlived(before).order_by("created_at")[:_AT_ONCE]:
        if is_leaving():
            break
        _remove(row)
        forgotten += 1
    return forgotten


def _remove(row: OrderImport) -> None:
    """The bytes first: while they are there, the row says so."""
    default_storage.delete(row.file)
    if row.finished_at is None:
        RefusedLine.objects.filter(store=row.store_id, order_import=row.pk).delete()
        OrderImport.objects.filter(pk=row.pk).delete()
    else:
        OrderImport.objects.filter(pk=row.pk).update(file="")
