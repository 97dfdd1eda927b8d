"""The outbox where one thing crosses another: sent again, closed meanwhile, told again late."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from automacao.gateways.port import Accepted, GatewayError, RecipientNotOnWhatsApp
from evendas import clock
from sac.actions.closing import close_ticket
from sac.actions.outbox import (
    accept_sending,
    begin_sending,
    expire_leases,
    fail_sending,
    give_up_on_unknown,
)
from sac.actions.replies import confirm_message, retry_message
from sac.invariants import broken_invariants
from sac.models import Message, Ticket
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.simulated import fate, fresh

pytestmark = pytest.mark.django_db

PHONE = "+5511987654321"
Answer = Callable[..., Message]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def ticket(box: Postbox) -> Ticket:
    box.bring(box.said(phone=PHONE))
    return Ticket.objects.get()


def refused(message: Message) -> Message:
    error: GatewayError = RecipientNotOnWhatsApp()
    assert begin_sending(message.conversation_id)
    fail_sending(message.pk, error)
    return message


def unconfirmed(message: Message) -> Message:
    """Its worker died, and nothing settled what became of it."""
    assert begin_sending(message.conversation_id)
    with clock.at(timezone.now() + timedelta(seconds=61)):
        expire_leases()
        give_up_on_unknown()
    return message


def test_what_is_sent_again_waits_for_what_is_on_its_way(
    ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    first = refused(answer(ticket, by=ana, text="um"))
    second = answer(ticket, by=ana, text="dois")
    assert begin_sending(ticket.conversation_id)
    retry_message(first, rights=ana.rights)
    assert begin_sending(ticket.conversation_id) is None
    accept_sending(second.pk, Accepted(id="3EB02", address=""))
    sending = begin_sending(ticket.conversation_id)
    assert sending
    assert sending.message_id == first.pk


def test_an_echo_settles_a_message_of_a_closed_chapter_on_the_list_too(
    ticket: Ticket, box: Postbox, ana: Actor, answer: Answer
) -> None:
    message = unconfirmed(answer(ticket, by=ana, text="Até logo"))
    close_ticket(ticket, by=ana.user, rights=ana.rights)
    box.bring(box.said("Voltei", phone=PHONE))
    box.bring(box.echo("Até logo", phone=PHONE, message_id="3EB01"))
    assert fate(message) == ("accepted", "")
    ticket.refresh_from_db()
    assert ticket.preview_state == "accepted"
    assert broken_invariants() == []


def test_an_echo_after_a_person_saw_it_on_the_phone_is_that_message(
    ticket: Ticket, box: Postbox, ana: Actor, answer: Answer
) -> None:
    message = unconfirmed(answer(ticket, by=ana, text="Bom dia"))
    confirm_message(message, rights=ana.rights)
    box.bring(box.echo("Bom dia", phone=PHONE, message_id="3EB01"), box.status("3EB01", "READ"))
    assert (fresh(message).state, fresh(message).provider_id) == ("read", "3EB01")
    assert Message.objects.filter(direction="out").count() == 1


def test_of_two_equal_texts_the_echo_belongs_to_the_one_on_its_way(
    ticket: Ticket, box: Postbox, ana: Actor, answer: Answer
) -> None:
    older = unconfirmed(answer(ticket, by=ana, text="Bom dia"))
    newer = answer(ticket, by=ana, text="Bom dia")
    assert begin_sending(ticket.conversation_id)
    box.bring(box.echo("Bom dia", phone=PHONE, message_id="3EB02"))
    accept_sending(newer.pk, Accepted(id="3EB02", address=""))
    assert (fresh(newer).state, fresh(newer).provider_id) == ("accepted", "3EB02")
    assert fate(older) == ("unconfirmed", "")


def test_an_echo_that_gives_way_leaves_the_next_chapter_its_own_last_message(
    ticket: Ticket, box: Postbox, ana: Actor, answer: Answer
) -> None:
    message = answer(ticket, by=ana, text="Até logo")
    assert begin_sending(ticket.conversation_id)
    close_ticket(ticket, by=ana.user, rights=ana.rights)
    box.bring(box.said("Voltei", phone=PHONE), box.typed("Até logo", phone=PHONE, message_id="3A9"))
    accept_sending(message.pk, Accepted(id="3A9", address=""))
    following = Ticket.objects.live().get()
    assert (following.preview, following.preview_direction) == ("Voltei", "in")
    assert broken_invariants() == []
