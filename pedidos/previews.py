"""What a spreadsheet would become, before anything is imported: read from its first lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, cast

from django.core.files.storage import default_storage

from pedidos.labelling import label_of
from pedidos.models import Order, OrderImport, RefusedLine
from pedidos.platforms.port import OrderSeen
from pedidos.platforms.reading.texts import plain
from pedidos.spreadsheet.columns import missing
from pedidos.spreadsheet.layout import Layout, data_lines
from pedidos.spreadsheet.lines import Line
from pedidos.spreadsheet.orders import Shape, sheaves
from pedidos.spreadsheet.reading import Broken, read_order
from pedidos.status_words import reading_in

# Lines that are looked through while somebody waits for the page.
CHECKED = 2000
SHOWN_ORDERS = 5
SHOWN_REMARKS = 50
_SAMPLES = 3
_SAMPLED = 20
_SAMPLE_LENGTH = 40
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 com marca (BOM)",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Latin-1)",
    "latin-1": "Latin-1",
}
DELIMITERS = {";": "ponto e vírgula", ",": "vírgula", "\t": "tabulação", "|": "barra vertical"}


class FileGone(Exception):
    """The bytes of an import are not there any more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as it would be, with the row that is made of it only in mind."""

    seen: OrderSeen
    order: Order
    line: int


@dataclass(slots=True)
class Preview:
    """What the first lines say. `samples` are the first cells of each column."""

    samples: list[list[str]]
    missing: list[str]
    orders: list[Shown] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    notes: list[RefusedLine] = field(default_factory=list)
    lines: int = 0
    found: int = 0
    many_refused: int = 0


def preview_of(row: OrderImport) -> Preview:
    """Read the beginning of a file with its columns as they are mapped. Raises FileGone."""
    shape = shape_of(row)
    with opened(row) as lines:
        begun = list(islice(lines, CHECKED))
    preview = Preview(_samples(begun, len(shape.headings)), missing(shape.fields))
    preview.lines = len(begun)
    if not preview.missing:
        _look_through(row, shape, begun, preview)
    return preview


def shape_of(row: OrderImport) -> Shape:
    return Shape(headings=tuple(row.headings), fields=tuple(row.fields))


@contextmanager
def opened(row: OrderImport) -> Iterator[Iterator[Line]]:
    """The lines of a file, while the block lasts. Raises FileGone."""
    if not row.file:
        raise FileGone
    layout = Layout(
        encoding=row.encoding,
        delimiter=row.delimiter,
        headings=tuple(row.headings),
        heading_at=row.heading_at,
    )
    try:
        stored = default_storage.open(row.file)
    except FileNotFoundError as error:
        raise FileGone from error
    with stored:
        yield data_lines(cast("IO[bytes]", stored.file), layout)


def _samples(lines: list[Line], columns: int) -> list[list[str]]:
    told: list[list[str]] = [[] for _ in range(columns)]
    for line in lines[:_SAMPLED]:
        for some, cell in zip(told, () if line.trouble else line.cells, strict=False):
            text = plain(cell, _SAMPLE_LENGTH)
            if text and text not in some and len(some) < _SAMPLES:
                some.append(text)
    return told


def _look_through(row: OrderImport, shape: Shape, lines: list[Line], preview: Preview) -> None:
    reading = reading_in(row.store)
    for sheaf in sheaves(iter(lines), shape):
        found = read_order(sheaf, shape, reading, now=row.created_at)
        at = sheaf.lines[0].number
        if isinstance(found, Broken):
            preview.many_refused += 1
            _remark(preview.refused, found.line, found.reason)
            continue
        preview.found += 1
        for note in found.notes:
            _remark(preview.notes, at, note)
        if len(preview.orders) < SHOWN_ORDERS:
            preview.orders.append(Shown(found.seen, _order(found.seen), at))


def _remark(remarks: list[RefusedLine], line: int, reason: str) -> None:
    if len(remarks) < SHOWN_REMARKS:
        remarks.append(RefusedLine(line=line, reason=reason))


def _order(seen: OrderSeen) -> Order:
    """A row for the screen alone; what the database draws is drawn here."""
    is_cancelled = seen.is_cancelled or seen.cancelled_at is not None
    return Order(
        number=seen.number,
        label=label_of(seen.payment, seen.fulfillment, is_cancelled=is_cancelled),
        currency=seen.currency,
        total=seen.total,
        buyer_name=seen.name,
        placed_at=seen.placed_at,
    )
