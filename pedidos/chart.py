"""The days of a month as bars: where each stands, in hundredths of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pedidos.finance import Day

# Of the height, kept above the highest bar; of a day's room, left between two bars.
_AIR = Decimal(6)
_GAP = Decimal("0.28")
_NAMED_EVERY = 5
# Days beside today's that are not named; and how many have room at least.
_CLEAR = 2
_FEWEST = 10


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
    name: str
    is_today: bool


def bars(days: Sequence[Day], *, today: date) -> list[Bar]:
    """Place the days side by side, by what was placed on each."""
    top = max((_highest(day) for day in days), default=Decimal(0)) or Decimal(1)
    step = Decimal(100) / max(_FEWEST, len(days))
    return [_bar(day, step, top, today) for day in days]


def _highest(day: Day) -> Decimal:
    return max(day.placed.total, day.before.total if day.before else Decimal(0))


def _bar(day: Day, step: Decimal, top: Decimal, today: date) -> Bar:
    left = step * (day.date.day - 1)
    height = _share(day.placed.total, top)
    return Bar(
        day=day,
        x=_percent(left + step * _GAP / 2),
        middle=_percent(left + step / 2),
        width=_percent(step * (1 - _GAP)),
        y=_percent(100 - height),
        height=_percent(height),
        before=_percent(100 - _share(day.before.total, top)) if day.before else "",
        name=_name(day.date, today),
        is_today=day.date == today,
    )


def _name(day: date, today: date) -> str:
    """What stands below a bar; nothing where it would run into today's."""
    ahead = (today - day).days
    if ahead == 0:
        return "hoje"
    is_marked = day.day == 1 or day.day % _NAMED_EVERY == 0
    return str(day.day) if is_marked and ahead > _CLEAR else ""


def _share(amount: Decimal, top: Decimal) -> Decimal:
    return amount / top * (100 - _AIR)


def _percent(length: Decimal) -> str:
    return f"{length:.3f}%"
