"""Saying that an order is a customer's, that it is not, and taking that back."""

import pytest

from evendas.accounts.models import AuditEntry
from pedidos.models import Order
from sac.actions.merging import Union, unite_contacts
from sac.actions.parting import undo_merge
from sac.models import Contact, ContactMerge, OrderLink, Ticket
from sac.purchases import purchases_of
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason
from tests.sac.board import put_ticket
from tests.sac.order_rows import put_order

Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture
def ticket(shop: Shop, ana: Actor) -> Ticket:
    ticket = shop.hears("é o pedido 4441", department=shop.support)
    do(ana, ticket, "posse")
    return now_of(ticket)


@pytest.fixture
def order(shop: Shop) -> Order:
    """Its number is all the customer has to do with it."""
    return put_order(shop.store, number="4441", payment="paid")


def say(actor: Actor, ticket: Ticket, order: Order, word: str) -> int:
    return do(actor, ticket, "pedidos/vinculo", {"word": f"{order.pk} {word}"}).status_code


def told(ticket: Ticket) -> list[str]:
    return [one.match.reason for one in purchases_of(now_of(ticket)).last]


def test_who_attends_confirms_refuses_and_takes_it_back(
    ana: Actor, ticket: Ticket, order: Order
) -> None:
    assert (told(ticket), purchases_of(ticket).count) == (["informado na conversa"], 0)
    assert say(ana, ticket, order, "confirmed") == 200
    assert (told(ticket), purchases_of(ticket).count) == (["confirmado por Ana"], 1)
    assert say(ana, ticket, order, "refused") == 200
    assert told(ticket) == []
    assert say(ana, ticket, order, "taken_back") == 200
    assert told(ticket) == ["informado na conversa"]
    lines = AuditEntry.objects.filter(target="order", target_id=order.pk).order_by("id")
    assert [(line.action, line.actor, line.details) for line in lines] == [
        (action, ana.user, {"contact": ticket.conversation.contact_id})
        for action in ("order.confirmed", "order.refused", "order.word_taken_back")
    ]


def test_the_same_word_again_changes_nothing(ana: Actor, ticket: Ticket, order: Order) -> None:
    for _ in range(2):
        assert say(ana, ticket, order, "confirmed") == 200
    assert AuditEntry.objects.filter(action="order.confirmed").count() == 1


def test_every_page_with_the_customer_on_it_is_told(
    ana: Actor,
    ticket: Ticket,
    order: Order,
    pushes: Pushes,
    django_capture_on_commit_callbacks: type,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        say(ana, ticket, order, "confirmed")
    group = f"conv.{ticket.conversation_id}"
    around = {"t": "around", "conversation": ticket.conversation_id}
    assert ({group}, around) in pushes


def test_of_an_order_that_stands_elsewhere_nothing_is_said(
    shop: Shop, other_shop: Shop, ana: Actor, ticket: Ticket
) -> None:
    stranger = put_order(shop.store, phone="+5511912345678")
    theirs = put_order(other_shop.store, number="4441")
    for one in (stranger, theirs):
        assert say(ana, ticket, one, "confirmed") == 404
    assert not OrderLink.objects.exists()


@pytest.mark.parametrize("word", ["", "x confirmed", "1 stolen", "1", "9" * 19 + " confirmed"])
def test_a_word_nobody_offers_is_refused(ana: Actor, ticket: Ticket, word: str) -> None:
    answer = do(ana, ticket, "pedidos/vinculo", {"word": word})
    assert (answer.status_code, reason(answer)) == (422, "Escolha um dos pedidos.")


def test_who_only_sees_the_ticket_says_nothing(sara: Actor, ticket: Ticket, order: Order) -> None:
    answer = do(sara, ticket, "pedidos/vinculo", {"word": f"{order.pk} confirmed"})
    assert (answer.status_code, reason(answer)) == (403, "Este atendimento está com Ana.")
    assert not OrderLink.objects.exists()


def test_a_word_goes_with_contacts_that_are_united_and_back_when_they_are_parted(
    shop: Shop, dono: Actor, ana: Actor, order: Order
) -> None:
    kept, gone = (put_ticket(shop).conversation.contact for _ in range(2))
    other = put_order(shop.store)
    facts = {"store": shop.store, "by": ana.user, "at": order.placed_at, "kind": "confirmed"}
    OrderLink.objects.create(contact=kept, order=order, **facts)
    OrderLink.objects.create(contact=gone, order=order, **{**facts, "kind": "refused"})
    OrderLink.objects.create(contact=gone, order=other, **facts)
    unite_contacts([Union(kept, [gone], "teste")])
    assert words(kept) == {(order.pk, "confirmed"), (other.pk, "confirmed")}
    undo_merge(ContactMerge.objects.get(), by=dono.user)
    assert words(kept) == {(order.pk, "confirmed")}
    assert words(gone) == {(order.pk, "refused"), (other.pk, "confirmed")}


def words(contact: Contact) -> set[tuple[int, str]]:
    return set(OrderLink.objects.filter(contact=contact).values_list("order_id", "kind"))
