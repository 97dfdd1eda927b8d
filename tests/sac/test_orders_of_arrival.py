"""The answer to a send, its echo and its receipts come in 120 orders and end in one message."""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.db import transaction

from automacao.gateways.port import Accepted, SendOutcomeUnknown
from sac import tasks
from sac.actions.outbox import accept_sending, begin_sending, fail_sending
from sac.invariants import broken_invariants
from sac.models import EarlyStatus, Message, Ticket
from tests.conftest import Actor, Shop
from tests.faults.size import IS_FULL
from tests.postbox import Postbox

PHONE = "+5511987654321"
NAME = "3EB0AAAA0001"
TOLD = ("answer", "echo", "SERVER_ACK", "DELIVERY_ACK", "READ")
Answer = Callable[..., Message]

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(shop: Shop, ana: Actor, answer: Answer) -> Message:
    box = Postbox(shop.instance)
    box.bring(box.said(phone=PHONE))
    return answer(Ticket.objects.get(), by=ana, text="Já saiu")


def tell(box: Postbox, message: Message, what: str) -> None:
    if what == "answer":
        accept_sending(message.pk, Accepted(id=NAME, address=""))
    elif what == "echo":
        box.bring(box.echo("Já saiu", phone=PHONE, message_id=NAME))
    elif what == "no answer":
        fail_sending(message.pk, SendOutcomeUnknown())
    else:
        box.bring(box.status(NAME, what))


def end_of(box: Postbox, message: Message, order: tuple[str, ...]) -> tuple[object, ...]:
    """Tell all of it in this order, and return what is there then."""
    assert begin_sending(message.conversation_id)
    for what in order:
        tell(box, message, what)
    tasks.sweep_outbox()
    shown = Message.objects.filter(direction="out").exclude(state=Message.State.SUPERSEDED)
    rows = list(shown.values_list("pk", "provider_id", "state", "text"))
    preview = Ticket.objects.get().preview_state
    return rows, preview, EarlyStatus.objects.count()


@pytest.mark.parametrize("first", TOLD)
@pytest.mark.parametrize("answered", ["answer", "no answer"] if IS_FULL else ["answer"])
def test_every_order_ends_in_one_message_that_was_read(
    shop: Shop, queued: Message, rings: object, first: str, answered: str
) -> None:
    box = Postbox(shop.instance)
    expected = ([(queued.pk, NAME, "read", "Já saiu")], "read", 0)
    for rest in permutations(what for what in TOLD if what != first):
        order = tuple(answered if what == "answer" else what for what in (first, *rest))
        with transaction.atomic():
            assert end_of(box, queued, order) == expected, order
            if order[-1] == TOLD[-1]:
                assert broken_invariants() == []
            # The next order begins where this one began.
            transaction.set_rollback(True)
