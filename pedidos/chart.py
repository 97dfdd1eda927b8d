"""The days of a month as bars: where each stands, in hundredths of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evendas.bars import GAP, height, percent, room
from pedidos.finance import Day

_NAMED_EVERY = 5
# Days beside today's that are not named.
_CLEAR = 2


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
    step = room(len(days))
    return [_bar(day, step, top, today) for day in days]


def _highest(day: Day) -> Decimal:
    return max(day.placed.total, day.before.total if day.before else Decimal(0))


def _bar(day: Day, step: float, top: Decimal, today: date) -> Bar:
    left = step * (day.date.day - 1)
    rise = _rise(day.placed.total, top)
    return Bar(
        day=day,
        x=percent(left + step * GAP),
        middle=percent(left + step / 2),
        width=percent(step * (1 - 2 * GAP)),
        y=percent(100 - rise),
        height=percent(rise),
        before=percent(100 - _rise(day.before.total, top)) if day.before else "",
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


def _rise(amount: Decimal, top: Decimal) -> float:
    return height(float(amount / top))
