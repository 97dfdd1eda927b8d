"""Shopify: states, edits and refunds, people's data, and requests about it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pedidos.models import Order
from pedidos.platforms.port import Ignored, OrderRemoved, PeopleToForget, ShipmentSeen
from tests.pedidos.order_data import SHOPIFY_NEW, SHOPIFY_SENT, body, parse, refusal, seen

Pay = Order.Payment
Ship = Order.Fulfillment
CUSTOMER = {"id": 1, "email": "Ana@Example.com", "phone": "+55 11 98765-4321"}
SHOP = {"shop_id": 954889, "shop_domain": "Loja.myshopify.com"}
# What is sent to an app that may not see people's data.
REDACTED: dict[str, Any] = dict.fromkeys(
    ["email", "contact_email", "phone", "customer", "billing_address", "shipping_address"]
)


def test_an_order_is_read_whole() -> None:
    order = seen(SHOPIFY_SENT)
    assert [(item.name, item.sku, int(item.quantity), item.price) for item in order.items] == [
        ("Cafeteira Italiana - 6 xícaras", "CAF-ITA-6", 1, Decimal("129.90")),
        ("Café em Grãos 500 g", "CAF-GRA-500", 2, Decimal("49.90")),
    ]
    assert order.shipments == (
        ShipmentSeen(
            code="AB987654321BR",
            url="https://rastreamento.example.com/AB987654321BR",
            carrier="Correios",
        ),
    )
    assert (order.payment_method, order.platform_status) == ("Mercado Pago", "paid / fulfilled")
    assert order.shipped_at == datetime(2026, 3, 6, 14, 2, tzinfo=UTC)
    assert order.delivered_at is None
    assert seen(SHOPIFY_NEW).freight == Decimal("19.90")


@pytest.mark.parametrize(
    ("status", "payment"),
    [
        ("pending", Pay.PENDING),
        ("authorized", Pay.AUTHORIZED),
        ("partially_paid", Pay.PARTIALLY_PAID),
        ("paid", Pay.PAID),
        ("partially_refunded", Pay.PARTIALLY_REFUNDED),
        ("refunded", Pay.REFUNDED),
        ("voided", Pay.FAILED),
        ("expired", Pay.FAILED),
        ("unheard_of", Pay.PENDING),
        (None, Pay.PENDING),
    ],
)
def test_a_payment_is_told_in_the_stores_words(status: str | None, payment: Pay) -> None:
    assert seen(SHOPIFY_SENT, financial_status=status).payment == payment


@pytest.mark.parametrize(
    ("status", "parcels", "fulfillment"),
    [
        (None, [], Ship.UNFULFILLED),
        ("partial", ["delivered"], Ship.PARTIAL),
        ("fulfilled", [], Ship.SHIPPED),
        ("fulfilled", ["in_transit"], Ship.SHIPPED),
        ("fulfilled", ["delivered", "in_transit"], Ship.SHIPPED),
        ("fulfilled", ["delivered", "delivered"], Ship.DELIVERED),
        ("fulfilled", ["ready_for_pickup"], Ship.READY_FOR_PICKUP),
        ("restocked", [], Ship.UNFULFILLED),
    ],
)
def test_goods_have_arrived_when_every_parcel_has(
    status: str | None, parcels: list[str], fulfillment: Ship
) -> None:
    rows = [{"status": "success", "shipment_status": state} for state in parcels]
    order = seen(SHOPIFY_SENT, fulfillment_status=status, fulfillments=rows)
    assert order.fulfillment == fulfillment


def test_a_parcel_that_was_cancelled_is_none() -> None:
    rows = [
        {"status": "cancelled", "tracking_number": "1", "shipment_status": "delivered"},
        {"status": "success", "tracking_numbers": ["2", "3"], "tracking_urls": ["https://a.b/2"]},
    ]
    order = seen(SHOPIFY_SENT, fulfillments=rows)
    assert order.shipments == (ShipmentSeen(code="2"), ShipmentSeen(code="3"))
    assert order.fulfillment == Ship.SHIPPED


def test_an_archived_order_is_not_delivered() -> None:
    archived = seen(SHOPIFY_SENT)
    assert json.loads(body(SHOPIFY_SENT))["closed_at"]
    assert (archived.fulfillment, archived.is_cancelled) == (Ship.SHIPPED, False)


def test_a_cancelled_order_says_when() -> None:
    order = seen(SHOPIFY_NEW, cancelled_at="2026-03-10T08:00:00-03:00", cancel_reason="customer")
    assert order.is_cancelled
    assert order.cancelled_at == datetime(2026, 3, 10, 11, tzinfo=UTC)


def _refund(amount: str, *, kind: str = "refund", status: str = "success") -> dict[str, object]:
    return {"transactions": [{"kind": kind, "status": status, "amount": amount}]}


@pytest.mark.parametrize(
    ("status", "left", "refunds", "total", "refunded"),
    [
        ("paid", "229.70", [], "229.70", "0.00"),
        # Taken out by an edit: never paid, never given back.
        ("paid", "179.80", [], "179.80", "0.00"),
        ("partially_refunded", "179.80", [_refund("49.90")], "229.70", "49.90"),
        # Given back as a courtesy: all goods stay.
        ("partially_refunded", "229.70", [_refund("30.00")], "229.70", "30.00"),
        ("refunded", "0.00", [_refund("229.70")], "229.70", "229.70"),
        ("refunded", "0.00", [], "229.70", "229.70"),
        ("paid", "229.70", [_refund("9.00", status="failure")], "229.70", "0.00"),
        ("paid", "229.70", [_refund("9.00", kind="void")], "229.70", "0.00"),
        ("paid", None, [], "229.70", "0.00"),
    ],
)
def test_edits_and_refunds_are_told_apart(
    status: str, left: str | None, refunds: list[object], total: str, refunded: str
) -> None:
    order = seen(SHOPIFY_SENT, financial_status=status, current_total_price=left, refunds=refunds)
    assert (order.total, order.refunded) == (Decimal(total), Decimal(refunded))


def test_an_order_without_peoples_data_has_no_buyer() -> None:
    order = seen(SHOPIFY_NEW, note_attributes=[], **REDACTED)
    assert (order.name, order.email, order.document, order.phones) == ("", "", "", ())
    assert order.total == Decimal("239.70")


@pytest.mark.parametrize(
    ("changes", "phones"),
    [
        ({"phone": "(21) 99876-0000"}, ("+5521998760000", "+5511951234567")),
        ({"shipping_address": None}, ("+5511951234567",)),
        ({"shipping_address": None, "billing_address": None}, ("+5511951234567",)),
        (
            {"shipping_address": {"phone": "912345678", "country_code": "PT"}},
            ("+351912345678", "+5511951234567"),
        ),
    ],
)
def test_phones_go_from_the_order_to_the_customers_address(
    changes: dict[str, Any], phones: tuple[str, ...]
) -> None:
    assert seen(SHOPIFY_NEW, **changes).phones == phones


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "CPF", "value": "390.533.447-05"},
        {"name": "cpf/cnpj", "value": "39053344705"},
        {"name": "Seu_CPF", "value": "39053344705"},
    ],
)
def test_a_document_is_found_where_shops_ask_for_it(asked: dict[str, str]) -> None:
    assert seen(SHOPIFY_NEW, note_attributes=[asked]).document == "39053344705"
    other = {"name": "presente", "value": "39053344705"}
    assert seen(SHOPIFY_NEW, note_attributes=[other]).document == ""
    assert seen(SHOPIFY_NEW, note_attributes=[], localized_fields=[asked]).document == "39053344705"


def test_a_name_is_the_customers_and_else_an_addresss() -> None:
    assert seen(SHOPIFY_NEW, customer=None).name == "Juliana Ferreira"
    other = {"first_name": "Rui", "last_name": None}
    assert seen(SHOPIFY_NEW, customer=other).name == "Rui"


def test_an_order_may_have_a_prefix_of_its_own() -> None:
    order = seen(SHOPIFY_NEW, name="LOJA-1187", order_number=1187)
    assert (order.number, order.display_number) == ("1187", "LOJA-1187")


def test_a_test_order_is_marked() -> None:
    assert seen(SHOPIFY_NEW, test=True).is_test
    assert not seen(SHOPIFY_NEW, test="true").is_test


def test_a_line_without_a_price_is_refused() -> None:
    assert refusal(SHOPIFY_NEW, line_items=[{"title": "x"}]) == (
        "falta o preço do item (campo price)"
    )


def test_a_customer_to_forget_is_told_by_all_that_names_them() -> None:
    raw = json.dumps({"customer": CUSTOMER, "orders_to_redact": [299938, 280263, None, {}]} | SHOP)
    assert parse(SHOPIFY_NEW, raw.encode(), topic="customers/redact") == PeopleToForget(
        email="ana@example.com",
        phones=("+5511987654321",),
        order_ids=("299938", "280263"),
        shop_id="loja.myshopify.com",
    )


def test_requests_about_people_are_known_by_their_topic() -> None:
    left = parse(SHOPIFY_NEW, json.dumps(SHOP).encode(), topic="shop/redact")
    assert left == PeopleToForget(is_everyone=True, shop_id="loja.myshopify.com")
    asked = parse(SHOPIFY_NEW, b'{"customer":{}}', topic="customers/data_request")
    assert isinstance(asked, Ignored)
    assert "LGPD" in asked.reason


@pytest.mark.parametrize(
    "topic", ["orders/edited", "products/update", "refunds/create", "app/uninstalled"]
)
def test_what_brings_no_order_is_ignored(topic: str) -> None:
    event = parse(SHOPIFY_NEW, b'{"id":1}', topic=topic)
    assert event == Ignored(f"o evento {topic} não traz um pedido")


def test_a_deleted_order_is_removed() -> None:
    assert parse(SHOPIFY_NEW, b'{"id":5}', topic="orders/delete") == OrderRemoved("5")


@pytest.mark.parametrize("topic", ["orders/paid", "orders/cancelled", "orders/fulfilled", ""])
def test_every_topic_of_an_order_brings_it_whole(topic: str) -> None:
    assert parse(SHOPIFY_SENT, body(SHOPIFY_SENT), topic=topic) == seen(SHOPIFY_SENT)
