"""What no webhook brought comes all the same: the gateway is asked what it remembers."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.gateways import evolution
from automacao.gateways.port import Channel, GatewayUnavailable, Memory, Remembered
from automacao.models import InboundEvent, Instance, LineTally
from sac import tasks
from sac.actions.reconciling import due_for_reconciling, reconcile
from sac.drain import drain_instance
from sac.models import Message, Ticket
from tests.automacao.screen import Rings
from tests.conftest import Shop, new_phone
from tests.simulated import Line

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    """Nothing is too fresh to be asked for."""
    settings.LOOK_EVERY, settings.RECONCILE_MARGIN = 300, 0


def look(shop: Shop) -> int:
    """One round of the reconciler, and what follows of it."""
    found = reconcile(shop.instance.pk)
    drain_instance(shop.instance.pk)
    return found


def texts(phone: str) -> list[str]:
    """What stands in a customer's thread, from the top."""
    rows = Message.objects.filter(conversation__contact__phone=phone)
    return list(rows.order_by("sort_key", "id").values_list("text", flat=True))


def reconciled(shop: Shop) -> int:
    rows = LineTally.objects.filter(instance=shop.instance, what="reconciled")
    return sum(rows.values_list("count", flat=True))


# --- Against the simulator ------------------------------------------------------------------------


def test_of_three_hundred_messages_those_whose_webhooks_were_lost_all_come_back_once(
    line: Line,
) -> None:
    customers = [new_phone() for _ in range(20)]
    said = {phone: [f"{phone[-4:]}: {number}" for number in range(15)] for phone in customers}
    # Some for certain, the others by chance.
    line.control.faults(hidden={"next": 3, "probability": 0.02})
    for number in range(15):
        for phone in customers:
            line.control.receive(phone, said[phone][number])
    line.control.faults(hidden=0)
    line.hear()
    missing = 300 - Message.objects.count()
    assert missing >= 3
    assert look(line.shop) == missing
    assert {phone: sorted(texts(phone)) for phone in customers} == {
        phone: sorted(lines) for phone, lines in said.items()
    }
    assert reconciled(line.shop) == missing
    stored = InboundEvent.objects.count()
    assert look(line.shop) == 0, "asked again, nothing is new"
    assert InboundEvent.objects.count() == stored
    assert Message.objects.count() == 300
    assert Ticket.objects.live().count() == 20


def test_what_was_said_during_a_drop_and_never_posted_is_asked_for_when_the_number_is_back(
    line: Line, rings: Rings
) -> None:
    look(line.shop)
    phone = new_phone()
    line.control.drop(None)
    line.hear()
    line.control.receive(phone, "Vocês estão aí?")
    line.control.faults(hidden=1)
    rings.clear()
    line.control.restore()
    line.hear()
    assert texts(phone) == []
    assert ("automacao.reconcile_instance", (line.shop.instance.pk,)) in rings
    tasks.reconcile_instance(line.shop.instance.pk)
    drain_instance(line.shop.instance.pk)
    assert texts(phone) == ["Vocês estão aí?"]


def test_what_was_typed_on_the_stores_phone_comes_back_too(line: Line) -> None:
    phone = new_phone()
    line.control.receive(phone, "Oi")
    line.hear()
    line.control.faults(hidden=1)
    line.control.type_message(phone, "Já respondo!")
    line.hear()
    assert look(line.shop) == 1
    assert sorted(texts(phone)) == ["Já respondo!", "Oi"]
    assert Message.objects.get(text="Já respondo!").origin == "phone"


def test_receipts_that_were_lost_come_back_with_their_message(line: Line) -> None:
    sent = [line.control.type_message(new_phone(), "Chegou?") for _ in range(2)]
    line.hear()
    line.control.faults(hidden=9)
    line.control.status(sent[0], "DELIVERY_ACK")
    line.control.status(sent[0], "READ")
    line.control.faults(hidden=0)
    line.hear()
    before, *_ = states = [Message.objects.get(provider_id=one).state for one in sent]
    assert before != "read"
    assert look(line.shop) == 0
    after = [Message.objects.get(provider_id=one).state for one in sent]
    assert after == ["read", states[1]]
    stored = InboundEvent.objects.count()
    assert look(line.shop) == 0
    assert (InboundEvent.objects.count(), Message.objects.count()) == (stored, 2)
    assert reconciled(line.shop) == 0


def test_a_reaction_is_taken_once_more_at_most_and_is_no_message(line: Line) -> None:
    said = line.control.receive(new_phone(), "Chegou!")
    line.control.react(said, "❤️")
    line.hear()
    assert look(line.shop) == 0
    stored = InboundEvent.objects.count()
    assert look(line.shop) == 0
    assert InboundEvent.objects.count() == stored
    assert Message.objects.get().reactions["customer"]["emoji"] == "❤️"
    assert reconciled(line.shop) == 0


def test_groups_are_none_of_the_desks_business_here_either(line: Line) -> None:
    line.control.elsewhere(new_phone(), "Bom dia, grupo", place="group")
    line.hear()
    stored = InboundEvent.objects.count()
    assert look(line.shop) == 0
    assert InboundEvent.objects.count() == stored


def test_what_is_remembered_names_the_stores_phone_as_a_webhook_does(line: Line) -> None:
    line.control.faults(hidden=1)
    line.control.type_message(new_phone(), "Já respondo!")
    assert reconcile(line.shop.instance.pk) == 1
    event = InboundEvent.objects.get(lane=InboundEvent.Lane.BULK)
    own = Instance.objects.get(pk=line.shop.instance.pk).connected_phone
    assert own
    assert json.loads(bytes(event.body))["sender"] == f"{own[1:]}@s.whatsapp.net"


# --- What is asked for ----------------------------------------------------------------------------


class Asked:
    """A gateway's memory that tells what it was asked, and fails at the end of its list.

    It tells of no more than `most`.
    """

    def __init__(
        self, answers: Iterable[list[Remembered]] = (), most: timedelta = 2 * HOUR
    ) -> None:
        self.asked: list[tuple[datetime, datetime]] = []
        self.answers = iter(answers)
        self.most = most

    def __call__(self, _: Channel, since: datetime, until: datetime) -> Memory:
        self.asked.append((since, until))
        if until - since > self.most:
            return Memory(is_cut=True)
        if (told := next(self.answers, None)) is None:
            raise GatewayUnavailable("away")
        return Memory(tuple(told))


@pytest.fixture
def remembers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Asked]:
    def remember(*answers: list[Remembered], most: timedelta = 2 * HOUR) -> Asked:
        memory = Asked(answers, most)
        monkeypatch.setattr(evolution, "remembered", memory)
        return memory

    return remember


def since(shop: Shop, ago: timedelta | None, **facts: object) -> datetime:
    """Let the number have been asked for last so long ago."""
    now = timezone.now()
    until = None if ago is None else now - ago
    Instance.objects.filter(pk=shop.instance.pk).update(reconciled_until=until, **facts)
    return now


def until(shop: Shop) -> datetime | None:
    return Instance.objects.get(pk=shop.instance.pk).reconciled_until


def test_what_was_said_first_enters_the_inbox_first(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    since(shop, timedelta(minutes=6))
    told = [Remembered(f"M{number}", b'{"event": "m%d"}' % number) for number in range(9)]
    remembers(told)
    reconcile(shop.instance.pk)
    bodies = InboundEvent.objects.order_by("id").values_list("body", flat=True)
    assert [bytes(body) for body in bodies] == [one.raw for one in told]


def test_a_long_absence_is_asked_for_in_hours_and_no_further_back_than_three_days(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    now = since(shop, timedelta(days=30))
    memory = remembers(*[[]] * 100)
    reconcile(shop.instance.pk)
    assert len(memory.asked) in {72, 73}
    first, last = memory.asked[0][0], memory.asked[-1][1]
    assert abs(first - (now - timedelta(days=3))) < timedelta(minutes=1)
    assert abs(last - now) < timedelta(minutes=1)
    assert all(end - begin <= HOUR for begin, end in memory.asked)
    assert until(shop) == last


def test_an_hour_that_holds_more_than_a_gateway_tells_is_asked_for_in_smaller_pieces(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    since(shop, 2 * HOUR - timedelta(minutes=6))
    memory = remembers(*[[]] * 100, most=timedelta(minutes=16))
    reconcile(shop.instance.pk)
    told = [(begin, end) for begin, end in memory.asked if end - begin <= memory.most]
    assert len(memory.asked) == 14
    assert len(told) == 8
    assert [begin for begin, _ in told[1:]] == [end for _, end in told[:-1]]
    assert (told[0][0], told[-1][1]) == (memory.asked[0][0], until(shop))


def test_a_minute_that_holds_more_is_told_of_and_left(
    shop: Shop, remembers: Callable[..., Asked], caplog: pytest.LogCaptureFixture
) -> None:
    now = since(shop, timedelta(0))
    memory = remembers(most=timedelta(0))
    reconcile(shop.instance.pk)
    assert len(memory.asked) == 15
    last = until(shop)
    assert last
    assert abs(last - now) < timedelta(minutes=1)
    assert "more of" in caplog.text


def test_a_worker_that_is_asked_to_stop_goes_on_from_there_later(
    shop: Shop, remembers: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    since(shop, 5 * HOUR)
    memory = remembers(*[[]] * 9)
    monkeypatch.setattr("sac.actions.reconciling.is_leaving", lambda: len(memory.asked) == 2)
    reconcile(shop.instance.pk)
    assert until(shop) == memory.asked[1][1]


def test_a_gateway_that_goes_away_is_asked_on_from_there(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    now = since(shop, 5 * HOUR)
    memory = remembers([], [])
    reconcile(shop.instance.pk)
    assert len(memory.asked) == 3
    assert until(shop) == memory.asked[1][1] < now - 2 * HOUR
    assert due_for_reconciling(now) == [shop.instance.pk]


def test_the_first_look_goes_back_one_hour(shop: Shop, remembers: Callable[..., Asked]) -> None:
    now = since(shop, None)
    memory = remembers(*[[]] * 5)
    reconcile(shop.instance.pk)
    assert memory.asked[0][0] < now - HOUR
    assert memory.asked[0][0] > now - 2 * HOUR


def test_a_look_begins_before_the_last_one_ended(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    now = since(shop, timedelta(minutes=6))
    memory = remembers([])
    reconcile(shop.instance.pk)
    assert abs(memory.asked[0][0] - (now - timedelta(minutes=11))) < timedelta(minutes=1)


def test_what_waits_in_the_inbox_is_not_asked_for(
    shop: Shop, remembers: Callable[..., Asked]
) -> None:
    now = since(shop, HOUR)
    event = {"store": shop.store, "instance": shop.instance, "sha256": b"1", "body": b"{}"}
    InboundEvent.objects.create(**event, received_at=now - HOUR / 2)
    memory = remembers(*[[]] * 5)
    reconcile(shop.instance.pk)
    assert memory.asked[-1][1] == now - HOUR / 2
    # One that was tried before waits for another reason: nothing is held up by it.
    InboundEvent.objects.update(attempts=1)
    reconcile(shop.instance.pk)
    assert memory.asked[-1][1] > now - timedelta(minutes=1)


def test_a_number_that_just_came_back_is_asked_for_the_same_again(
    shop: Shop, settings: Settings, remembers: Callable[..., Asked]
) -> None:
    settings.RECONCILE_MARGIN = 30
    now = since(shop, HOUR, state_changed_at=timezone.now() - timedelta(seconds=100))
    before = until(shop)
    memory = remembers(*[[]] * 9)
    reconcile(shop.instance.pk)
    assert until(shop) == before
    asked = len(memory.asked)
    since(shop, HOUR, state_changed_at=now - timedelta(seconds=130))
    reconcile(shop.instance.pk)
    assert until(shop) == memory.asked[-1][1] != before
    assert len(memory.asked) == 2 * asked


@pytest.mark.parametrize("state", ["connecting", "disconnected", "banned"])
def test_a_number_that_is_down_is_not_asked(
    shop: Shop, remembers: Callable[..., Asked], state: str
) -> None:
    now = since(shop, HOUR)
    assert due_for_reconciling(now) == [shop.instance.pk]
    since(shop, HOUR, state=state)
    memory = remembers([])
    reconcile(shop.instance.pk)
    assert memory.asked == []
    assert due_for_reconciling(now) == []


def test_a_thousand_remembered_messages_cost_a_handful_of_questions(
    shop: Shop,
    remembers: Callable[..., Asked],
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    since(shop, timedelta(minutes=6))
    phone = new_phone()
    shop.hears("Oi", phone=phone, message_id="KNOWN")
    told = [Remembered(id="KNOWN", raw=b'{"event": "%d"}' % number) for number in range(1000)]
    remembers(told)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        reconcile(shop.instance.pk)
    assert InboundEvent.objects.count() == 0
