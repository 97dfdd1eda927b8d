"""Menu Pedidos: what is listed, found and shown; and what the box offers after a "#"."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas.accounts.models import Store
from pedidos.listing import PAGE
from pedidos.models import Order, OrderItem
from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.order_rows import let_become, put_order
from tests.sac.pages import read

NAME, MAIL = "Mariana D'Ávila", "mariana@exemplo.com.br"


def listed(actor: Actor, query: str = "") -> list[str]:
    page = read(actor.client.get(f"/pedidos/?{query}"))
    return [one.text.lstrip("#") for one in page.find("b", class_="order-number")]


@pytest.fixture
def orders(shop: Shop, other_shop: Shop) -> list[Order]:
    """Mariana's, then a stranger's a day older; and one of another store."""

    def mariana(store: Store) -> Order:
        return put_order(
            store,
            number="1187",
            payment="paid",
            phone="+5511987654321",
            buyer_document="52998224725",
            buyer_name=NAME,
            buyer_email=MAIL,
        )

    mariana(other_shop.store)
    return [
        mariana(shop.store),
        put_order(shop.store, number="2290", platform="shopify", age=timedelta(days=1)),
    ]


def test_orders_are_listed_newest_first(sara: Actor, orders: list[Order]) -> None:
    assert listed(sara) == ["1187", "2290"]


@pytest.mark.parametrize(
    "text",
    [
        *("1187", "%231187", "118", "d%27avila", "D%27Ávila", "MARIANA", "mariana@exemplo.com.br"),
        *("Mariana@", "529.982.247-25", "52998224725", "(11) 98765-4321", "987654321"),
    ],
)
def test_an_order_is_found_by_all_that_people_know_of_it(
    sara: Actor, orders: list[Order], text: str
) -> None:
    assert listed(sara, f"q={text}") == ["1187"]


@pytest.mark.parametrize("text", ["9999", "Mariano", "111.444.777-35", "%25", "a@b", "%00"])
def test_what_nobody_bought_by_is_not_found(sara: Actor, orders: list[Order], text: str) -> None:
    page = sara.client.get(f"/pedidos/?q={text}").content.decode()
    assert "Nenhum pedido encontrado" in page or "nulos" in page


def test_filters_narrow_the_list_down(sara: Actor, orders: list[Order]) -> None:
    day = f"{datetime.now(tz=orders[0].store.zone) - timedelta(days=1):%Y-%m-%d}"
    assert listed(sara, "situacao=paid") == ["1187"]
    assert listed(sara, "plataforma=shopify") == ["2290"]
    assert listed(sara, f"ate={day}") == ["2290"]
    assert listed(sara, f"de={day}&ate={day}") == ["2290"]
    assert listed(sara, f"de={day}") == ["1187", "2290"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("de=2026-11-21&ate=2026-11-20", "O período termina antes de começar."),
        ("de=amanha", "Escreva uma data: 21/11/2026."),
        ("ate=9999-12-31", "Escolha uma data entre 2000 e 2100."),
        ("situacao=perdido", "Escolha uma das situações."),
    ],
)
def test_what_is_wrong_with_a_filter_is_said_beside_it(
    sara: Actor, orders: list[Order], query: str, told: str
) -> None:
    answer = sara.client.get(f"/pedidos/?{query}")
    assert answer.status_code == 200
    assert told in answer.content.decode()


def test_a_store_without_orders_is_told_how_they_come(sara: Actor) -> None:
    assert "Nenhum pedido ainda" in sara.client.get("/pedidos/").content.decode()


def test_pages_follow_each_other_at_a_constant_cost(shop: Shop, sara: Actor) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            sara.client.get(address)
        return len(queries)

    put_order(shop.store)
    one = cost("/pedidos/")
    moment = put_order(shop.store).placed_at
    for _ in range(PAGE + 3):
        put_order(shop.store)
    Order.objects.update(placed_at=moment)
    assert cost("/pedidos/") == one
    seen = listed(sara, "q=7")
    (link,) = read(sara.client.get("/pedidos/?q=7")).find("a", rel="next")
    following = link.attributes["href"]
    assert "q=7" in following
    seen += listed(sara, following.lstrip("?").partition("?")[2] or following.lstrip("?"))
    assert sorted(seen) == sorted(Order.objects.values_list("number", flat=True))


@pytest.mark.parametrize("cursor", ["x", "2026-11-21T10:00:00~x", "9999-99-99~1", "~", "1~2~3"])
def test_a_cursor_that_is_none_means_the_beginning(
    sara: Actor, orders: list[Order], cursor: str
) -> None:
    assert listed(sara, f"depois={cursor}") == ["1187", "2290"]


def test_an_order_tells_all_there_is(shop: Shop, sara: Actor) -> None:
    order = put_order(
        shop.store,
        number="10482",
        phone="+5511987654321",
        parcel=("NL123BR", "https://rastreio.test/NL123BR"),
        discount=Decimal(10),
        freight=Decimal("12.50"),
        payment="paid",
        buyer_document="52998224725",
        buyer_name=NAME,
        buyer_email=MAIL,
    )
    let_become(order, "paid")
    with CaptureQueriesContext(connection) as queries:
        answer = sara.client.get(f"/pedidos/{order.pk}/")
    text = " ".join(read(answer).find("main")[0].text.split())
    for part in (
        *("Pedido #10482", "Camiseta azul", "R$ 198,00", "−R$ 10,00", "R$ 12,50", "R$ 249,90"),
        *("Mariana D'Ávila", "529.982.247-25", "(11) 98765-4321", "NL123BR"),
        *("Pedido feito", "Pagamento confirmado", "WooCommerce"),
    ):
        assert part in text
    assert len(queries) <= 12


def test_who_may_not_know_of_money_has_neither_menu_nor_screens(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    order = put_order(shop.store)
    for address in ("/pedidos/", f"/pedidos/{order.pk}/"):
        assert ana.client.get(address).status_code == 403
        assert sara.client.get(address).status_code == 200
    assert 'href="/pedidos/"' in sara.client.get("/").content.decode()
    assert 'href="/pedidos/"' not in ana.client.get("/").content.decode()


def test_the_box_offers_what_may_be_said_of_this_customers_orders_alone(
    shop: Shop, ana: Actor
) -> None:
    ticket = shop.hears("e o pedido 4441?", department=shop.support)
    phone = ticket.conversation.contact.phone
    put_order(shop.store, number="4441", parcel=("ZZ9", ""))
    put_order(shop.store, number="1", phone=phone, parcel=("NL1", "https://r.test/NL1"))
    put_order(
        shop.store,
        number="2",
        phone=phone,
        age=timedelta(days=1),
        payment_url="https://pagar.test/2",
        boleto_code="34191",
    )
    # Some shops tell neither how many nor for how much.
    OrderItem.objects.filter(order__number="2").update(quantity=1, price=0)
    assert offered(ana, ticket) == [
        "Rastreio do pedido #1: NL1 – https://r.test/NL1",
        "Pedido #1: 2× Camiseta azul – R$\xa0249,90",
        "Link de pagamento do pedido #2: https://pagar.test/2",
        "Boleto do pedido #2: 34191",
        "Pedido #2: Camiseta azul – R$\xa0249,90",
    ]


def offered(actor: Actor, ticket: Ticket) -> list[str]:
    page = read(actor.client.get(f"/sac/atendimento/{ticket.code}/pedidos/"))
    return [one.attributes["data-text"] for one in page.find("li")]
