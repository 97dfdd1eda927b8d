"""The days of a report as pairs of bars; lengths are hundredths of the picture, for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from evendas.bars import GAP, height, percent, room
from sac.reports.summary import Volume

# How many names of days stand side by side.
_NAMES = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A day: what began, and beside it what was closed."""

    title: str
    name: str
    # Left out where there is little room.
    is_spare: bool
    room_x: str
    room_width: str
    middle: str
    width: str
    x: str
    y: str
    height: str
    second_x: str
    second_y: str
    second_height: str


def pairs(days: Sequence[Volume]) -> list[Pair]:
    """Place the days side by side; empty when nothing happened on any."""
    top = max((max(day.created, day.closed) for day in days), default=0)
    if not top:
        return []
    step = room(len(days))
    every = -(-len(days) // _NAMES)
    return [
        _pair(day, step * place, step, top, nth=place / every) for place, day in enumerate(days)
    ]


def _pair(day: Volume, left: float, step: float, top: int, *, nth: float) -> Pair:
    """`nth` is a whole number for a day that is named."""
    width = step * (1 - 2 * GAP) / 2
    first = left + step * GAP
    heights = [height(count / top) for count in (day.created, day.closed)]
    return Pair(
        title=f"{date_format(day.date, 'd/m')}: {day.created} iniciados, {day.closed} encerrados",
        name=date_format(day.date, "d/m") if nth.is_integer() else "",
        is_spare=nth % 3 != 0,
        room_x=percent(left),
        room_width=percent(step),
        middle=percent(left + step / 2),
        width=percent(width),
        x=percent(first),
        y=percent(100 - heights[0]),
        height=percent(heights[0]),
        second_x=percent(first + width),
        second_y=percent(100 - heights[1]),
        second_height=percent(heights[1]),
    )
