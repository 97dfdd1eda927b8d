"""How much may be in flight, how long something may wait, and whom to ask about a new address."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from automacao.gateways.port import Accepted, OutboundMessage, Registration, SendOutcomeUnknown
from automacao.models import Instance
from evendas import clock
from sac import deliver, tasks
from sac.actions.outbox import MAX_IN_FLIGHT, accept_sending, begin_sending, fail_sending
from sac.actions.replies import drop_message, retry_message
from sac.models import Conversation, Message, Ticket
from sac.refusals import TooLate
from tests.conftest import Actor, Shop, new_phone
from tests.sac.acts import do

pytestmark = pytest.mark.django_db

Answer = Callable[..., Message]
Rings = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def many(shop: Shop, ana: Actor, answer: Answer) -> list[Message]:
    """An answer each to more customers than may be served at once."""
    tickets = [shop.hears(phone=new_phone()) for _ in range(MAX_IN_FLIGHT + 2)]
    return [answer(ticket, by=ana) for ticket in tickets]


def begin(message: Message) -> bool:
    return begin_sending(message.conversation_id) is not None


def test_so_many_of_one_number_are_in_flight_and_no_more(many: list[Message]) -> None:
    assert [begin(one) for one in many] == [True] * MAX_IN_FLIGHT + [False, False]
    accept_sending(many[0].pk, Accepted(id="3EB01", address=""))
    assert [begin(one) for one in many[-2:]] == [True, False]


def test_one_of_unknown_fate_takes_no_place(many: list[Message]) -> None:
    for one in many[:MAX_IN_FLIGHT]:
        begin(one)
    fail_sending(many[0].pk, SendOutcomeUnknown())
    assert begin(many[-1])


def test_another_number_has_places_of_its_own(many: list[Message], other_shop: Shop) -> None:
    for one in many:
        begin(one)
    theirs = other_shop.hire("Zoe", other_shop.support)
    ticket = other_shop.hears()
    assert do(theirs, ticket, "mensagens", {"text": "oi", "client_uuid": str(uuid4())})
    assert begin_sending(ticket.conversation_id)


def test_who_frees_the_last_place_rings_for_those_who_found_none(
    many: list[Message], rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in many[: MAX_IN_FLIGHT - 1]:
        begin(one)
    monkeypatch.setattr(deliver, "gateway", lambda _: Gateway())
    rings.clear()
    deliver.deliver_conversation(many[-1].conversation_id)
    assert ("sac.deliver", (many[-2].conversation_id,)) in rings


def swept(rings: Rings, task: str = "sac.deliver") -> list[int]:
    """What a sweep rings for."""
    rings.clear()
    tasks.sweep_outbox()
    return [ids[0] for rung, ids in rings if rung == task]


def test_a_sweep_rings_for_what_may_be_in_flight_and_for_who_waits_longest(
    many: list[Message], rings: Rings
) -> None:
    Message.objects.filter(pk=many[-1].pk).update(
        next_attempt_at=timezone.now() - timedelta(minutes=1)
    )
    first = [many[-1], *many[: MAX_IN_FLIGHT - 1]]
    assert swept(rings) == [one.conversation_id for one in first]


def test_a_sweep_rings_for_as_many_of_every_number(
    many: list[Message], other_shop: Shop, rings: Rings
) -> None:
    theirs = other_shop.hire("Zoe", other_shop.support)
    ticket = other_shop.hears()
    assert do(theirs, ticket, "mensagens", {"text": "oi", "client_uuid": str(uuid4())})
    rung = swept(rings)
    assert len(rung) == MAX_IN_FLIGHT + 1
    assert ticket.conversation_id in rung


def test_nothing_rings_for_who_waits_for_an_earlier_message(
    many: list[Message], ana: Actor, answer: Answer, rings: Rings
) -> None:
    unsure, postponed = many[:2]
    for one in (unsure, postponed):
        answer(one.ticket, by=ana)
    begin(unsure)
    fail_sending(unsure.pk, SendOutcomeUnknown())
    later = timezone.now() + timedelta(minutes=1)
    Message.objects.filter(pk=postponed.pk).update(next_attempt_at=later)
    assert swept(rings) == [one.conversation_id for one in many[2:]]


def test_few_of_one_number_are_asked_about_at_once(
    many: list[Message], rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = timezone.now() - timedelta(seconds=40)
    Message.objects.filter(state="queued").update(state="unknown", send_started_at=asked)
    monkeypatch.setattr(deliver, "MOST_ASKED", 3)
    assert swept(rings, "sac.settle") == [one.pk for one in many[:3]]


# --- What waited too long -------------------------------------------------------------------------


@pytest.fixture
def stale(shop: Shop, ana: Actor, answer: Answer) -> Message:
    """An answer that waited for its number for more than two hours."""
    Instance.objects.update(state="connecting")
    message = answer(shop.hears(), by=ana)
    Message.objects.update(queued_at=timezone.now() - timedelta(hours=2, minutes=1))
    return message


def test_what_waited_for_hours_does_not_leave_by_itself(stale: Message) -> None:
    Instance.objects.update(state="connected")
    assert not begin(stale)
    tasks.sweep_outbox()
    assert state_of(stale) == "held"
    assert not begin(stale)


def test_what_waited_less_leaves_when_the_number_is_back(stale: Message) -> None:
    Message.objects.update(queued_at=timezone.now() - timedelta(hours=1, minutes=59))
    tasks.sweep_outbox()
    Instance.objects.update(state="connected")
    assert begin(stale)


def test_a_person_says_that_it_is_still_to_be_sent(stale: Message, ana: Actor) -> None:
    tasks.sweep_outbox()
    Instance.objects.update(state="connected")
    retry_message(fresh(stale), rights=ana.rights)
    tasks.sweep_outbox()
    assert state_of(stale) == "queued"
    assert begin(stale)


def test_or_that_it_is_not(stale: Message, ana: Actor) -> None:
    tasks.sweep_outbox()
    drop_message(fresh(stale), rights=ana.rights)
    assert (state_of(stale), fresh(stale).error) == ("failed", "Envio cancelado.")
    with pytest.raises(TooLate):
        drop_message(fresh(stale), rights=ana.rights)


def test_what_waits_for_its_number_can_be_taken_back(
    shop: Shop, ana: Actor, bia: Actor, answer: Answer
) -> None:
    Instance.objects.update(state="connecting")
    message = answer(shop.hears(department=shop.support), by=ana)
    ticket = Ticket.objects.get()
    assert do(bia, ticket, f"mensagens/{message.pk}/cancelamento").status_code == 404
    assert do(ana, ticket, f"mensagens/{message.pk}/cancelamento").status_code == 200
    Instance.objects.update(state="connected")
    assert (state_of(message), begin(message)) == ("failed", False)


def test_a_message_under_way_cannot_be_dropped(
    shop: Shop, ana: Actor, bia: Actor, answer: Answer
) -> None:
    message = answer(shop.hears(department=shop.support), by=ana)
    begin(message)
    ticket = Ticket.objects.get()
    assert do(ana, ticket, f"mensagens/{message.pk}/cancelamento").status_code == 409
    assert do(bia, ticket, f"mensagens/{message.pk}/cancelamento").status_code == 404


# --- An address the network never told ------------------------------------------------------------


class Gateway:
    """A gateway that knows one person, by another address than the one typed."""

    knows = True

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.asked: list[str] = []

    def check_number(self, _: object, phone: str) -> Registration:
        self.asked.append(phone)
        return Registration(exists=self.knows, address="551187654321@wa" if self.knows else "")

    def send(self, _: object, message: OutboundMessage) -> Accepted:
        self.sent.append(message.address)
        return Accepted(id=f"3EB{len(self.sent)}", address=message.address)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    one = Gateway()
    monkeypatch.setattr(deliver, "gateway", lambda _: one)
    return one


@pytest.fixture
def guess(shop: Shop, ana: Actor, answer: Answer, rings: Rings) -> Message:
    """A message to an address that was only typed."""
    message = answer(shop.hears(phone="+5511987654321"), by=ana)
    Conversation.objects.update(address_known_at=None, send_address="5511987654321")
    return message


def test_the_network_is_asked_once_and_its_address_used(
    gateway: Gateway, guess: Message, ana: Actor, answer: Answer
) -> None:
    answer(Ticket.objects.get(), by=ana, text="dois")
    deliver.deliver_conversation(guess.conversation_id)
    assert gateway.asked == ["+5511987654321"]
    assert gateway.sent == ["551187654321@wa"] * 2
    conversation = Conversation.objects.get()
    assert conversation.send_address == "551187654321@wa"
    assert conversation.address_known_at is not None


def test_a_number_without_whatsapp_is_told_before_anything_is_sent(
    gateway: Gateway, guess: Message
) -> None:
    gateway.knows = False
    deliver.deliver_conversation(guess.conversation_id)
    assert gateway.sent == []
    assert (state_of(guess), fresh(guess).error) == ("failed", "Este número não tem WhatsApp.")


def test_an_address_the_network_told_is_not_asked_about(gateway: Gateway, guess: Message) -> None:
    Conversation.objects.update(address_known_at=clock.now())
    deliver.deliver_conversation(guess.conversation_id)
    assert (gateway.asked, gateway.sent) == ([], ["5511987654321"])


def fresh(message: Message) -> Message:
    return Message.objects.for_thread().get(pk=message.pk)


def state_of(message: Message) -> str:
    return fresh(message).state
