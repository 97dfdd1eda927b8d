"""The lines of a spreadsheet that were not taken in, to be mended and imported again."""

from collections.abc import Iterator
from itertools import islice

from evendas.sheets import MARK, sheet_lines
from pedidos.models import OrderImport, RefusedLine
from pedidos.previews import opened
from pedidos.spreadsheet.columns import COLUMNS
from pedidos.spreadsheet.lines import Line

# The columns that are added; no field of an order is called so.
ADDED = ("Linha no arquivo", "Motivo da recusa")
_AT_ONCE = 500


def refused_sheet(row: OrderImport) -> Iterator[bytes]:
    """Yield the file piece by piece: every line of each order that was refused, with the reason.

    Raises FileGone, at the first piece, where the lines are not there any more.
    """
    width = len(row.headings)
    with opened(row) as lines:
        yield (MARK + sheet_lines([(*row.headings, *ADDED)])).encode()
        cells = (_cells(line, refusal, width) for line, refusal in _refused(lines, row))
        while piece := list(islice(cells, _AT_ONCE)):
            yield sheet_lines(piece).encode()


def model_sheet() -> bytes:
    """A file with every column there is, and an order as an example."""
    rows = [[one.label for one in COLUMNS], [one.example for one in COLUMNS]]
    return (MARK + sheet_lines(rows)).encode()


def _refused(lines: Iterator[Line], row: OrderImport) -> Iterator[tuple[Line, RefusedLine]]:
    """Both come in the order of the file: neither is ever held as a whole."""
    refusals = _refusals(row)
    refusal = next(refusals, None)
    for line in lines:
        while refusal and refusal.last < line.number:
            refusal = next(refusals, None)
        if refusal is None:
            return
        if refusal.first <= line.number:
            yield line, refusal


def _refusals(row: OrderImport) -> Iterator[RefusedLine]:
    told = RefusedLine.objects.in_store(row.store).of(row).filter(is_note=False).order_by("first")
    after = 0
    while some := list(told.filter(first__gt=after)[:_AT_ONCE]):
        yield from some
        after = some[-1].first


def _cells(line: Line, refusal: RefusedLine, width: int) -> tuple[str, ...]:
    is_the_one = line.number == refusal.line
    reason = refusal.reason if is_the_one else f"o pedido tem um erro na linha {refusal.line}"
    cells = (*line.cells, *[""] * width)[: max(width, len(line.cells))]
    return (*cells[:width], str(line.number), reason)
