"""Numbers that call themselves connected: dead sockets and lost webhook settings are mended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.actions import watching
from automacao.gateways import evolution
from automacao.models import Instance, LineTally
from sac import tasks
from sac.models import Message
from tests.automacao.screen import Rings
from tests.conftest import Shop, new_phone
from tests.simulated import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    """Every look is due: time is told by the rows."""
    settings.LOOK_EVERY = settings.WATCH_EVERY = settings.RECONCILE_MARGIN = 0


def number(line: Line) -> Instance:
    return Instance.objects.get(pk=line.shop.instance.pk)


def counts(line: Line) -> dict[str, int]:
    """What was counted of the number, of this page's business."""
    rows = LineTally.objects.filter(instance=line.shop.instance, what__in=["repaired", "restarted"])
    return dict(rows.values_list("what", "count"))


# --- A socket that is open and dead ---------------------------------------------------------------


def test_a_dead_socket_is_opened_anew_at_the_second_silence(line: Line, rings: Rings) -> None:
    line.control.deaden("closed")
    tasks.probe_instance(line.shop.instance.pk)
    assert (number(line).state, number(line).probe_failures) == ("connected", 1)
    assert counts(line) == {}
    tasks.probe_instance(line.shop.instance.pk)
    shown = number(line)
    assert (shown.state, shown.last_error) == (
        "connecting",
        "O WhatsApp parou de responder por este número.",
    )
    assert shown.down_since
    assert counts(line) == {"restarted": 1}
    line.hear()
    back = number(line)
    assert (back.state, back.last_error, back.probe_failures) == ("connected", "", 0)
    assert back.down_since is None


def test_a_socket_that_answers_again_starts_the_count_anew(line: Line) -> None:
    line.control.deaden("closed")
    tasks.probe_instance(line.shop.instance.pk)
    line.control.deaden("", instance=None)
    tasks.probe_instance(line.shop.instance.pk)
    assert number(line).probe_failures == 0
    line.control.deaden("closed")
    tasks.probe_instance(line.shop.instance.pk)
    assert number(line).state == "connected"


def test_a_gateway_that_is_away_says_nothing_of_the_line(line: Line) -> None:
    line.control.faults(everywhere=True, down=True)
    for _ in range(3):
        tasks.probe_instance(line.shop.instance.pk)
    assert (number(line).state, number(line).probe_failures) == ("connected", 0)


def test_a_number_that_was_heard_is_not_asked(shop: Shop, settings: Settings) -> None:
    settings.LOOK_EVERY, settings.WATCH_EVERY = 300, 30
    now = timezone.now()

    def due(**facts: object) -> list[int]:
        Instance.objects.filter(pk=shop.instance.pk).update(**facts)
        return watching.due_for_probe(now)

    ours = [shop.instance.pk]
    assert due(last_event_at=None) == ours
    assert due(last_event_at=now - timedelta(seconds=299)) == []
    assert due(last_event_at=now - timedelta(seconds=301)) == ours
    assert due(probed_at=now - timedelta(seconds=60)) == []
    assert due(probe_failures=1) == ours, "a silence is looked into at the next round"
    assert due(state="connecting") == []


# --- Where the gateway posts ----------------------------------------------------------------------


@pytest.fixture
def repair(line: Line, settings: Settings) -> Callable[[], None]:
    settings.WEBHOOK_BASE_URL = line.desk_url
    return lambda: tasks.repair_webhook(line.shop.instance.pk)


@pytest.mark.parametrize(
    "lost",
    [
        {"url": "http://127.0.0.1:9/elsewhere/"},
        {"enabled": False},
        {"headers": {}},
        {"events": ["CALL"]},
    ],
    ids=lambda lost: next(iter(lost)),
)
def test_settings_that_somebody_changed_are_given_again_and_what_was_missed_is_asked_for(
    line: Line, repair: Callable[[], None], rings: Rings, lost: dict[str, object]
) -> None:
    repair()
    assert counts(line) == {}, "nothing to repair yet"
    line.control.change_webhook(None, **lost)
    phone = new_phone()
    line.control.receive(phone, "Ainda está aberto?")
    line.hear()
    assert not Message.objects.filter(text="Ainda está aberto?").exists() or "events" in lost
    repair()
    assert counts(line) == {"repaired": 1}
    assert ("automacao.reconcile_instance", (line.shop.instance.pk,)) in rings
    tasks.reconcile_instance(line.shop.instance.pk)
    line.control.receive(phone, "Oi?")
    line.hear()
    texts = Message.objects.filter(conversation__contact__phone=phone).values_list(
        "text", flat=True
    )
    assert set(texts) == {"Ainda está aberto?", "Oi?"}
    repair()
    assert counts(line) == {"repaired": 1}


def test_of_two_workers_that_were_rung_one_looks(
    line: Line, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WATCH_EVERY = 30
    asked: list[object] = []

    def look(*told: object) -> bool:
        asked.append(told)
        return True

    monkeypatch.setattr(evolution, "is_webhook_set", look)
    for _ in range(2):
        tasks.repair_webhook(line.shop.instance.pk)
    assert len(asked) == 1


def test_the_round_rings_for_whoever_is_due_and_asks_a_handful_of_questions(
    shop: Shop, rings: Rings, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        tasks.watch_lines()
    ours = (shop.instance.pk,)
    assert set(rings) == {
        ("automacao.probe_instance", ours),
        ("automacao.repair_webhook", ours),
        ("automacao.reconcile_instance", ours),
    }
