"""The counts of a number: added up in one statement, apart by number, day and word."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automacao.actions.tallies import WHAT_MAX, What, ignored, tally
from automacao.gateways.port import SendOutcomeUnknown
from automacao.models import InboundEvent, LineTally
from sac import drain
from sac.actions.outbox import begin_sending, expire_leases, fail_sending
from sac.models import Message
from tests.conftest import Actor, Shop
from tests.postbox import Postbox

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY = date(2026, 3, 10), date(2026, 3, 9)


@pytest.fixture
def count(shop: Shop) -> Callable[..., None]:
    """Count something of the shop's number."""

    def counted(day: date = TODAY, /, **counts: int) -> None:
        tally(shop.instance.pk, shop.store.pk, counts, day=day)

    return counted


def told(day: date = TODAY) -> dict[str, int]:
    """What is known of a day."""
    return dict(LineTally.objects.filter(day=day).values_list("what", "count"))


def test_counts_of_a_day_add_up(count: Callable[..., None]) -> None:
    count(received=3, shown=2)
    count(received=4, parked=1)
    count(YESTERDAY, received=1)
    assert told() == {"received": 7, "shown": 2, "parked": 1}
    assert told(YESTERDAY) == {"received": 1}


def test_many_words_are_one_statement_and_nothing_is_none(count: Callable[..., None]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        count(received=50, shown=40, parked=1, retried=2, unknown=1)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        count()
        count(received=0)
    assert len(queries) == 0
    assert "received" in told()


def test_a_reason_of_any_length_is_counted_under_its_beginning(shop: Shop) -> None:
    word = ignored("x" * 300)
    assert len(word) == WHAT_MAX
    for _ in range(2):
        tally(shop.instance.pk, shop.store.pk, {word: 1, "y" * 99: 1, "y" * 98: 1}, day=TODAY)
    assert told() == {word: 2, "y" * WHAT_MAX: 4}


def test_a_number_is_never_counted_in_another_store(shop: Shop, other_shop: Shop) -> None:
    with pytest.raises(IntegrityError):
        tally(shop.instance.pk, other_shop.store.pk, {What.RECEIVED: 1}, day=TODAY)


# --- Where things are counted ---------------------------------------------------------------------


def counted(what: str) -> int:
    return sum(LineTally.objects.filter(what=what).values_list("count", flat=True))


def test_a_message_whose_fate_nobody_tells_is_counted_once(
    shop: Shop, ana: Actor, answer: Callable[..., Message], rings: object
) -> None:
    message = answer(shop.hears(department=shop.support), by=ana)
    assert begin_sending(message.conversation_id)
    fail_sending(message.pk, SendOutcomeUnknown("reset"))
    fail_sending(message.pk, SendOutcomeUnknown("reset"))
    assert counted("unknown") == 1
    lost = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(state="sending", lease_until=lost)
    expire_leases()
    assert counted("unknown") == 2


def test_a_poisoned_event_is_counted_when_it_is_parked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rings: object
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ValueError("poison")

    monkeypatch.setattr(drain, "receive_messages", fail)
    box = Postbox(shop.instance)
    box.bring(box.said("Oi", phone="+5511987651234"))
    assert (counted("received"), counted("parked")) == (0, 0), "it is tried again"
    InboundEvent.objects.update(attempts=InboundEvent.MAX_ATTEMPTS - 1, due_at=timezone.now())
    drain.drain_instance(shop.instance.pk)
    assert InboundEvent.objects.get().status == "parked"
    assert (counted("received"), counted("parked"), counted("retried")) == (1, 1, 1)
    for _ in range(InboundEvent.MAX_ATTEMPTS):
        InboundEvent.objects.parked().replay()
        InboundEvent.objects.update(attempts=InboundEvent.MAX_ATTEMPTS - 1)
        drain.drain_instance(shop.instance.pk)
    assert InboundEvent.objects.get().status == "parked"
    assert (counted("received"), counted("parked")) == (1, 1), "it came in once"


def test_every_body_has_one_fate_and_together_they_are_what_was_received(
    shop: Shop, rings: object
) -> None:
    box = Postbox(shop.instance)
    told = box.said("Oi", phone="+5511987651234", message_id="3A01")
    again = box.said("Oi", phone="+5511987651234", message_id="3A01", name="Outra")
    ignored_body = box.said("Bom dia, grupo", phone="", lid="1").replace(b"1@lid", b"12@g.us")
    unknown = box.body("messages.unheard", {})
    box.leave(told, again, ignored_body, unknown, box.status("3EB0FF", "READ"), box.line("open"))
    # What the door finds no JSON in was received like the others.
    assert box.post(b"not json").status_code == 400
    assert box.post(b"not json").status_code == 400
    drain.drain_instance(shop.instance.pk)
    books = dict(LineTally.objects.values_list("what", "count"))
    assert books.pop("received") == 7 == sum(books.values())
    assert books == {"shown": 1, "known": 1, "ignored:group": 1, "noticed": 2, "parked": 2}


def test_what_is_replayed_is_not_received_twice(shop: Shop, rings: object) -> None:
    box = Postbox(shop.instance)
    parked = box.said("Oi", phone="+5511987651234").replace(b"messages.upsert", b"messages.heard")
    box.bring(parked)
    on = move_to_yesterday()
    # Still not understood: nothing new is to be told of it.
    replay(box)
    assert (told(on), counted("received"), counted("parked")) == (
        {"received": 1, "parked": 1},
        1,
        1,
    )
    mended = parked.replace(b"messages.heard", b"messages.upsert")
    InboundEvent.objects.update(body=mended)
    box.leave(box.said("Novidade", phone="+5511987651235"))
    replay(box)
    assert told(on) == {"received": 1, "parked": 1, "replayed": 1, "shown": 1}
    assert (counted("received"), counted("shown"), counted("parked")) == (2, 2, 1)


def move_to_yesterday() -> date:
    """Let all that was counted and parked have been so a day ago."""
    event = InboundEvent.objects.select_related("store").get()
    assert event.parked_at
    InboundEvent.objects.update(parked_at=event.parked_at - timedelta(days=1))
    LineTally.objects.update(day=models.F("day") - timedelta(days=1))
    return LineTally.objects.latest("day").day


def replay(box: Postbox) -> None:
    InboundEvent.objects.parked().replay()
    drain.drain_instance(box.instance.pk)
