"""Who waits shows the newest open order on their row, where the store wants it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from evendas.accounts.models import Store
from pedidos.models import Order
from sac import tasks
from sac.models import Contact, OrderLink, Ticket
from sac.newest_orders import days_late
from tests.conftest import Actor, Shop
from tests.sac.acts import do
from tests.sac.board import put_ticket
from tests.sac.order_rows import put_order
from tests.sac.pages import read

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAY = timedelta(days=1)
Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture(autouse=True)
def _shown(shop: Shop) -> Iterator[None]:
    Store.objects.filter(pk=shop.store.pk).update(shows_waiting_order=True, delivers_within=7)
    shop.store.refresh_from_db()
    with clock.at(NOON):
        yield


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support)


@pytest.fixture
def buy(shop: Shop, ticket: Ticket) -> Callable[..., Order]:
    """An order of the waiting customer, paid so many days ago."""

    def bought(days: int = 0, **facts: object) -> Order:
        at = NOON - days * DAY
        known = {"phone": ticket.conversation.contact.phone, "payment": "paid", "paid_at": at}
        order = put_order(shop.store, **(known | facts))  # type: ignore[arg-type]
        Order.objects.filter(pk=order.pk).update(placed_at=at)
        return order

    return bought


def told(actor: Actor, query: str = "") -> list[str]:
    """What the rows say of orders."""
    page = read(actor.client.get(f"/sac/atendimento/lista/{query}"))
    return [" ".join(one.text.split()) for one in page.find("span", class_="row-order")]


def test_a_row_shows_the_newest_order_that_is_still_open(
    ana: Actor, buy: Callable[..., Order]
) -> None:
    buy(1, number="1", fulfillment="delivered")
    buy(2, number="2", cancelled_at=NOON)
    buy(3, number="3", is_test=True)
    buy(4, number="4", fulfillment="returned")
    assert told(ana) == []
    buy(61, number="5")
    assert told(ana) == []
    buy(9, number="6", fulfillment="separating")
    buy(10, number="7")
    assert told(ana) == ["Pedido #6, Em separação, 2 dias de atraso"]


def test_only_what_is_surely_theirs_is_told(
    shop: Shop, ana: Actor, ticket: Ticket, buy: Callable[..., Order]
) -> None:
    contact = ticket.conversation.contact
    Contact.objects.filter(pk=contact.pk).update(email="Marina@exemplo.com.br")
    shop.hears("é o pedido 55", phone=contact.phone)
    buy(phone="", number="55")
    assert told(ana) == []
    mailed = buy(2, phone="", number="56", buyer_email="marina@exemplo.com.br")
    called, confirmed = buy(1, number="57"), buy(3, phone="", number="58")
    assert told(ana) == ["Pedido #57, Pago"]
    for order, kind in ((called, "refused"), (mailed, "refused"), (confirmed, "confirmed")):
        OrderLink.objects.create(
            store=shop.store, contact=contact, order=order, kind=kind, by=ana.user, at=NOON
        )
    assert told(ana) == ["Pedido #58, Pago"]


def test_only_who_waits_and_only_where_the_store_wants_it(
    shop: Shop, ana: Actor, ticket: Ticket, buy: Callable[..., Order]
) -> None:
    buy()
    do(ana, ticket, "posse")
    assert told(ana, "?situacao=em-aberto") == []
    do(ana, ticket, "devolucao")
    assert len(told(ana)) == 1
    Store.objects.update(shows_waiting_order=False)
    assert told(ana) == []


@pytest.mark.parametrize(
    ("days", "facts", "late"),
    [
        (7, {}, 0),
        (8, {}, 1),
        (8, {"label": "ready_for_pickup"}, 0),
        (8, {"label": "shipped"}, 1),
        (8, {"paid_at": None}, 0),
        # Nine at night of the second in São Paulo, elsewhere the third by then.
        (7.625, {}, 1),
    ],
)
def test_an_order_is_late_by_the_stores_own_days(
    days: float, facts: dict[str, object], late: int
) -> None:
    store = Store(timezone="America/Sao_Paulo", delivers_within=7)
    order = Order(**({"paid_at": NOON - days * DAY, "label": "paid"} | facts))
    assert days_late(order, store, NOON) == late


@pytest.mark.parametrize(("is_shown", "cost"), [(False, 0), (True, 2)])
def test_thirty_rows_cost_as_many_queries_as_one(
    shop: Shop, ana: Actor, is_shown: bool, cost: int
) -> None:
    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(told(ana)) == (rows if is_shown else 0)
        return len(queries)

    Store.objects.update(shows_waiting_order=is_shown)
    found = []
    for few, many in ((0, 1), (1, 30)):
        for _ in range(few, many):
            ticket = put_ticket(shop, department=shop.support)
            put_order(shop.store, phone=ticket.conversation.contact.phone)
        found.append(count(many))
    assert found == [4 + cost] * 2


def test_a_row_is_pushed_with_what_became_of_the_order(
    shop: Shop,
    ticket: Ticket,
    buy: Callable[..., Order],
    pushes: Pushes,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    # Nothing of it is told in the thread: it was long ago, or is no step.
    order = buy(30, became=(), fulfillment="separating")

    def rows() -> list[str]:
        pushes.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            tasks.order_changed(order.pk)
        return [str(frame["html"]) for _, frame in pushes if frame["t"] == "row"]

    (row,) = rows()
    assert f"#{order.number}" in row
    assert "Em separação" in row
    Order.objects.update(fulfillment="delivered")
    (row,) = rows()
    assert "row-order" not in row
    Store.objects.update(shows_waiting_order=False)
    assert rows() == []
