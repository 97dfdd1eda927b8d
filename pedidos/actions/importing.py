"""Reads a spreadsheet into orders: in batches, each of which is whole or not at all.

A batch, and how far the file is read by it, are one transaction. A worker may be killed anywhere:
its lease ends, and the next one goes on after the last line that counts.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile, islice
from time import monotonic
from typing import IO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, transaction

from evendas import clock
from evendas.bell import ring
from evendas.leaving import is_leaving
from pedidos.actions.recording import record_order
from pedidos.models import OrderImport, RefusedLine
from pedidos.models.order_import import SPREADSHEET
from pedidos.spreadsheet.layout import Layout, data_lines
from pedidos.spreadsheet.orders import Shape, Sheaf, sheaves
from pedidos.spreadsheet.reading import Broken, Told, read_order
from pedidos.status_words import reading_in

logger = logging.getLogger(__name__)

# Orders in a transaction.
BATCH = 50
# Seconds, after which others have their turn at the workers.
TURN = 30.0
_GONE = "O arquivo não está mais guardado. Envie-o de novo."
_DEADLY = "A importação parou várias vezes no mesmo ponto. Fale com o suporte."
_FIELDS = ["read_until", "lines_read", "created", "changed", "same", "refused", "attempts"]


@dataclass(frozen=True, slots=True)
class _Read:
    """One order of the file, and what was understood of it."""

    sheaf: Sheaf
    found: Told | Broken


@dataclass(slots=True)
class _Sum:
    """What became of a batch."""

    created: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


def import_orders(import_id: int) -> int:
    """Read on in a file until its end, or until a turn is over. Return how many orders were read.

    Returns at once where another worker has it, or nothing is due.
    """
    if not OrderImport.objects.lease(import_id):
        return 0
    row = OrderImport.objects.select_related("store").get(pk=import_id)
    if row.attempts > OrderImport.MAX_ATTEMPTS:
        _end(row, OrderImport.State.FAILED, _DEADLY)
        return 0
    try:
        with default_storage.open(row.file) as stored:
            return _read_on(row, cast("IO[bytes]", stored.file))
    except FileNotFoundError:
        _end(row, OrderImport.State.FAILED, _GONE)
        return 0


def _read_on(row: OrderImport, file: IO[bytes]) -> int:
    shape = Shape(headings=tuple(row.headings), fields=tuple(row.fields))
    reading = reading_in(row.store)
    taken, ends = 0, monotonic() + TURN
    for batch in _batches(_rest(row, shape, file)):
        if is_leaving() or monotonic() > ends:
            _give_way(row)
            return taken
        read = [
            _Read(sheaf, read_order(sheaf, shape, reading, now=row.created_at)) for sheaf in batch
        ]
        if not _record_batch(row, read):
            return taken
        taken += len(batch)
    _end(row, OrderImport.State.DONE)
    return taken


def _rest(row: OrderImport, shape: Shape, file: IO[bytes]) -> Iterator[Sheaf]:
    """The orders that are not read yet. The others are passed by, for their numbers."""
    layout = Layout(
        encoding=row.encoding,
        delimiter=row.delimiter,
        headings=shape.headings,
        heading_at=row.heading_at,
    )
    found = sheaves(data_lines(file, layout), shape)
    return dropwhile(lambda sheaf: sheaf.last <= row.read_until, found)


def _batches(orders: Iterator[Sheaf]) -> Iterator[list[Sheaf]]:
    while batch := list(islice(orders, BATCH)):
        yield batch


def _record_batch(row: OrderImport, batch: list[_Read]) -> bool:
    """Take a batch in, and how far the file is read by it. Return False where it is another's."""
    with transaction.atomic():
        locked = OrderImport.objects.select_for_update(no_key=True).get(pk=row.pk)
        if not locked.is_running or locked.read_until != row.read_until:
            return False
        total, remarks = _Sum(), list[RefusedLine]()
        for read in batch:
            remarks += _take(row, read, total)
        RefusedLine.objects.bulk_create(remarks)
        _count(row, batch, total)
        row.due_at = clock.now() + timedelta(seconds=settings.IMPORT_LEASE)
        row.save(update_fields=[*_FIELDS, "due_at"])
    return True


def _take(row: OrderImport, read: _Read, total: _Sum) -> list[RefusedLine]:
    """Record one order, and return what there is to say about its lines."""
    found = read.found if isinstance(read.found, Broken) else _record(row, read, total)
    if isinstance(found, Broken):
        total.refused += 1
        return [_remark(row, read.sheaf, found.line, found.reason)]
    first = read.sheaf.lines[0].number
    return [_remark(row, read.sheaf, first, note, is_note=True) for note in found.notes]


def _record(row: OrderImport, read: _Read, total: _Sum) -> Told | Broken:
    told = cast("Told", read.found)
    try:
        recorded = record_order(None, SPREADSHEET, row.store, told.seen, now=row.created_at)
    except (DataError, IntegrityError, ValueError) as error:
        logger.exception("line %s of import %s", read.sheaf.last, row.pk)
        why = f"falha nossa ao guardar este pedido ({type(error).__name__})"
        return Broken(read.sheaf.lines[0].number, why)
    if recorded.is_new:
        total.created += 1
    elif recorded.is_changed:
        total.changed += 1
    else:
        total.same += 1
    return told


def _remark(
    row: OrderImport, sheaf: Sheaf, line: int, reason: str, *, is_note: bool = False
) -> RefusedLine:
    return RefusedLine(
        store_id=row.store_id,
        order_import=row,
        line=line,
        first=sheaf.lines[0].number,
        last=sheaf.last,
        reason=reason[:300],
        is_note=is_note,
    )


def _count(row: OrderImport, batch: Iterable[_Read], total: _Sum) -> None:
    for read in batch:
        row.read_until = read.sheaf.last
        row.lines_read += len(read.sheaf.lines)
    row.created += total.created
    row.changed += total.changed
    row.same += total.same
    row.refused += total.refused
    row.attempts = 0


def _give_way(row: OrderImport) -> None:
    """Leave the rest to whoever comes next, at once."""
    OrderImport.objects.give_back(row.pk)
    ring("pedidos.import", row.pk)


def _end(row: OrderImport, state: OrderImport.State, error: str = "") -> None:
    running = OrderImport.objects.filter(pk=row.pk, state=OrderImport.State.RUNNING)
    running.update(state=state, error=error, finished_at=clock.now())
