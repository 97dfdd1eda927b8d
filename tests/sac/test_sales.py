"""Sales credited to conversations: worked examples, the edges, and who may see them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from evendas.accounts.models import Store
from pedidos.models import Order, OrderPhone
from sac.models import Contact, Message, OrderLink, Ticket
from tests.conftest import Actor, Shop
from tests.pedidos.shelf import order
from tests.sac.acts import do, send
from tests.sac.pages import Element, Page, read

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Sao_Paulo")
MARCH = "?de=2026-03-01&ate=2026-03-31"
PHONE = "+5511987651234"


def moment(hour: int, minute: int = 0, *, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@contextmanager
def at(hour: int, minute: int = 0, *, day: int = 10) -> Iterator[None]:
    with clock.at(moment(hour, minute, day=day)):
        yield


def bought(store: Store, paid: datetime, *, phone: str = PHONE, **told: Any) -> Order:
    """Put a sale of R$ 100 into a store, placed a day before it was paid."""
    total = str(told.pop("total", "100.00"))
    made = order(store, total, paid - timedelta(days=1), paid=paid, **told)
    if phone:
        OrderPhone.objects.create(store=store, order=made, phone=phone)
    return made


def credited(actor: Actor, query: str = MARCH) -> list[tuple[str, str, str, str]]:
    """Number, amount, ticket and attendant of each sale, as the list tells it."""
    page = read(actor.client.get(f"/pedidos/vendas/{query}"))
    rows = [words(row) for row in page.find("tr")[1:]]
    return [(number.strip("#"), kept, ticket, who) for number, _, kept, ticket, _, who in rows]


def words(row: Element) -> list[str]:
    """What stands in the cells of a line."""
    return [cell.strip() for cell in row.text.split("\n") if cell.strip()]


def owners(actor: Actor, query: str = MARCH) -> list[tuple[str, str]]:
    return [(ticket, who) for _, _, ticket, who in credited(actor, query)]


def by_attendant(page: Page) -> list[list[str]]:
    """The lines of the panel, the last of all together."""
    return [words(row) for row in page.find("tr", class_="sale-line")]


@pytest.fixture
def talk(shop: Shop, ana: Actor) -> Ticket:
    """Marina writes on the 10th at 9:00; Ana answers at 9:05, and closes at 10:00."""
    with at(9):
        ticket = shop.hears(phone=PHONE, department=shop.support)
    with at(9, 5):
        send(ana, ticket)
    with at(10):
        do(ana, ticket, "encerramento")
    return ticket


def test_a_sale_is_the_conversations_and_theirs_who_answered(
    shop: Shop, talk: Ticket, sara: Actor
) -> None:
    made = bought(shop.store, moment(15, day=12))
    assert credited(sara) == [(made.number, "R$\u00a0100,00", talk.code, "Ana")]
    for address in (f"/relatorios/{MARCH}", "/?mes=2026-03"):
        with at(12, day=20):
            page = read(sara.client.get(address))
        assert by_attendant(page) == [
            ["Ana", "1", "R$\u00a0100,00"],
            ["Todas", "1", "R$\u00a0100,00"],
        ]


def test_the_stores_days_are_counted_from_the_end_and_the_last_moment_is_in(
    shop: Shop, talk: Ticket, sara: Actor
) -> None:
    ended = moment(10)
    late = bought(shop.store, ended + timedelta(days=7, seconds=1))
    assert credited(sara) == []
    just = bought(shop.store, ended + timedelta(days=7))
    assert [one[0] for one in credited(sara)] == [just.number]
    Store.objects.filter(pk=shop.store.pk).update(sale_within_days=8)
    assert [one[0] for one in credited(sara)] == [late.number, just.number]


def test_one_that_goes_on_is_active_as_long_as_something_is_said(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    with at(9, day=1):
        ticket = shop.hears(phone=PHONE, department=shop.support)
        send(ana, ticket)
    with at(9, day=7):
        shop.hears("Ainda tem?", phone=PHONE)
    near, far = bought(shop.store, moment(9, day=14)), bought(shop.store, moment(10, day=14))
    assert [one[0] for one in credited(sara)] == [near.number]
    with at(9, day=20):
        # What is said after the payment does not make it a sale of this conversation.
        send(ana, ticket)
    assert far.number not in [one[0] for one in credited(sara)]


def test_what_was_answered_only_after_the_payment_is_no_sale(
    shop: Shop, talk: Ticket, sara: Actor
) -> None:
    bought(shop.store, moment(9, 4))
    assert credited(sara) == []


def test_nobody_answered_nobody_sold(shop: Shop, ana: Actor, sara: Actor) -> None:
    with at(9):
        ticket = shop.hears(phone=PHONE, department=shop.support)
        do(ana, ticket, "posse")
        note = {"text": "Ligar depois", "client_uuid": str(uuid4())}
        assert do(ana, ticket, "notas", note).status_code == 200
    bought(shop.store, moment(15))
    assert credited(sara) == []
    with at(9, 30):
        send(ana, ticket)
    Message.objects.filter(ticket=ticket, origin="desk", direction="out").update(state="failed")
    assert credited(sara) == []


def test_of_two_conversations_the_last_answered_one_has_it_and_in_it_who_answered_last(
    shop: Shop, talk: Ticket, ana: Actor, bia: Actor, sara: Actor
) -> None:
    first = bought(shop.store, moment(10, 30))
    with at(11):
        second = shop.hears("Voltei", phone=PHONE, department=shop.support)
    unanswered = bought(shop.store, moment(11, 30))
    with at(12):
        send(ana, second)
        do(ana, second, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
        do(bia, second, "posse")
    handed_on = bought(shop.store, moment(12, 30))
    with at(13):
        send(bia, second)
    last = bought(shop.store, moment(13, 30))
    assert [(one[0], *one[2:]) for one in credited(sara)] == [
        (last.number, second.code, "Bia"),
        (handed_on.number, second.code, "Ana"),
        (unanswered.number, talk.code, "Ana"),
        (first.number, talk.code, "Ana"),
    ]
    assert bia.attendant
    assert len(credited(sara, f"{MARCH}&atendente={bia.attendant.pk}")) == 1
    assert len(credited(sara, f"{MARCH}&departamento={shop.support.pk}")) == 2
    assert credited(sara, f"{MARCH}&departamento=nenhum") == []
    assert len(credited(sara, f"{MARCH}&canal={shop.instance.pk}")) == 4


def test_a_phone_two_people_share_credits_a_sale_once(
    shop: Shop, talk: Ticket, bia: Actor, sara: Actor
) -> None:
    with at(11):
        other = shop.hears(phone="+5511987650000", department=shop.sales)
        send(bia, other)
    Contact.objects.filter(conversations__tickets=other).update(tax_id="52998224725")
    bought(shop.store, moment(15), buyer_document="52998224725")
    assert owners(sara) == [(other.code, "Bia")]


@pytest.mark.parametrize(
    "told",
    [
        {"payment": "refunded"},
        {"payment": "pending"},
        {"is_test": True},
        {"currency": "USD"},
        {"cancelled_at": moment(16)},
        {"phone": "+5511900000001"},
        {"phone": "", "buyer_email": "ab12@ct.vtex.com.br"},
        {"phone": "+558007771234"},
        {"phone": "", "number": "777123"},
    ],
    ids=lambda told: " ".join(map(str, told.values())),
)
def test_what_is_no_sale_of_this_contact_is_credited_to_nobody(
    shop: Shop, talk: Ticket, sara: Actor, told: dict[str, Any]
) -> None:
    mine = Contact.objects.filter(conversations__tickets=talk)
    mine.update(email="ab12@ct.vtex.com.br")
    mine.get().identities.create(store=shop.store, kind="phone", value="+558007771234")
    with at(9, 10):
        Message.objects.filter(ticket=talk, direction="in").update(text="E o pedido 777123?")
    bought(shop.store, moment(15), **told)
    assert credited(sara) == []


def test_what_was_given_back_is_taken_off(shop: Shop, talk: Ticket, sara: Actor) -> None:
    bought(shop.store, moment(15), payment="partially_refunded", refunded=Decimal("30.50"))
    assert [one[1] for one in credited(sara)] == ["R$\u00a069,50"]


def test_another_tie_counts_and_the_teams_word_before_all(
    shop: Shop, talk: Ticket, ana: Actor, sara: Actor
) -> None:
    contact = Contact.objects.get(conversations__tickets=talk)
    Contact.objects.filter(pk=contact.pk).update(email="Marina@Exemplo.com.br")
    by_mail = bought(shop.store, moment(15), phone="", buyer_email="marina@exemplo.com.br")
    by_word = bought(shop.store, moment(16), phone="")
    refused = bought(shop.store, moment(17))
    for made, kind in ((by_word, "confirmed"), (refused, "refused")):
        OrderLink.objects.create(
            store=shop.store, contact=contact, order=made, kind=kind, by=ana.user, at=moment(18)
        )
    assert [one[0] for one in credited(sara)] == [by_word.number, by_mail.number]


def test_another_stores_orders_and_people_are_in_none(
    shop: Shop, other_shop: Shop, talk: Ticket, sara: Actor, eva: Actor
) -> None:
    bought(other_shop.store, moment(15))
    assert credited(sara) == []
    assert credited(eva) == []


def test_money_is_for_who_may_see_it(shop: Shop, talk: Ticket, ana: Actor, sara: Actor) -> None:
    bought(shop.store, moment(15))
    assert ana.client.get(f"/pedidos/vendas/{MARCH}").status_code == 403
    assert ana.attendant
    ana.attendant.can_view_all = True
    ana.attendant.save()
    for address in (f"/relatorios/{MARCH}", "/relatorios/definicoes/", "/?mes=2026-03"):
        assert "creditadas" not in read(ana.client.get(address)).find("main")[0].text
        assert "creditadas" in read(sara.client.get(address)).find("main")[0].text


def test_the_list_goes_on_below_what_it_showed_and_costs_the_same(
    shop: Shop, talk: Ticket, sara: Actor
) -> None:
    bought(shop.store, moment(15))
    credited(sara)
    with CaptureQueriesContext(connection) as few:
        read(sara.client.get(f"/pedidos/vendas/{MARCH}"))
    for minute in range(55):
        bought(shop.store, moment(14, minute))
    with CaptureQueriesContext(connection) as many:
        page = read(sara.client.get(f"/pedidos/vendas/{MARCH}"))
    assert len(many) == len(few)
    (more,) = [
        one.attributes["href"] for one in page.find("a") if "antes=" in one.attributes["href"]
    ]
    first, rest = credited(sara), credited(sara, more)
    assert (len(first), len(rest)) == (50, 6)
    assert len({one[0] for one in first + rest}) == 56
