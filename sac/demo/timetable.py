"""When the demo's story happens: sixty days that end at the moment the demo is filled.

Pure: the same shop and moment give the same steps. Whatever the hour, nothing lies in the future
and the people of the shop sleep at night; what is live keeps its distance from now.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from sac.demo import script
from sac.demo.customers import Customer, customer, customers
from sac.demo.hours import DAY, Hours
from sac.demo.moments import Moment, counted_back, told_from
from sac.demo.people import Shop
from sac.demo.phrases import Phrases
from sac.demo.script import Dialogue, Line

DAYS = 60
_PAST = ("suporte", "vendas", "financeiro")
# Between two tickets of one customer, at least.
_REST = timedelta(hours=20)
# Monday to Sunday: people shop when they should be working.
_BUSY = (1.5, 1.3, 1.2, 1.2, 1.1, 0.7, 0.4)
# The shop grows: the last days have more than twice what the first ones had.
_GROWTH = 1.5
_TODAY_EVERY, _TODAY_MOST = timedelta(minutes=25), 8
_ENDED_BY = timedelta(minutes=4)
_LAST_START = timedelta(hours=1)
# Of so many tickets one begins in the evening, and a single one in the small hours.
_EVENING_EVERY, _SLEEPLESS = 60, 50


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does, with the words filled in."""

    at: datetime
    customer: Customer
    dialogue: Dialogue
    line: Line
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A ticket to be: when each line of its dialogue is said."""

    dialogue: Dialogue
    moments: tuple[Moment, ...]

    @property
    def began(self) -> datetime:
        return self.moments[0].at

    @property
    def ended(self) -> datetime:
        return self.moments[-1].at


Told = tuple[Customer, Chapter]


def timetable(shop: Shop, now: datetime) -> list[Step]:
    """Return everything that ever happened in the shop, in the order it did."""
    hours = Hours(ZoneInfo(shop.zone))
    telling = _Telling(shop, hours, now.astimezone(hours.zone))
    steps = [step for who, chapter in telling.told() for step in _steps(who, chapter, telling.now)]
    return sorted(steps + _notes(steps), key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One shop seen from one moment of its own clock."""

    shop: Shop
    hours: Hours
    now: datetime

    def told(self) -> list[Told]:
        """What is going on, and as many ended dialogues as the shop's tickets lack."""
        told = self._present()
        chance = self._chance("days")
        past = sorted(self._past(self.shop.tickets - len(told)), key=lambda one: one.began)
        for chapter in past:
            told.append((_free(customers(self.shop.key), chapter, told, chance), chapter))
        return told

    def _present(self) -> list[Told]:
        told = []
        for one in script.dialogues(self.shop.present):
            who = customer(self.shop.key, one.customer)
            chance = self._chance(f"{who.phone} now")
            told.append((who, Chapter(one, counted_back(one, self.hours, self.now, chance))))
        return told

    def _past(self, wanted: int) -> list[Chapter]:
        if wanted <= 0:
            return []
        chance = self._chance("deck")
        deck = _deck(chance)[-wanted:]
        days = self._days(len(deck), chance)
        return [
            self._placed(place, day, dialogue)
            for place, (day, dialogue) in enumerate(zip(days, deck, strict=True))
        ]

    def _days(self, wanted: int, chance: Random) -> list[date]:
        """Return the day of each ticket, in order."""
        last = self.now.date()
        today = min(wanted, _TODAY_MOST, self.hours.passed(self.now) // _TODAY_EVERY)
        days = [last - DAY * back for back in range(DAYS, 0, -1)]
        weights = [
            _BUSY[day.weekday()] * (1 + _GROWTH * exp((day - last).days / 12)) for day in days
        ]
        return [*sorted(chance.choices(days, weights, k=wanted - today)), *[last] * today]

    def _placed(self, place: int, day: date, dialogue: Dialogue) -> Chapter:
        """Tell it on that day, or on the last one before that lets it end in time."""
        while True:
            if start := self._start(place, day, dialogue):
                chapter = self._told_from(start, place, dialogue)
                if chapter.ended <= self.now - _ENDED_BY:
                    return chapter
            day -= DAY

    def _start(self, place: int, day: date, dialogue: Dialogue) -> datetime | None:
        opening, closing = self.hours.opening(day), self.hours.closing(day)
        chance = self._chance(f"{place} on {day.weekday()}")
        if place == _SLEEPLESS:
            return opening - timedelta(hours=5, minutes=13)
        if place % _EVENING_EVERY == 9:
            return closing + timedelta(minutes=chance.randint(20, 150))
        lasts = self._told_from(opening, place, dialogue).ended - opening
        latest = min(closing - _LAST_START, self.now - _ENDED_BY - lasts)
        return opening + (latest - opening) * chance.random() if latest > opening else None

    def _told_from(self, start: datetime, place: int, dialogue: Dialogue) -> Chapter:
        return Chapter(dialogue, told_from(dialogue, start, self.hours, self._chance(f"{place}")))

    def _chance(self, what: str) -> Random:
        return Random(f"{self.shop.key} {what}")  # noqa: S311 - a story, no secret


def _deck(chance: Random) -> list[Dialogue]:
    """Every dialogue twice, far apart; the brief ones last: today's had no time for more."""
    told = [one for name in _PAST for one in script.dialogues(name)]
    again = sorted(chance.sample(told, len(told)), key=_is_brief)
    return [*chance.sample(told, len(told)), *again]


def _is_brief(dialogue: Dialogue) -> bool:
    return len(dialogue.lines) <= 7 and all(line.minutes is None for line in dialogue.lines)


def _free(
    people: Sequence[Customer], chapter: Chapter, taken: Sequence[Told], chance: Random
) -> Customer:
    """Choose who has it: rather one who wrote seldom, never one who was busy or told it before."""
    had = Counter(who for who, _ in taken)
    busy = {
        who
        for who, other in taken
        if other.dialogue == chapter.dialogue
        or (other.began < chapter.ended + _REST and chapter.began < other.ended + _REST)
    }
    able = [one for one in people if one.name and one.channel != "internal" and one not in busy]
    return min(able, key=lambda one: had[one] + 2.5 * chance.random())


def _steps(who: Customer, chapter: Chapter, now: datetime) -> list[Step]:
    chance = Random(f"{who.phone} {chapter.began:%j}")  # noqa: S311 - a story, no secret
    phrases = Phrases(who, began=chapter.began, now=now, chance=chance)
    return [
        Step(one.at, who, chapter.dialogue, one.line, phrases.fill(one.line.text, one.at))
        for one in chapter.moments
    ]


def _notes(steps: Sequence[Step]) -> list[Step]:
    """What the team writes about a customer, right after answering them for the first time."""
    answers: dict[Customer, Step] = {}
    for step in sorted(steps, key=lambda one: one.at):
        if step.line.verb == "reply" and step.customer.noted:
            answers.setdefault(step.customer, step)
    return [
        Step(one.at, who, one.dialogue, Line(None, one.line.who, "note"), "")
        for who, one in answers.items()
    ]
