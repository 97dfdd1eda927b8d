"""WooCommerce: states, money back, parcels, people and what a buyer can still pay by."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pedidos.models import Order
from pedidos.platforms.port import Ignored, OrderRemoved, ShipmentSeen
from tests.pedidos.order_data import (
    WOO_NEW,
    WOO_SENT,
    body,
    changed,
    parse,
    reading,
    refusal,
    seen,
)

Pay = Order.Payment
Ship = Order.Fulfillment
PIX = "00020126360014br.gov.bcb.pix0114+5511987654321520400005303986540510.005802BR6304A1B2"
BOLETO = "23793.38128 60007.827136 95000.063305 9 84340000019990"


def _billing(**changes: object) -> dict[str, object]:
    billing: dict[str, object] = json.loads(body(WOO_NEW))["billing"]
    return billing | changes


def _metas(**values: object) -> list[dict[str, object]]:
    return [{"id": 1, "key": name, "value": value} for name, value in values.items()]


def test_an_order_is_read_whole() -> None:
    order = seen(WOO_NEW)
    assert (order.discount, order.freight) == (Decimal("19.97"), Decimal("24.90"))
    assert [(item.name, item.sku, int(item.quantity), item.price) for item in order.items] == [
        ("Camiseta Básica - Preta, M", "CAM-PRE-M", 2, Decimal("79.90")),
        ("Caneca Esmaltada & Tampa", "CAN-ESM", 1, Decimal("39.90")),
    ]
    # Prices are before coupons, as the discount stands apart.
    lines = sum(item.quantity * item.price for item in order.items)
    assert lines - order.discount + order.freight == order.total
    assert order.payment_method == "Pix"
    assert order.payment_url.endswith("?pay_for_order=true&key=wc_order_T1042abcDEF")
    assert order.updated_at == datetime(2026, 3, 9, 17, 5, 12, tzinfo=UTC)
    assert order.paid_at is None


def test_a_paid_order_has_nothing_to_pay_by() -> None:
    assert seen(WOO_SENT).payment_url == ""


@pytest.mark.parametrize(
    ("status", "payment", "fulfillment", "is_cancelled"),
    [
        ("pending", Pay.PENDING, Ship.UNFULFILLED, False),
        ("on-hold", Pay.PENDING, Ship.UNFULFILLED, False),
        ("processing", Pay.PAID, Ship.UNFULFILLED, False),
        ("completed", Pay.PAID, Ship.DELIVERED, False),
        ("cancelled", Pay.PENDING, Ship.UNFULFILLED, True),
        ("refunded", Pay.REFUNDED, Ship.UNFULFILLED, False),
        ("failed", Pay.FAILED, Ship.UNFULFILLED, False),
        ("wc-processing", Pay.PAID, Ship.UNFULFILLED, False),
        ("em-separacao", Pay.PAID, Ship.SEPARATING, False),
        ("qualquer-coisa", Pay.PENDING, Ship.UNFULFILLED, False),
    ],
)
def test_a_status_stands_on_both_axes(
    status: str, payment: Pay, fulfillment: Ship, *, is_cancelled: bool
) -> None:
    order = seen(WOO_NEW, status=status)
    assert (order.payment, order.fulfillment) == (payment, fulfillment)
    assert order.is_cancelled == is_cancelled
    assert order.platform_status == status


def test_a_status_of_a_plug_in_is_read_by_the_stores_rules() -> None:
    how = reading(na_costureira=(Pay.PAID, Ship.SEPARATING, False))
    assert seen(WOO_NEW, status="na-costureira", how=how).fulfillment == Ship.SEPARATING


@pytest.mark.parametrize(
    ("status", "fulfillment"),
    [
        ("completed", Ship.SHIPPED),
        ("processing", Ship.SHIPPED),
        ("pending", Ship.UNFULFILLED),
        ("entregue", Ship.DELIVERED),
    ],
)
def test_a_code_proves_that_it_was_posted_and_no_more(status: str, fulfillment: Ship) -> None:
    assert seen(WOO_SENT, status=status).fulfillment == fulfillment


def test_what_was_completed_happened_when_it_was_completed() -> None:
    at = datetime(2026, 3, 5, 19, 20, 3, tzinfo=UTC)
    sent = seen(WOO_SENT)
    assert (sent.shipped_at, sent.delivered_at) == (at, None)
    handed = seen(WOO_SENT, correios_tracking_code="", meta_data=[])
    assert (handed.shipped_at, handed.delivered_at) == (None, at)


@pytest.mark.parametrize(
    ("status", "refunds", "payment", "refunded"),
    [
        ("completed", ["-289.70"], Pay.PARTIALLY_REFUNDED, "289.70"),
        ("completed", ["-289.70", "-1000.00"], Pay.REFUNDED, "1289.70"),
        ("refunded", [], Pay.REFUNDED, "1289.70"),
        ("refunded", ["-1289.70"], Pay.REFUNDED, "1289.70"),
        ("refunded", ["-9999.00"], Pay.REFUNDED, "1289.70"),
        ("pending", ["-1.00"], Pay.PENDING, "1.00"),
        ("completed", [], Pay.PAID, "0.00"),
    ],
)
def test_money_back_is_counted_without_its_sign(
    status: str, refunds: list[str], payment: Pay, refunded: str
) -> None:
    rows = [{"id": 1, "reason": "", "total": total} for total in refunds]
    order = seen(WOO_SENT, status=status, refunds=rows)
    assert (order.payment, order.refunded) == (payment, Decimal(refunded))


def test_several_codes_stand_in_one_field() -> None:
    order = seen(
        WOO_SENT,
        correios_tracking_code="AA123456785BR, ab987654321br;XYZ-1",
        meta_data=_metas(_correios_tracking_code="AA123456785BR AC 246 813 579 BR"),
    )
    codes = ["AA123456785BR", "AB987654321BR", "XYZ-1", "AC246813579BR"]
    assert [parcel.code for parcel in order.shipments] == codes
    assert [parcel.carrier for parcel in order.shipments] == [
        "Correios",
        "Correios",
        "",
        "Correios",
    ]


def test_a_parcel_of_the_tracking_plug_in_brings_its_link_and_carrier() -> None:
    items = [
        {
            "tracking_provider": "",
            "custom_tracking_provider": "Jadlog",
            "custom_tracking_link": "https://jadlog.example/1",
            "tracking_number": "1",
        },
        {"tracking_number": "2", "custom_tracking_link": "javascript:alert(1)"},
    ]
    order = seen(
        WOO_SENT, correios_tracking_code="1", meta_data=_metas(_wc_shipment_tracking_items=items)
    )
    assert order.shipments == (
        ShipmentSeen(code="1", url="https://jadlog.example/1", carrier="Jadlog"),
        ShipmentSeen(code="2"),
    )


@pytest.mark.parametrize(
    ("billing", "metas", "document"),
    [
        ({"cpf": "529.982.247-25", "cnpj": ""}, {}, "52998224725"),
        ({"cpf": "52998224725", "cnpj": "11222333000181"}, {}, "52998224725"),
        ({"cpf": "52998224725", "cnpj": "11222333000181", "persontype": "J"}, {}, "11222333000181"),
        ({"cpf": ""}, {"_billing_cpf": "529.982.247-25"}, "52998224725"),
        ({"cpf": ...}, {"_wc_other/csbmw/cpf": "52998224725"}, "52998224725"),
        ({"cpf": ""}, {"_billing_cnpj": "12.ABC.345/01DE-35"}, "12ABC34501DE35"),
        ({"cpf": "52998224726"}, {}, ""),
        ({"cpf": "11111111111"}, {}, ""),
        ({"cpf": None}, {}, ""),
    ],
)
def test_a_document_counts_when_its_check_digits_hold(
    billing: dict[str, Any], metas: dict[str, object], document: str
) -> None:
    order = seen(WOO_NEW, billing=_told(_billing(**billing)), meta_data=_metas(**metas))
    assert order.document == document


def _told(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not ...}


def test_phones_go_from_the_mobile_to_the_parcels() -> None:
    billing = _billing(cellphone="(31) 9876-5432", phone="(31) 3222-1100")
    order = seen(WOO_NEW, billing=billing, shipping={"phone": "31 99876-5432"})
    assert order.phones == ("+5531998765432", "+553132221100")
    kept = _metas(_billing_cellphone="(31) 99876-5432")
    assert seen(WOO_NEW, meta_data=kept).phones == ("+5531998765432", "+5511987654321")


def test_a_service_number_is_nobodys_phone() -> None:
    assert seen(WOO_NEW, billing=_billing(phone="0800 777 1234")).phones == ()


def test_a_foreign_address_has_foreign_phones() -> None:
    billing = _billing(country="PT", phone="912 345 678")
    assert seen(WOO_NEW, billing=billing).phones == ("+351912345678",)


def test_a_guest_without_the_plug_in_is_still_somebody() -> None:
    bare: dict[str, Any] = {
        "first_name": "Ana &amp; Rui",
        "last_name": "d&#8217;Ávila\u202e",
        "email": "ANA@Example.com",
    }
    order = seen(WOO_NEW, billing=bare, meta_data=[])
    assert (order.name, order.email) == ("Ana & Rui d’Ávila", "ana@example.com")
    assert (order.document, order.phones) == ("", ())


def test_a_name_may_stand_in_the_delivery_alone() -> None:
    assert seen(WOO_NEW, billing={}).name == "Marina Souza"
    assert seen(WOO_NEW, billing={"email": "nada"}, shipping={}).email == ""


def test_pix_and_boleto_are_known_by_their_shape() -> None:
    metas = _metas(
        any_gateway_code=PIX,
        other={"line": BOLETO, "boleto_url": "https://banco.example/b.pdf?a=1&copy=2"},
    )
    order = seen(WOO_NEW, meta_data=metas)
    assert (order.pix_code, order.boleto_code) == (PIX, BOLETO)
    assert order.boleto_url == "https://banco.example/b.pdf?a=1&copy=2"


@pytest.mark.parametrize("value", ["1" * 46, "000201", PIX[:-4], BOLETO[:-1], "ftp://boleto", 5])
def test_what_only_looks_like_a_payment_is_none(value: object) -> None:
    order = seen(WOO_NEW, meta_data=_metas(boleto=value))
    assert (order.pix_code, order.boleto_code, order.boleto_url) == ("", "", "")


def test_times_are_those_of_greenwich_and_else_of_the_store() -> None:
    assert seen(WOO_NEW).placed_at == datetime(2026, 3, 9, 17, 5, 11, tzinfo=UTC)
    local = seen(WOO_NEW, date_created_gmt=None)
    assert local.placed_at == datetime(2026, 3, 9, 17, 5, 11, tzinfo=UTC)
    assert seen(WOO_NEW, date_modified_gmt="ontem", date_modified=None).updated_at is None


@pytest.mark.parametrize("at", [None, "", "ontem", "0000-00-00T00:00:00", "9999-12-31T00:00:00", 5])
def test_an_order_of_no_time_is_refused(at: object) -> None:
    why = "falta a data do pedido (campo date_created), ou não é uma data"
    assert refusal(WOO_NEW, date_created_gmt=at, date_created=at) == why


@pytest.mark.parametrize("told", [None, "", "abc", "1/2", True, [], "9" * 21, -5])
def test_an_order_without_an_id_is_refused(told: object) -> None:
    why = "falta a identificação do pedido (campo id), ou não é um número"
    assert refusal(WOO_NEW, id=told) == why


def test_a_deleted_order_is_removed_however_it_is_told() -> None:
    assert parse(WOO_NEW, b'{"id":1042}', topic="order.deleted") == OrderRemoved("1042")
    thrown = OrderRemoved("1042", datetime(2026, 3, 9, 17, 5, 12, tzinfo=UTC))
    assert parse(WOO_NEW, changed(WOO_NEW, status="trash"), topic="order.updated") == thrown
    assert parse(WOO_NEW, body(WOO_NEW), topic="order.restored") == seen(WOO_NEW)


@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft", "draft"])
def test_a_draft_is_no_order_yet(status: str) -> None:
    event = parse(WOO_NEW, changed(WOO_NEW, status=status), topic="order.created")
    assert event == Ignored("rascunho: ainda não é um pedido")


def test_what_is_of_no_order_is_ignored() -> None:
    assert isinstance(parse(WOO_NEW, b"webhook_id=12"), Ignored)
    other = parse(WOO_NEW, b'{"id":5}', topic="product.updated")
    assert other == Ignored("o evento product.updated não é de pedido")


def test_texts_hold_nothing_that_cannot_be_stored() -> None:
    item = {"name": "Caneca\0\ud800 &amp;\u202e Tampa", "price": "1"}
    order = seen(WOO_NEW, line_items=[item], payment_url="https://loja.example/\ud800")
    assert (order.items[0].name, order.payment_url) == ("Caneca & Tampa", "")


def test_texts_fit_where_they_are_kept() -> None:
    item = {"name": "n" * 400 + "\0", "sku": "s" * 99, "price": "1"}
    order = seen(WOO_NEW, number="9" * 50, payment_method_title="p" * 99, line_items=[item, {}])
    assert (len(order.number), len(order.payment_method)) == (40, 80)
    assert (len(order.items[0].name), len(order.items[0].sku)) == (300, 80)
    assert (order.items[1].name, int(order.items[1].quantity)) == ("Item sem nome", 1)
