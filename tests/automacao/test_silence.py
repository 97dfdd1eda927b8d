"""A number that is connected and brings nothing while the store is open."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from automacao.business_hours import OFFICE, BusinessHours
from automacao.models import ChatbotSettings, Instance
from automacao.silence import silent_since
from sac import tasks
from tests.conftest import Actor, Shop

SP = ZoneInfo("America/Sao_Paulo")
NY = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
# A Tuesday.
DAY = datetime(2026, 3, 10, tzinfo=SP)


def at(hour: float, days: int = 0) -> datetime:
    return DAY + timedelta(days=days) + HOUR * hour


# --- Business hours -------------------------------------------------------------------------------


def test_office_hours_are_nine_to_six_on_weekdays() -> None:
    hours = BusinessHours(SP)
    assert [hours.is_open(at(hour)) for hour in (8.99, 9, 17.99, 18)] == [False, True, True, False]
    assert not hours.is_open(at(12, days=4)), "Saturday"


def test_time_that_is_open_is_added_up_over_nights_and_weekends() -> None:
    hours = BusinessHours(SP)
    assert hours.between(at(10), at(12)) == 2 * HOUR
    assert hours.between(at(17), at(10, days=1)) == 2 * HOUR
    # From Friday 17 h to Monday 10 h.
    assert hours.between(at(17, days=3), at(10, days=6)) == 2 * HOUR
    assert hours.between(at(19), at(20)) == timedelta()
    assert hours.between(at(12), at(10)) == timedelta()
    assert hours.between(at(0) - timedelta(days=4000), at(0)) == 10 * 9 * HOUR


def test_holidays_are_closed_every_year_or_once() -> None:
    hours = BusinessHours(SP, OFFICE, frozenset({"03-10", "2026-03-11"}))
    assert hours.between(at(0), at(0, days=3)) == 9 * HOUR
    assert hours.between(at(0, days=366), at(0, days=367)) == 9 * HOUR


def test_an_hour_that_the_clock_skips_is_none() -> None:
    hours = BusinessHours(NY, [[(time(0), time(6))]] * 7)
    spring = datetime(2026, 3, 8, tzinfo=NY)
    assert hours.between(spring, spring + timedelta(days=1)) == 5 * HOUR


def test_a_day_that_closes_at_a_minute_to_midnight_closes_at_midnight() -> None:
    hours = BusinessHours(SP, [[(time(0), time(23, 59))]] * 7)
    assert hours.between(at(0), at(0, days=2)) == 48 * HOUR
    assert hours.is_open(at(24) - timedelta(seconds=1))


@pytest.mark.django_db
def test_the_hours_of_a_number_are_its_chatbots_unless_none_are_typed(shop: Shop) -> None:
    chatbot = ChatbotSettings(store=shop.store, instance=shop.instance)
    assert BusinessHours.of(None, SP).days == OFFICE
    assert BusinessHours.of(chatbot, SP).days == OFFICE
    chatbot.hours[5] = [["10:00", "12:00"], ["13:00", "14:00"]]
    hours = BusinessHours.of(chatbot, SP)
    assert hours.between(at(0), at(0, days=7)) == 3 * HOUR


# --- The alarm ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heard", "asked", "is_silent"),
    [
        (at(9), at(12.99), False),
        (at(9), at(13), True),
        (at(17), at(8), False),
        (at(17), at(12, days=1), True),
        (at(17), at(11.99, days=1), False),
        (at(9), at(20), False),  # closed by now: nobody is there to miss anything
        (at(12, days=3), at(12, days=4), False),
    ],
)
def test_four_open_hours_without_a_word_are_a_silence(
    shop: Shop, heard: datetime, asked: datetime, is_silent: bool
) -> None:
    shop.instance.last_event_at = heard
    assert silent_since(shop.instance, asked) == (heard if is_silent else None)
    shop.instance.state = Instance.State.CONNECTING
    assert silent_since(shop.instance, asked) is None, "that it is down is told elsewhere"


@pytest.fixture
def silent(shop: Shop, dono: Actor) -> Instance:
    """A number of a store that is always open, heard five hours ago."""
    ChatbotSettings.objects.create(
        store=shop.store, instance=shop.instance, hours=[[["00:00", "23:59"]]] * 7
    )
    heard = timezone.now() - 5 * HOUR
    Instance.objects.filter(pk=shop.instance.pk).update(last_event_at=heard)
    return Instance.objects.get(pk=shop.instance.pk)


@pytest.mark.django_db
def test_the_admins_are_written_to_once_for_each_silence(
    silent: Instance, mailoutbox: list[EmailMessage], rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    tasks.watch_silence()
    assert ("automacao.mail_silence", (silent.pk,)) in rings
    for _ in range(2):
        tasks.mail_silence(silent.pk)
    (mail,) = mailoutbox
    assert mail.subject == "WhatsApp sem novidades: Número da Loja Aurora"
    assert "não recebe nada desde" in mail.body
    rings.clear()
    tasks.watch_silence()
    assert ("automacao.mail_silence", (silent.pk,)) not in rings
    # Heard again, then silent again.
    later = timezone.now() - 4.5 * HOUR
    Instance.objects.update(last_event_at=later, silence_told_at=later - HOUR / 2)
    tasks.mail_silence(silent.pk)
    assert len(mailoutbox) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts", [{"last_event_at": None}, {"state": "connecting"}, {"removed_at": DAY}]
)
def test_nobody_is_told_of_a_number_that_is_down_removed_or_new(
    silent: Instance, mailoutbox: list[EmailMessage], facts: dict[str, object]
) -> None:
    Instance.objects.update(**facts)
    tasks.mail_silence(silent.pk)
    assert mailoutbox == []
