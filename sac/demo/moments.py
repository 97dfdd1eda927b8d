"""Gives the lines of a dialogue their moments: back from now, or on from a beginning."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sac.demo.hours import Hours
from sac.demo.script import CUSTOMER, STORE_PHONE, Dialogue, Line

# Seconds, from and to. Nobody types faster, and nobody is waited for longer on a good day.
_FIRST_ANSWER = (100, 1100)
_ANSWER = (30, 260)
_CUSTOMER_AGAIN = (25, 420)
_SAME_PERSON = (8, 45)
_CLOSING = (90, 900)
_NEXT_MORNING = (180, 1500)
_BED_TIME, _WAKING_TIME = 23, 7


@dataclass(frozen=True, slots=True)
class Moment:
    """A line and when it is said."""

    at: datetime
    line: Line


def counted_back(
    dialogue: Dialogue, hours: Hours, now: datetime, chance: Random
) -> tuple[Moment, ...]:
    """Tell a live dialogue: each line so many open minutes before now, at night real ones."""
    moments: list[Moment] = []
    for line in (*dialogue.lines, *_ending(dialogue)):
        ago = timedelta(minutes=line.minutes or 0, seconds=chance.randint(0, 20))
        at = now - ago if dialogue.is_night else hours.before(now, ago)
        if moments:
            at = max(at, moments[-1].at + _some(_SAME_PERSON, chance) / 4)
        moments.append(Moment(at.astimezone(hours.zone), line))
    return tuple(moments)


def told_from(
    dialogue: Dialogue, start: datetime, hours: Hours, chance: Random
) -> tuple[Moment, ...]:
    """Tell a dialogue of the past from its first word to its closing, as busy people do."""
    moments: list[Moment] = []
    for line in (*dialogue.lines, _closing(dialogue)):
        at = start
        if moments:
            wanted = moments[-1].at + _pause(line, moments, chance)
            at = _awake(wanted, line, hours, chance)
        moments.append(Moment(at, line))
    return tuple(moments)


def _ending(dialogue: Dialogue) -> tuple[Line, ...]:
    if dialogue.closed is None:
        return ()
    return (Line(dialogue.closed, _holder(dialogue), "close"),)


def _closing(dialogue: Dialogue) -> Line:
    return Line(None, _holder(dialogue), "close")


def _holder(dialogue: Dialogue) -> str:
    """Who has it in the end: the last of the shop who said something to the customer."""
    spoke = [line.who for line in dialogue.lines if line.verb in {"reply", "fail", "claim"}]
    return spoke[-1]


def _pause(line: Line, before: list[Moment], chance: Random) -> timedelta:
    last = before[-1].line
    if line.minutes is not None:
        return timedelta(minutes=line.minutes) + _some(_SAME_PERSON, chance)
    if line.verb == "close":
        return _some(_CLOSING, chance)
    if line.who == last.who:
        return _some(_SAME_PERSON, chance)
    if line.who == CUSTOMER:
        return _some(_CUSTOMER_AGAIN, chance)
    is_first = all(one.line.verb != "reply" for one in before)
    return _some(_FIRST_ANSWER if is_first else _ANSWER, chance)


def _awake(wanted: datetime, line: Line, hours: Hours, chance: Random) -> datetime:
    """Put off till the morning what nobody is up for."""
    is_bed_time = wanted.hour >= _BED_TIME or wanted.hour < _WAKING_TIME
    works = line.who not in {CUSTOMER, STORE_PHONE}
    if hours.is_open(wanted) or not (works or is_bed_time):
        return wanted
    return hours.reopening(wanted) + _some(_NEXT_MORNING, chance)


def _some(seconds: tuple[int, int], chance: Random) -> timedelta:
    return timedelta(seconds=chance.randint(*seconds))
