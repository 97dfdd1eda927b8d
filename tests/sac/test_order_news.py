"""What became of an order is told beside and in its buyer's conversations, once each."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from pedidos.models import Order
from sac import tasks
from sac.actions.closing import close_ticket
from sac.models import Contact, OrderLink, Ticket, TicketEvent
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of
from tests.sac.board import put_ticket
from tests.sac.order_rows import let_become, put_order
from tests.sac.pages import read

Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support)


@pytest.fixture
def order(shop: Shop, ticket: Ticket) -> Order:
    return put_order(shop.store, number="10482", phone=ticket.conversation.contact.phone)


def steps(ticket: Ticket) -> list[str]:
    about = ticket.events.exclude(order_key=None).order_by("id")
    return list(about.values_list("kind", flat=True))


def test_a_live_thread_tells_each_step_of_an_order_once(
    ana: Actor, ticket: Ticket, order: Order
) -> None:
    for _ in range(2):
        tasks.order_changed(order.pk)
    assert steps(ticket) == ["order_placed"]
    let_become(order, "paid")
    let_become(order, "shipped")
    let_become(order, "delivered")
    for _ in range(2):
        tasks.order_changed(order.pk)
    assert steps(ticket) == ["order_placed", "order_paid", "order_shipped"]
    page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/"))
    lines = [" ".join(one.text.split()) for one in page.find("li", class_="event")]
    assert [line.partition(" ·")[0] for line in lines[-3:]] == [
        "Novo pedido #10482 na loja",
        "Pagamento do pedido #10482 confirmado",
        "Pedido #10482 enviado",
    ]


def test_the_database_keeps_a_step_from_being_told_twice(ticket: Ticket, order: Order) -> None:
    tasks.order_changed(order.pk)
    event = ticket.events.get(order_key=order.pk)
    event.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)


def test_a_closed_thread_and_what_is_long_past_stay_as_they_are(
    shop: Shop, ana: Actor, ticket: Ticket, order: Order
) -> None:
    old = put_order(
        shop.store, phone=ticket.conversation.contact.phone, became=(), age=timedelta(days=9)
    )
    let_become(old, "placed", age=timedelta(days=9))
    tasks.order_changed(old.pk)
    assert steps(ticket) == []
    do(ana, ticket, "posse")
    close_ticket(now_of(ticket), by=ana.user, rights=ana.rights)
    tasks.order_changed(order.pk)
    assert steps(ticket) == []


def test_it_is_told_to_whom_it_surely_belongs_and_to_nobody_else(
    shop: Shop, other_shop: Shop, ana: Actor, ticket: Ticket, order: Order
) -> None:
    phone = ticket.conversation.contact.phone
    by_cpf, by_mail, confirmed, refused, stranger = (put_ticket(shop) for _ in range(5))
    known = Contact.objects.all()
    known.filter(pk=by_cpf.conversation.contact_id).update(tax_id="52998224725")
    known.filter(pk=by_mail.conversation.contact_id).update(email="Marina@Exemplo.com.br")
    known.filter(pk=refused.conversation.contact_id).update(tax_id="52998224725")
    for one, kind in ((confirmed, "confirmed"), (refused, "refused")):
        OrderLink.objects.create(
            store=shop.store,
            contact=one.conversation.contact,
            order=order,
            kind=kind,
            by=ana.user,
            at=order.placed_at,
        )
    Order.objects.update(buyer_document="52998224725", buyer_email="marina@exemplo.com.br")
    elsewhere = other_shop.hears(phone=phone)
    shop.hears("é o 10482", phone=stranger.conversation.contact.phone)
    tasks.order_changed(order.pk)
    told = [steps(one) for one in (ticket, by_cpf, by_mail, confirmed)]
    assert told == [["order_placed"]] * 4
    assert [steps(one) for one in (refused, stranger, elsewhere)] == [[]] * 3


def test_pages_are_told_without_being_asked_who_looks(
    shop: Shop,
    ticket: Ticket,
    order: Order,
    pushes: Pushes,
    django_capture_on_commit_callbacks: type,
) -> None:
    tasks.order_changed(order.pk)
    pushes.clear()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.order_changed(order.pk)
    around = {"t": "around", "conversation": ticket.conversation_id}
    assert pushes == [
        ({f"conv.{ticket.conversation_id}"}, around),
        ({f"store.{shop.store.pk}"}, {"t": "money"}),
    ]


def test_a_number_the_customer_writes_is_shown_at_once(
    shop: Shop,
    ticket: Ticket,
    pushes: Pushes,
    rings: list[tuple[str, tuple[int, ...]]],
    django_capture_on_commit_callbacks: type,
) -> None:
    phone = ticket.conversation.contact.phone
    put_order(shop.store, number="4441")
    with django_capture_on_commit_callbacks(execute=True):
        shop.hears("obrigada!", phone=phone)
        shop.hears("é o pedido 4441", phone=phone)
    asked = [ids for name, ids in rings if name == "sac.order_told"]
    assert asked == [(ticket.conversation_id,)]
    pushes.clear()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.order_told(ticket.conversation_id)
    assert [frame["t"] for _, frame in pushes] == ["around"]
    Order.objects.all().delete()
    pushes.clear()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.order_told(ticket.conversation_id)
    assert pushes == []


def test_an_order_that_is_gone_by_then_is_nobodys_news(ticket: Ticket, order: Order) -> None:
    tasks.order_changed(order.pk)
    gone = order.pk
    order.delete()
    tasks.order_changed(gone)
    assert TicketEvent.objects.filter(order_key=gone).count() == 1
