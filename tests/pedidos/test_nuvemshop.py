"""Nuvemshop: notices, the order its API tells, and requests about people's data."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pedidos.models import Order
from pedidos.platforms import nuvemshop
from pedidos.platforms.port import (
    Ignored,
    Malformed,
    OrderToFetch,
    PeopleToForget,
    ShipmentSeen,
)
from tests.pedidos.order_data import (
    NUVEM_NOTICE,
    NUVEM_PAID,
    NUVEM_SENT,
    body,
    changed,
    parse,
    seen,
)

Pay = Order.Payment
Ship = Order.Fulfillment


def test_a_notice_says_which_order_to_ask_for() -> None:
    assert parse(NUVEM_NOTICE, body(NUVEM_NOTICE)) == OrderToFetch("1712345678", "1234567")
    assert nuvemshop.topic({}, body(NUVEM_NOTICE)) == "order/paid"
    newer = changed(NUVEM_NOTICE, event="order/custom_fields_updated")
    assert parse(NUVEM_NOTICE, newer) == OrderToFetch("1712345678", "1234567")


@pytest.mark.parametrize("told", [None, "", "../stores", "1/2", {}, ...])
def test_what_is_no_id_is_never_asked_for(told: object) -> None:
    event = parse(NUVEM_NOTICE, changed(NUVEM_NOTICE, id=told))
    why = "falta a identificação do pedido (campo id), ou não é um número"
    assert event == Malformed(why)


@pytest.mark.parametrize("event", ["product/updated", "app/uninstalled", "customer/created"])
def test_a_notice_of_something_else_is_ignored(event: str) -> None:
    told = parse(NUVEM_NOTICE, changed(NUVEM_NOTICE, event=event))
    assert told == Ignored(f"o evento {event} não é de pedido")


def test_an_order_is_read_whole() -> None:
    order = seen(NUVEM_SENT)
    assert [(item.name, int(item.quantity), item.price) for item in order.items] == [
        ("Caderno Pontilhado", 3, Decimal("49.90"))
    ]
    assert order.shipments == (
        ShipmentSeen(
            code="AC246813579BR",
            url="https://rastreamento.example.com/AC246813579BR",
            carrier="Correios",
        ),
    )
    assert order.shipped_at == datetime(2026, 3, 3, 14, 21, 38, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 3, 3, 14, 21, 40, tzinfo=UTC)
    assert order.payment_method == "Cartão de crédito"
    paid = seen(NUVEM_PAID)
    assert (paid.discount, paid.freight) == (Decimal("9.99"), Decimal("22.90"))


@pytest.mark.parametrize(
    ("status", "payment", "refunded"),
    [
        ("pending", Pay.PENDING, "0"),
        ("authorized", Pay.AUTHORIZED, "0"),
        ("paid", Pay.PAID, "0"),
        ("abandoned", Pay.FAILED, "0"),
        ("voided", Pay.FAILED, "0"),
        ("refunded", Pay.REFUNDED, "212.71"),
        ("partially_refunded", Pay.PARTIALLY_REFUNDED, "0"),
        ("unheard_of", Pay.PENDING, "0"),
    ],
)
def test_a_payment_is_told_in_the_stores_words(status: str, payment: Pay, refunded: str) -> None:
    order = seen(NUVEM_PAID, payment_status=status)
    assert (order.payment, order.refunded) == (payment, Decimal(refunded))


@pytest.mark.parametrize(
    ("status", "fulfillment"),
    [
        ("unpacked", Ship.UNFULFILLED),
        ("unfulfilled", Ship.SEPARATING),
        ("unshipped", Ship.SEPARATING),
        ("partially_fulfilled", Ship.PARTIAL),
        ("fulfilled", Ship.SHIPPED),
        ("delivered", Ship.DELIVERED),
        (None, Ship.UNFULFILLED),
    ],
)
def test_packed_is_not_sent_and_fulfilled_is(status: str | None, fulfillment: Ship) -> None:
    assert seen(NUVEM_PAID, shipping_status=status).fulfillment == fulfillment


def test_closed_is_archived_and_cancelled_is_cancelled() -> None:
    closed = seen(NUVEM_SENT, status="closed", closed_at="2026-03-09T10:00:00+0000")
    assert (closed.fulfillment, closed.is_cancelled) == (Ship.SHIPPED, False)
    cancelled = seen(NUVEM_SENT, status="cancelled", cancelled_at="2026-03-09T10:00:00+0000")
    assert cancelled.is_cancelled
    assert cancelled.cancelled_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert seen(NUVEM_SENT, status="cancelled").is_cancelled


def test_a_variant_is_named_once() -> None:
    def named(**line: object) -> str:
        return seen(NUVEM_PAID, products=[{"price": "1", **line}]).items[0].name

    assert seen(NUVEM_PAID).items[0].name == "Bolsa Transversal (Caramelo)"
    assert named(name="Camiseta", variant_values=["Azul", "M"]) == "Camiseta (Azul, M)"
    assert named(name="Camiseta", variant_values=[]) == "Camiseta"
    assert named(name="", sku="X") == "Item sem nome"


def test_the_buyer_is_whom_the_order_names_first() -> None:
    order = seen(NUVEM_PAID, contact_email="", contact_phone=None, contact_identification="1")
    assert order.email == "bia.rocha@example.com"
    assert order.phones == ("+5585988887777",)
    assert order.document == "12345678909"
    alone = seen(NUVEM_PAID, customer=None, contact_name="Bia")
    assert (alone.name, alone.email) == ("Bia", "bia.rocha@example.com")


CUSTOMER = {"id": 1, "email": "Ana@Example.com", "phone": "11987654321", "identification": "1"}


def test_requests_about_people_are_known_by_their_shape() -> None:
    one = json.dumps(
        {"store_id": 1, "customer": CUSTOMER, "orders_to_redact": [213, 3415]}
    ).encode()
    assert nuvemshop.topic({}, one) == "customers/redact"
    assert parse(NUVEM_NOTICE, one) == PeopleToForget(
        email="ana@example.com", phones=("+5511987654321",), order_ids=("213", "3415"), shop_id="1"
    )
    everyone = b'{"store_id":123}'
    assert nuvemshop.topic({}, everyone) == "store/redact"
    assert parse(NUVEM_NOTICE, everyone) == PeopleToForget(is_everyone=True, shop_id="123")
    asked = json.dumps({"store_id": 1, "customer": CUSTOMER, "orders_requested": [5]}).encode()
    assert nuvemshop.topic({}, asked) == "customers/data_request"
    assert isinstance(parse(NUVEM_NOTICE, asked), Ignored)


@pytest.mark.parametrize("raw", [b'{"store_id":1,"id":5}', b"{}", b'{"id":5}', b"{"])
def test_nobody_is_forgotten_by_half_a_notice(raw: bytes) -> None:
    assert nuvemshop.topic({}, raw) == ""
    assert isinstance(parse(NUVEM_NOTICE, raw), Malformed)
