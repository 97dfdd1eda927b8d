"""The bodies that were understood are forgotten in time; what is parked or waits never is."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from automacao.actions import forgetting
from automacao.actions.forgetting import forget_done_events
from automacao.models import InboundEvent
from evendas import clock, leaving
from sac.drain import drain_instance
from sac.models import Message
from sac.tasks import forget_events
from tests.conftest import Shop
from tests.databases import another_connection
from tests.postbox import Postbox

Put = Callable[..., InboundEvent]


@pytest.fixture
def put(shop: Shop) -> Put:
    """An event that ended so many days ago, or stands in another way since then."""

    def one(days: float, *, status: str = "done", body: bytes = b"") -> InboundEvent:
        body = body or b"{}%d" % InboundEvent.objects.count()
        at = clock.now() - timedelta(days=days)
        return InboundEvent.objects.create(
            store=shop.store,
            instance=shop.instance,
            sha256=sha256(body).digest(),
            body=body,
            status=status,
            received_at=at,
            processed_at=at if status == "done" else None,
            error="quarentena: x" if status == "parked" else "",
        )

    return one


def left() -> set[int]:
    return set(InboundEvent.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_only_what_is_done_since_a_month_is_forgotten(put: Put) -> None:
    put(31)
    kept = {put(29), put(400, status="parked"), put(400, status="waiting")}
    forget_events()
    assert left() == {one.pk for one in kept}


@pytest.mark.django_db
def test_an_installation_says_for_how_long(put: Put, settings: Settings) -> None:
    settings.INBOX_KEEP_DAYS = 7
    put(7.1)
    kept = put(6.9)
    assert forget_done_events() == 1
    assert left() == {kept.pk}


@pytest.mark.django_db
def test_many_go_a_few_at_a_time_oldest_first(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for days in (31, 35, 33, 34, 32):
        put(days)
    with CaptureQueriesContext(connection) as queries:
        assert forget_done_events() == 5
    deleted = [one["sql"] for one in queries if one["sql"].startswith("DELETE")]
    assert len(deleted) == 3
    assert left() == set()


@pytest.mark.django_db
def test_a_worker_that_is_asked_to_stop_leaves_the_rest(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(31)
    monkeypatch.setattr(leaving, "_asked", True)
    assert forget_done_events() == 0
    assert len(left()) == 1


@pytest.mark.django_db
def test_bytes_that_come_again_after_they_were_forgotten_say_nothing_new(
    shop: Shop, rings: object
) -> None:
    box = Postbox(shop.instance)
    said = box.said("Oi", phone="+5511987651234")
    box.bring(said)
    with clock.at(clock.now() + timedelta(days=31)):
        assert forget_done_events() == 1
    assert box.bring(said) == 1
    assert Message.objects.get().text == "Oi"


@pytest.mark.django_db(transaction=True)
def test_what_somebody_holds_is_passed_by_and_nobody_waits(put: Put, shop: Shop) -> None:
    held, free = put(40), put(35)
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute(
            "SELECT id FROM automacao_inboundevent WHERE id = %s FOR NO KEY UPDATE", [held.pk]
        )
        assert forget_done_events() == 1
        assert left() == {held.pk}
        assert free.pk not in left()
        other.execute("ROLLBACK")
    assert forget_done_events() == 1


@pytest.mark.django_db(transaction=True)
def test_the_drain_goes_on_while_some_are_being_forgotten(put: Put, shop: Shop) -> None:
    put(40)
    box = Postbox(shop.instance)
    box.leave(box.said("Oi", phone="+5511987651234"))
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute("DELETE FROM automacao_inboundevent WHERE status = 'done'")
        assert drain_instance(shop.instance.pk) == 1
        other.execute("ROLLBACK")
    assert Message.objects.get().text == "Oi"
