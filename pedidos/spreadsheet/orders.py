"""Lines of a spreadsheet put together into orders: neighbours with one number are one order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pedidos.platforms.reading.texts import plain
from pedidos.spreadsheet.columns import NUMBER
from pedidos.spreadsheet.lines import Line

# More items than any order has.
_ORDER_LINES = 1000
# How the lines that a person gets back to mend are made inert (evendas/sheets.py).
_ARMOUR = tuple(f"'{sign}" for sign in ("=", "+", "-", "@", "\t", "\r", "\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the columns of a file are: their headings, and the field of each, empty for none."""

    headings: tuple[str, ...]
    fields: tuple[str, ...]

    def called(self, field_name: str) -> str:
        """How the file calls a field; empty where it has none."""
        if field_name not in self.fields:
            return ""
        return self.headings[self.fields.index(field_name)]

    def cell(self, line: Line, field_name: str) -> str:
        """What a line says of a field, trimmed."""
        if field_name not in self.fields:
            return ""
        place = self.fields.index(field_name)
        text = line.cells[place].strip() if place < len(line.cells) else ""
        return text[1:] if text.startswith(_ARMOUR) else text


@dataclass(slots=True)
class Sheaf:
    """The lines of one order, as they stand; `before` is where its number stood earlier, or 0."""

    number: str
    lines: list[Line] = field(default_factory=list)
    before: int = 0

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.lines[-1].number


def sheaves(lines: Iterator[Line], shape: Shape) -> Iterator[Sheaf]:
    """Yield the orders of a file from its beginning on; of what was read, only numbers are kept."""
    known: dict[int, int] = {}
    sheaf: Sheaf | None = None
    for line in lines:
        number = "" if line.trouble else number_of(shape.cell(line, NUMBER))
        if sheaf and number and number == sheaf.number and len(sheaf.lines) < _ORDER_LINES:
            sheaf.lines.append(line)
            continue
        if sheaf:
            yield sheaf
        before = known.setdefault(hash(number), line.number) if number else 0
        sheaf = Sheaf(number, [line], before if before != line.number else 0)
    if sheaf:
        yield sheaf


def number_of(cell: str) -> str:
    """An order's number as it is compared and kept."""
    return plain(cell, 81).removeprefix("#").strip()


def is_empty(line: Line, shape: Shape, fields: Sequence[str]) -> bool:
    """Whether a line says nothing of any of these."""
    return not any(shape.cell(line, name) for name in fields)
