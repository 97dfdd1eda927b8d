"""The demo's sixty days, told at any hour of any day: nothing in the future, nobody up at night."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sac.demo import AURORA, SHOPS, Shop
from sac.demo.customers import customers
from sac.demo.hours import Hours
from sac.demo.script import CUSTOMER, STORE_PHONE
from sac.demo.timetable import Step, timetable

ZONE = ZoneInfo(AURORA.zone)
MONDAY = datetime(2026, 11, 23, 10, 40, tzinfo=ZONE)
HOURS = Hours(ZONE)
_MINUTES = st.integers(0, 2 * 365 * 24 * 60)
MOMENTS = _MINUTES.map(lambda minutes: MONDAY + timedelta(minutes=minutes))

Ticket = list[Step]


def tickets(shop: Shop, now: datetime) -> list[Ticket]:
    """The steps of each ticket: a closing ends one, what the customer writes next begins one."""
    told: dict[str, list[Ticket]] = defaultdict(lambda: [[]])
    for step in timetable(shop, now):
        chapters = told[step.customer.phone]
        if chapters[-1] and chapters[-1][-1].line.verb == "close":
            chapters.append([])
        chapters[-1].append(step)
    return [ticket for chapters in told.values() for ticket in chapters]


def is_live(ticket: Ticket) -> bool:
    return ticket[-1].line.verb != "close"


def is_of_the_shop(step: Step) -> bool:
    return step.line.who not in {CUSTOMER, STORE_PHONE}


@settings(max_examples=20)
@given(MOMENTS)
def test_at_any_moment_the_story_is_whole_and_in_the_past(now: datetime) -> None:
    for shop in SHOPS:
        found = tickets(shop, now)
        assert len(found) == shop.tickets
        assert {ticket[0].line.verb for ticket in found} == {"write"}
        assert {ticket[0].customer for ticket in found} == set(customers(shop.key))
        moments = [step.at for step in timetable(shop, now)]
        assert moments == sorted(moments)
        assert moments[-1] <= now
        assert moments[0] > now - timedelta(days=75)
        for ticket in found:
            said = [step.at for step in ticket if step.line.verb != "note"]
            assert all(later > earlier for earlier, later in pairwise(said))
            assert len({id(step.dialogue) for step in ticket}) == 1


@settings(max_examples=20)
@given(MOMENTS)
def test_at_any_moment_the_people_of_the_shop_work_by_day_and_customers_sleep(
    now: datetime,
) -> None:
    steps = timetable(AURORA, now)
    opens, closes = HOURS.opening(now.date()).time(), HOURS.closing(now.date()).time()
    for step in filter(is_of_the_shop, steps):
        # Who is in the middle of a conversation finishes it.
        assert opens <= step.at.time() < closes, step
    at_night = [step for step in steps if step.at.hour < 7 and not step.dialogue.is_night]
    assert len(at_night) <= 3


@settings(max_examples=20)
@given(MOMENTS)
def test_at_any_moment_somebody_has_just_written_and_somebody_waits_too_long(
    now: datetime,
) -> None:
    waiting = [
        ticket
        for ticket in tickets(AURORA, now)
        if is_live(ticket) and not any(step.line.verb == "reply" for step in ticket)
    ]
    waits = [now - ticket[0].at for ticket in waiting]
    assert len(waiting) == 9
    assert any(wait < timedelta(minutes=5) for wait in waits)
    assert any(timedelta(minutes=10) < wait < timedelta(minutes=20) for wait in waits)
    assert any(wait > timedelta(minutes=30) for wait in waits)


def test_a_monday_morning_is_busy_and_the_months_before_were() -> None:
    found = tickets(AURORA, MONDAY)
    ended = [ticket[-1].at for ticket in found if not is_live(ticket)]
    assert sum(moment.date() == MONDAY.date() for moment in ended) >= 5
    months = Counter(moment.month for moment in ended)
    assert months[11] >= 35
    assert months[10] >= 25
    lengths = [
        sum(step.line.verb in {"write", "reply", "type", "fail"} for step in ticket)
        for ticket in found
    ]
    assert (min(lengths), max(lengths)) == (1, 30)
    assert len(set(lengths)) >= 12
    verbs = Counter(step.line.verb for ticket in found if is_live(ticket) for step in ticket)
    assert {"transfer", "fail", "type", "claim", "look"} <= verbs.keys()


@pytest.mark.parametrize(
    ("now", "today", "this_month"),
    [
        (datetime(2026, 11, 24, 0, 30, tzinfo=ZONE), 0, 35),
        (datetime(2026, 12, 1, 0, 30, tzinfo=ZONE), 0, 0),
        (datetime(2026, 12, 1, 14, 0, tzinfo=ZONE), 10, 10),
        (datetime(2027, 1, 1, 8, 5, tzinfo=ZONE), 0, 0),
    ],
)
def test_a_day_and_a_month_that_just_began_have_what_fits(
    now: datetime, today: int, this_month: int
) -> None:
    ended = [ticket[-1].at for ticket in tickets(AURORA, now) if not is_live(ticket)]
    assert sum(moment.date() == now.date() for moment in ended) == today
    assert sum(moment.month == now.month for moment in ended) >= this_month
    assert sum(moment.month != now.month for moment in ended) >= 35


def test_without_a_past_only_what_is_going_on_is_told() -> None:
    now = tickets(replace(AURORA, tickets=0), MONDAY)
    then = tickets(AURORA, MONDAY)
    assert len(now) == 28
    assert {one[0] for one in now if is_live(one)} == {one[0] for one in then if is_live(one)}


def test_the_same_day_is_told_the_same_way_and_every_word_is_filled_in() -> None:
    again = timetable(AURORA, MONDAY)
    assert timetable(AURORA, MONDAY) == again
    assert [step.text for step in again if "{" in step.text or "}" in step.text] == []
    # Whoever has a name is called by it, never by nothing.
    assert [step.text for step in again if ", !" in step.text or ", ." in step.text] == []


def test_everybody_who_speaks_works_there() -> None:
    for shop in SHOPS:
        people = {person.nick for person in shop.people if person.nickname}
        names = people | {CUSTOMER, STORE_PHONE}
        places = {name for name, _ in shop.departments}
        for step in timetable(shop, MONDAY):
            assert step.line.who in names
            assert step.line.to in {"", *people, *places}
            assert step.dialogue.department in {"", *places}


def test_no_customer_is_told_the_same_twice() -> None:
    openings = Counter(
        (ticket[0].customer, ticket[0].dialogue) for ticket in tickets(AURORA, MONDAY)
    )
    assert set(openings.values()) == {1}
