"""The ticks of what we sent: whatever order the network tells them in, they only go up."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from automacao.gateways.port import Accepted, MessageStatus
from sac import tasks
from sac.actions.outbox import accept_sending, begin_sending
from sac.actions.statuses import apply_statuses
from sac.models import EarlyStatus, Message, Ticket
from tests.conftest import Actor, Shop
from tests.postbox import Postbox

PHONE = "+5511987654321"
TOLD = ["sent", "delivered", "read", "played", "failed"]
WORDS = {"sent": "SERVER_ACK", "delivered": "DELIVERY_ACK", "read": "READ", "failed": "ERROR"}
State = Message.State


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def sent(box: Postbox, ana: Actor, answer: Callable[..., Message]) -> Message:
    """A message the gateway accepted as 3EB01."""
    box.bring(box.said(phone=PHONE))
    message = answer(Ticket.objects.get(), by=ana)
    assert begin_sending(message.conversation_id)
    accept_sending(message.pk, Accepted(id="3EB01", address=""))
    return message


@given(st.lists(st.sampled_from(TOLD), min_size=1, max_size=6))
def test_the_order_of_arrival_does_not_decide_the_fate(told: list[str]) -> None:
    fates = {fate_after(order) for order in permutations(told)}
    assert len(fates) == 1


@given(st.lists(st.sampled_from(TOLD), max_size=8))
def test_no_status_takes_a_tick_back(told: list[str]) -> None:
    message = Message(state=State.ACCEPTED)
    for status in told:
        before = message.state
        changed = message.advance(status)
        assert Message.RANK[message.state] >= Message.RANK[before]
        assert changed == (message.state != before)


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["failed", "sent"], "failed"),
        (["sent", "failed"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["read", "failed"], "read"),
        (["failed", "failed"], "failed"),
        (["read", "played"], "played"),
    ],
)
def test_a_failure_counts_until_something_proves_delivery(told: list[str], fate: str) -> None:
    assert fate_after(told) == fate


def test_a_failure_carries_a_reason_that_goes_when_it_was_none() -> None:
    message = Message(state=State.ACCEPTED)
    message.advance("failed")
    assert message.error == "O WhatsApp não entregou esta mensagem."
    message.advance("read")
    assert message.error == ""


@pytest.mark.django_db
def test_the_ticks_of_a_message_turn_and_the_list_follows(box: Postbox, sent: Message) -> None:
    for status in ("sent", "delivered", "read"):
        before = fresh(sent)
        box.bring(box.status("3EB01", WORDS[status]))
        after = fresh(sent)
        assert after.state == status
        assert after.revision == before.revision + 1 == after.conversation.revision
        assert Ticket.objects.get().preview_state == status


@pytest.mark.django_db
def test_a_status_that_says_nothing_new_changes_nothing(box: Postbox, sent: Message) -> None:
    box.bring(box.status("3EB01", "READ"))
    before = fresh(sent)
    box.bring(box.status("3EB01", "DELIVERY_ACK"), box.status("3EB01", "ERROR"))
    assert fresh(sent).revision == before.revision
    assert fresh(sent).state == "read"


@pytest.mark.django_db
def test_a_set_of_statuses_reaches_each_its_own_message(
    box: Postbox, ana: Actor, answer: Callable[..., Message]
) -> None:
    phones = ["+5511987650001", "+5511987650002", "+5511987650003"]
    box.bring(*(box.said(phone=phone) for phone in phones))
    sent = {}
    for number, ticket in enumerate(Ticket.objects.order_by("id")):
        message = answer(ticket, by=ana)
        begin_sending(message.conversation_id)
        accept_sending(message.pk, Accepted(id=f"3EB{number}", address=""))
        sent[message.pk] = ["read", "delivered", "failed"][number]
    words = ["READ", "DELIVERY_ACK", "ERROR"]
    box.bring(*(box.status(f"3EB{number}", word) for number, word in enumerate(words)))
    assert dict(Message.objects.filter(id__in=sent).values_list("id", "state")) == sent
    for ticket in Ticket.objects.all():
        assert ticket.preview_state == sent[ticket.preview_message_id or 0]


@pytest.mark.django_db
def test_a_status_of_the_customers_own_message_is_no_tick(box: Postbox, shop: Shop) -> None:
    box.bring(box.said(phone=PHONE, message_id="3A01"))
    apply_statuses(shop.instance, [MessageStatus(id="3A01", status="read")])
    assert Message.objects.get().state == "received"


@pytest.mark.django_db
def test_the_same_id_on_another_number_is_left_alone(
    box: Postbox, sent: Message, other_shop: Shop
) -> None:
    other = Postbox(other_shop.instance)
    other.bring(other.status("3EB01", "READ"))
    assert fresh(sent).state == "accepted"
    box.bring(box.status("3EB01", "DELIVERY_ACK"))
    assert fresh(sent).state == "delivered"


@pytest.mark.django_db
def test_statuses_that_come_before_the_answer_wait_for_their_message(
    box: Postbox, ana: Actor, answer: Callable[..., Message]
) -> None:
    box.bring(box.said(phone=PHONE))
    message = answer(Ticket.objects.get(), by=ana)
    begin_sending(message.conversation_id)
    box.bring(box.status("3EB07", "READ"), box.status("3EB07", "DELIVERY_ACK"))
    assert fresh(message).state == "sending"
    accept_sending(message.pk, Accepted(id="3EB07", address=""))
    assert fresh(message).state == "read"
    assert Ticket.objects.get().preview_state == "read"
    assert not EarlyStatus.objects.exists()


@pytest.mark.django_db
def test_a_status_and_its_message_may_come_in_one_batch_in_the_wrong_order(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE))
    box.bring(
        box.status("3EB09", "DELIVERY_ACK"),
        box.typed("Olá", phone=PHONE, message_id="3EB09"),
    )
    assert Message.objects.get(provider_id="3EB09").state == "delivered"


@pytest.mark.django_db
def test_a_status_that_came_first_shows_on_the_list_with_its_message(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE))
    box.bring(box.status("3EB09", "READ"))
    box.bring(box.typed("Olá", phone=PHONE, message_id="3EB09"))
    assert Message.objects.get(provider_id="3EB09").state == "read"
    assert Ticket.objects.get().preview_state == "read"


@pytest.mark.django_db
def test_a_status_and_a_message_that_missed_each_other_are_brought_together(
    box: Postbox, sent: Message
) -> None:
    # What is left when both transactions looked before the other had committed.
    early = EarlyStatus(store_id=sent.store_id, instance=box.instance, provider_id="3EB01")
    early.status = "read"
    early.save()
    tasks.sweep_outbox()
    assert fresh(sent).state == "read"
    assert not EarlyStatus.objects.exists()


@pytest.mark.django_db
def test_a_status_nobody_claims_is_forgotten_after_a_day(box: Postbox, rings: object) -> None:
    box.bring(box.status("3EB404", "READ"), box.status("3EB405", "READ"))
    old = EarlyStatus.objects.filter(provider_id="3EB404")
    old.update(received_at=timezone.now() - timedelta(hours=25))
    tasks.sweep_outbox()
    assert EarlyStatus.objects.get().provider_id == "3EB405"


def fate_after(told: list[str] | tuple[str, ...]) -> str:
    message = Message(state=State.ACCEPTED)
    for status in told:
        message.advance(status)
    return message.state


def fresh(message: Message) -> Message:
    return Message.objects.select_related("conversation").get(pk=message.pk)
