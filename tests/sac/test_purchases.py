"""A contact's orders: which, why, in what order, and what was spent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sac.models import Contact, ContactIdentity, OrderLink, Ticket
from sac.purchases import LAST, Purchases, purchases_of
from tests.conftest import Actor, Shop
from tests.sac.board import put_ticket
from tests.sac.order_rows import put_order
from tests.sac.pages import read


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    ticket = shop.hears(department=shop.support)
    contact = ticket.conversation.contact
    contact.email, contact.tax_id = "Marina@Exemplo.com.br", "52998224725"
    contact.save()
    return ticket


def found(ticket: Ticket) -> Purchases:
    return purchases_of(Ticket.objects.for_list().get(pk=ticket.pk))


def told(ticket: Ticket) -> list[tuple[str, str]]:
    return [(one.order.number, one.match.reason) for one in found(ticket).last]


def test_orders_are_found_by_everything_that_ties_them_newest_first(
    shop: Shop, other_shop: Shop, ticket: Ticket
) -> None:
    contact = ticket.conversation.contact
    day = timedelta(days=1)
    put_order(shop.store, number="1", age=3 * day, phone=contact.phone)
    put_order(shop.store, number="2", age=2 * day, buyer_document="52998224725")
    put_order(shop.store, number="3", age=day, buyer_email="marina@exemplo.com.br")
    put_order(shop.store, number="4441")
    shop.hears("cadê o pedido 4441?", phone=contact.phone)
    put_order(shop.store, buyer_name=contact.name, phone="+5511912345678")
    put_order(other_shop.store, number="4441", phone=contact.phone)
    assert told(ticket) == [
        ("4441", "informado na conversa"),
        ("3", "por e-mail"),
        ("2", "por CPF"),
        ("1", "por telefone"),
    ]


def test_an_edit_of_the_contact_counts_at_once(shop: Shop, ticket: Ticket) -> None:
    put_order(shop.store, number="2", buyer_document="11144477735")
    assert told(ticket) == []
    Contact.objects.update(tax_id="11144477735")
    assert told(ticket) == [("2", "por CPF")]
    Contact.objects.update(tax_id="")
    assert told(ticket) == []


def test_any_phone_the_contact_is_known_by_counts(shop: Shop, ticket: Ticket) -> None:
    ContactIdentity.objects.create(
        store=shop.store, contact=ticket.conversation.contact, kind="phone", value="+5511955554444"
    )
    put_order(shop.store, number="5", phone="+5511955554444")
    assert told(ticket) == [("5", "por telefone")]


def test_what_the_team_itself_wrote_is_no_hint(shop: Shop, ana: Actor, ticket: Ticket) -> None:
    put_order(shop.store, number="4441")
    ticket.conversation.messages.update(text="pedido 4441", direction="out")
    assert told(ticket) == []


def test_a_word_of_the_team_counts_more_than_phone_and_cpf(
    shop: Shop, ana: Actor, ticket: Ticket
) -> None:
    contact = ticket.conversation.contact
    theirs = put_order(shop.store, number="1", phone=contact.phone)
    stray = put_order(shop.store, number="2")
    facts = {"store": shop.store, "contact": contact, "by": ana.user, "at": ticket.created_at}
    OrderLink.objects.create(order=theirs, kind="refused", **facts)
    OrderLink.objects.create(order=stray, kind="confirmed", **facts)
    assert told(ticket) == [("2", "confirmado por Ana")]
    assert [order.number for order in found(ticket).refused] == ["1"]


def test_what_was_spent_is_of_paid_orders_in_reais_that_were_no_trial(
    shop: Shop, ticket: Ticket
) -> None:
    phone = ticket.conversation.contact.phone
    put_order(shop.store, phone=phone, payment="paid", total=Decimal("100.10"))
    back = Decimal(30)
    put_order(shop.store, phone=phone, total=80, payment="partially_refunded", refunded=back)
    put_order(shop.store, phone=phone, payment="pending")
    put_order(shop.store, phone=phone, payment="refunded", refunded=Decimal("249.90"))
    put_order(shop.store, phone=phone, payment="paid", currency="USD")
    put_order(shop.store, phone=phone, payment="paid", is_test=True)
    put_order(shop.store, phone=phone, payment="paid", cancelled_at=ticket.created_at)
    put_order(shop.store, number="4441", payment="paid")
    shop.hears("pedido 4441", phone=phone)
    assert (found(ticket).count, found(ticket).spent) == (7, Decimal("150.10"))
    # The same sum where not all of them are shown.
    for _ in range(LAST):
        put_order(shop.store, phone=phone, payment="paid", total=Decimal(1))
    many = found(ticket)
    assert (len(many.last), many.count, many.spent) == (LAST, 17, Decimal("160.10"))
    assert many.more == 7 + LAST - sum(one.match.is_sure for one in many.last)


def test_the_pane_says_what_there_is_and_when_there_is_nothing(
    shop: Shop, ana: Actor, ticket: Ticket
) -> None:
    address = f"/sac/atendimento/{ticket.code}/"
    assert "Nenhum pedido encontrado" in ana.client.get(address).content.decode()
    put_order(
        shop.store,
        number="10482",
        phone=ticket.conversation.contact.phone,
        parcel=("NL123BR", "https://rastreio.test/NL123BR"),
        payment_url="https://pagar.test/10482",
        pix_code="00020126",
    )
    page = read(ana.client.get(address))
    (pane,) = page.find("section", class_="purchases")
    text = " ".join(pane.text.split())
    for part in ("#10482", "Aguardando pagamento", "R$ 249,90", "2× Camiseta azul", "NL123BR"):
        assert part in text
    assert "por telefone" in text
    copied = [
        one.attributes["data-copy"] for one in page.find("button") if "data-copy" in one.attributes
    ]
    assert copied[-3:] == ["https://rastreio.test/NL123BR", "https://pagar.test/10482", "00020126"]


def test_what_was_paid_is_not_asked_for_again(shop: Shop, ana: Actor, ticket: Ticket) -> None:
    phone = ticket.conversation.contact.phone
    put_order(shop.store, phone=phone, payment="paid", payment_url="https://pagar.test/1")
    page = ana.client.get(f"/sac/atendimento/{ticket.code}/").content.decode()
    assert "https://pagar.test/1" not in page


def test_the_pane_costs_the_same_however_many_orders_there_are(
    shop: Shop, ana: Actor, ticket: Ticket
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ana.client.get(f"/sac/atendimento/{ticket.code}/cabecalho/")
        return len(queries)

    cost()
    nothing = cost()
    for _ in range(3):
        put_order(shop.store, phone=ticket.conversation.contact.phone, parcel=("A1", ""))
    few = cost()
    for _ in range(20):
        put_order(shop.store, phone=ticket.conversation.contact.phone, parcel=("A1", ""))
    many = cost()
    # Its lines and parcels; and the sums, once not all are shown.
    assert (few - nothing, many - few) == (2, 1)


def test_another_ticket_of_nobody_has_no_orders(shop: Shop) -> None:
    put_order(shop.store)
    stranger = put_ticket(shop)
    Contact.objects.filter(pk=stranger.conversation.contact_id).update(phone="")
    ContactIdentity.objects.all().delete()
    assert found(stranger).is_empty
