"""The E-Vendas endpoint: free texts, dates without a zone, a phone in one field or two."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pedidos.models import Order
from pedidos.platforms.port import ShipmentSeen
from tests.pedidos.order_data import EVENDAS, reading, refusal, seen

Pay = Order.Payment
Ship = Order.Fulfillment
PIX = "00020126360014br.gov.bcb.pix0114+5511987654321520400005303986540510.005802BR6304A1B2"


def test_an_order_is_read_whole() -> None:
    order = seen(EVENDAS, CODIGORASTREIO="AA123456785BR", URLRASTREIO="https://r.example/1")
    assert (order.payment_method, order.platform_status) == ("Boleto", "Aguardando Pagamento")
    assert order.boleto_code == "00000.00000 00000.000000 00000.000000 0 00000000010480"
    assert order.boleto_url == "https://pagamento.example.com/boleto/9051.pdf"
    assert [(item.name, item.sku, int(item.quantity)) for item in order.items] == [
        ("Panela Antiaderente 24 cm", "SKU-77", 1)
    ]
    assert order.shipments == (
        ShipmentSeen(code="AA123456785BR", url="https://r.example/1", carrier="Correios"),
    )
    assert order.updated_at is None


@pytest.mark.parametrize(
    ("area", "number", "phones"),
    [
        ("41", "999887766", ("+5541999887766",)),
        ("41", "99887766", ("+5541999887766",)),
        ("041", "99988-7766", ("+5541999887766",)),
        ("41", "3322-1100", ("+554133221100",)),
        ("", "41999887766", ("+5541999887766",)),
        (None, "(41) 99988-7766", ("+5541999887766",)),
        ("41", "41999887766", ("+5541999887766",)),
        ("41", "+55 41 99988-7766", ("+5541999887766",)),
        ("55", "999887766", ("+5555999887766",)),
        (55, 999887766, ("+5555999887766",)),
        ("41", "", ()),
        ("", "999887766", ()),
        (None, None, ()),
    ],
)
def test_a_phone_comes_in_two_fields_or_in_one(
    area: object, number: object, phones: tuple[str, ...]
) -> None:
    assert seen(EVENDAS, COMPRADORDDD=area, COMPRADORTELEFONE=number).phones == phones


@pytest.mark.parametrize(
    ("zone", "told", "at"),
    [
        ("America/Sao_Paulo", "2026-03-09 11:20:00", datetime(2026, 3, 9, 14, 20, tzinfo=UTC)),
        ("America/Manaus", "2026-03-09 11:20:00", datetime(2026, 3, 9, 15, 20, tzinfo=UTC)),
        # Summer time was still kept then.
        ("America/Sao_Paulo", "2018-01-09 11:20:00", datetime(2018, 1, 9, 13, 20, tzinfo=UTC)),
        ("America/Sao_Paulo", "2026-03-09", datetime(2026, 3, 9, 3, tzinfo=UTC)),
        ("America/Sao_Paulo", "09/03/2026 11:20", datetime(2026, 3, 9, 14, 20, tzinfo=UTC)),
        ("America/Sao_Paulo", "2026-03-09T11:20:00Z", datetime(2026, 3, 9, 11, 20, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_the_stores(zone: str, told: str, at: datetime) -> None:
    how = replace(reading(), zone=ZoneInfo(zone))
    assert seen(EVENDAS, how=how, DATAPEDIDO=told).placed_at == at


def test_an_order_of_no_day_is_refused() -> None:
    why = "falta a data do pedido (campo DATAPEDIDO), ou não é uma data"
    assert refusal(EVENDAS, DATAPEDIDO="31/02/2026") == why
    paid = seen(EVENDAS, DATAPEDIDO=None, DATAPAGAMENTO="2026-03-10")
    assert paid.placed_at == datetime(2026, 3, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "payment", "fulfillment", "is_cancelled"),
    [
        ("AGUARDANDO  PAGAMENTO", Pay.PENDING, Ship.UNFULFILLED, False),
        ("Em análise", Pay.IN_ANALYSIS, Ship.UNFULFILLED, False),
        ("Pago", Pay.PAID, Ship.UNFULFILLED, False),
        ("Pagamento aprovado", Pay.PAID, Ship.UNFULFILLED, False),
        ("EM SEPARAÇÃO", Pay.PAID, Ship.SEPARATING, False),
        ("pronto_para_retirada", Pay.PAID, Ship.READY_FOR_PICKUP, False),
        ("Enviado", Pay.PAID, Ship.SHIPPED, False),
        ("Em trânsito", Pay.PAID, Ship.SHIPPED, False),
        ("Entregue", Pay.PAID, Ship.DELIVERED, False),
        ("Pagamento recusado", Pay.FAILED, Ship.UNFULFILLED, False),
        ("Estornado", Pay.REFUNDED, Ship.UNFULFILLED, False),
        ("Cancelado", Pay.PENDING, Ship.UNFULFILLED, True),
        ("Na costureira", Pay.PENDING, Ship.UNFULFILLED, False),
        ("", Pay.PENDING, Ship.UNFULFILLED, False),
    ],
)
def test_usual_texts_are_understood_and_others_are_pending(
    text: str, payment: Pay, fulfillment: Ship, *, is_cancelled: bool
) -> None:
    order = seen(EVENDAS, STATUSPEDIDO=text)
    assert (order.payment, order.fulfillment) == (payment, fulfillment)
    assert order.is_cancelled == is_cancelled


def test_the_stores_own_rule_goes_before_what_is_usual() -> None:
    how = reading(
        entregue=(Pay.PAID, Ship.SHIPPED, False), na_costureira=(Pay.PAID, Ship.SEPARATING, False)
    )
    assert seen(EVENDAS, how=how, STATUSPEDIDO="Entregue").fulfillment == Ship.SHIPPED
    made = seen(EVENDAS, how=how, STATUSPEDIDO="  Na   COSTUREIRA ")
    assert (made.fulfillment, made.platform_status) == (Ship.SEPARATING, "Na COSTUREIRA")


def test_a_payment_date_counts_for_what_was_paid() -> None:
    paid = seen(EVENDAS, STATUSPEDIDO="Pago", DATAPAGAMENTO="2026-03-10 08:00:00")
    assert paid.paid_at == datetime(2026, 3, 10, 11, tzinfo=UTC)
    assert seen(EVENDAS, DATAPAGAMENTO="2026-03-10 08:00:00").paid_at is None


def test_all_of_a_refunded_order_was_given_back() -> None:
    assert seen(EVENDAS, STATUSPEDIDO="Estornado").refunded == Decimal("104.80")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"NUMERO": "A-9", "NUMEROID": 5}, "A-9"),
        ({"NUMERO": None}, "9051"),
        ({"NUMERO": 0}, "9051"),
        ({"NUMERO": ...}, "9051"),
    ],
)
def test_an_order_is_known_by_its_number_and_else_by_its_id(
    changes: dict[str, Any], number: str
) -> None:
    order = seen(EVENDAS, **changes)
    assert (order.external_id, order.number) == (number, number)


def test_an_order_without_a_number_is_refused() -> None:
    assert refusal(EVENDAS, NUMERO="", NUMEROID=None) == "falta o número (campo NUMERO)"
    why = "o número (campo NUMERO) passa de 80 caracteres"
    assert refusal(EVENDAS, NUMERO="9" * 81) == why


def test_keys_are_read_in_any_case() -> None:
    order = seen(
        EVENDAS, NUMERO=..., numero="7", PedidosProdutos=[{"PRODUTOS": {"descricao": "X"}}]
    )
    assert (order.number, order.items[0].name) == ("7", "X")


def test_a_pix_is_a_code_or_a_link() -> None:
    code = seen(EVENDAS, URLPIX=PIX)
    assert (code.pix_code, code.payment_url) == (PIX, "")
    link = seen(EVENDAS, URLPIX="https://pix.example/1")
    assert (link.pix_code, link.payment_url) == ("", "https://pix.example/1")
    both = seen(EVENDAS, URLPIX="https://pix.example/1", URLCHECKOUT="https://loja.example/c")
    assert both.payment_url == "https://loja.example/c"


def test_products_of_any_shape_are_survived() -> None:
    rows = [{"Produtos": None}, {"Produtos": []}, 5, {}]
    assert [item.name for item in seen(EVENDAS, PedidosProdutos=rows).items] == [
        "Item sem nome"
    ] * 3
    assert seen(EVENDAS, PedidosProdutos={"a": 1}).items == ()
