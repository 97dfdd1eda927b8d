"""The days of a month as bars: where each stands, in hundredths of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pedidos.finance import Day

# Of the height, kept above the highest bar; of a day's room, left between two bars.
_AIR = Decimal(6)
_GAP = Decimal("0.28")
_NAMED_EVERY = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; lengths are written as SVG reads them. `before` is the height of the day before."""

    day: Day
    x: str
    middle: str
    width: str
    y: str
    height: str
    before: str
    is_named: bool


def bars(days: Sequence[Day], *, most: int = 31) -> list[Bar]:
    """Place the days side by side, with room for a month's, by what was placed on each."""
    top = max((_highest(day) for day in days), default=Decimal(0)) or Decimal(1)
    step = Decimal(100) / max(most, len(days))
    return [_bar(day, place, step, top) for place, day in enumerate(days)]


def _highest(day: Day) -> Decimal:
    return max(day.placed.total, day.before.total if day.before else Decimal(0))


def _bar(day: Day, place: int, step: Decimal, top: Decimal) -> Bar:
    left = step * place
    height = _share(day.placed.total, top)
    number = day.date.day
    return Bar(
        day=day,
        x=_percent(left + step * _GAP / 2),
        middle=_percent(left + step / 2),
        width=_percent(step * (1 - _GAP)),
        y=_percent(100 - height),
        height=_percent(height),
        before=_percent(100 - _share(day.before.total, top)) if day.before else "",
        is_named=number == 1 or number % _NAMED_EVERY == 0,
    )


def _share(amount: Decimal, top: Decimal) -> Decimal:
    return amount / top * (100 - _AIR)


def _percent(length: Decimal) -> str:
    return f"{length:.3f}%"
