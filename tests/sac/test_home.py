"""Início tells how the service stands: how many wait, and since when the first of them does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sac.actions.tickets import claim_ticket
from sac.actions.transfers import return_ticket
from sac.filters import longest_wait
from sac.models import Message, Ticket
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox
from tests.sac.pages import read

pytestmark = pytest.mark.django_db


def told(actor: Actor) -> tuple[str, str]:
    """How many wait, and what is said of the one that waits longest."""
    page = read(actor.client.get("/"))
    count, age = (page.find(id=name)[0].text for name in ("waiting-now", "oldest-wait"))
    return count.strip(), age.strip()


def waits_since(hours: int, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(queued_at=timezone.now() - timedelta(hours=hours))


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


def test_nobody_waits(shop: Shop, ana: Actor) -> None:
    assert told(ana) == ("0", "ninguém esperando")


def test_the_age_of_the_longest_wait_is_told_of_what_one_may_see(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    waits_since(2, shop.hears(department=shop.support))
    waits_since(3, shop.hears(department=shop.support))
    waits_since(5, shop.hears(department=shop.sales))
    assert told(ana) == ("2", "mais antiga há 3 h")
    assert told(sara) == ("3", "mais antiga há 5 h")


@pytest.mark.parametrize("way", ["typed", "echo"])
def test_whom_somebody_answered_outside_of_the_desk_is_waiting_for_nobody(
    shop: Shop, sara: Actor, box: Postbox, way: str
) -> None:
    answered, other = new_phone(), new_phone()
    waits_since(5, shop.hears(phone=answered))
    waits_since(2, shop.hears(phone=other))
    assert told(sara) == ("2", "mais antiga há 5 h")
    box.bring(getattr(box, way)("Já respondi pelo celular", phone=answered))
    # It stands in the queue still.
    assert told(sara) == ("2", "mais antiga há 2 h")
    box.bring(getattr(box, way)("E a você também", phone=other))
    assert told(sara) == ("2", "ninguém esperando")
    box.bring(box.said("Mas ainda não chegou", phone=answered))
    assert told(sara) == ("2", "mais antiga há 5 h")


def test_whom_an_attendant_answered_and_gave_back_waits_for_somebody(
    shop: Shop, sara: Actor, answer: Callable[..., Message]
) -> None:
    ticket = shop.hears()
    answer(ticket, by=sara)
    return_ticket(ticket, by=sara.user, rights=sara.rights)
    waits_since(3, ticket)
    assert told(sara) == ("1", "mais antiga há 3 h")


def test_whose_age_is_told_is_awaited_in_the_list_too(
    shop: Shop, sara: Actor, box: Postbox
) -> None:
    phones = [new_phone() for _ in range(4)]
    tickets = [shop.hears(phone=phone) for phone in phones]
    box.bring(*(box.typed("Oi", phone=phone) for phone in phones[:2]))
    box.bring(box.said("Quanto custa?", phone=phones[1]))
    claim_ticket(tickets[3], by=sara.user, rights=sara.rights)
    rows = Ticket.objects.order_by("id")
    assert [ticket.is_awaited for ticket in rows] == [False, True, True, False]
    told_of = [longest_wait(rows.filter(pk=ticket.pk)) is not None for ticket in rows]
    assert told_of == [ticket.is_awaited for ticket in rows]
