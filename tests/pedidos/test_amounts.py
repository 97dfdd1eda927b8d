"""Amounts: what is refused says which field it was, in Portuguese; the rest is exact."""

from decimal import Decimal

import pytest

from tests.pedidos.order_data import (
    EVENDAS,
    NUVEM_PAID,
    SHOPIFY_NEW,
    WOO_NEW,
    refusal,
    seen,
)

TOTALS = [
    (WOO_NEW, "total"),
    (SHOPIFY_NEW, "total_price"),
    (NUVEM_PAID, "total"),
    (EVENDAS, "VALOR_TOTAL"),
]
OTHERS = [
    (WOO_NEW, "discount_total", "o desconto"),
    (WOO_NEW, "shipping_total", "o frete"),
    (SHOPIFY_NEW, "total_discounts", "o desconto"),
    (SHOPIFY_NEW, "current_total_price", "o total atual"),
    (NUVEM_PAID, "discount", "o desconto"),
    (NUVEM_PAID, "shipping_cost_customer", "o frete"),
]
WRONG = [
    ("-1.00", "está abaixo de zero"),
    (-0.01, "está abaixo de zero"),
    ("10000000000.00", "é grande demais"),
    (10**10, "é grande demais"),
    (10**400, "é grande demais"),
    ("9999999999.995", "é grande demais"),
    ("1e99", "é grande demais"),
    (float("nan"), "não é um número"),
    (float("inf"), "não é um número"),
    ("NaN", "não é um número"),
    ("Infinity", "não é um número"),
    ("1e999", "não é um número"),
    ("dez", "não é um número"),
    ("1_000", "não é um número"),
    ("١٢", "não é um número"),
    (True, "não é um número"),
    ([1], "não é um número"),
    ({"amount": "1"}, "não é um número"),
]


@pytest.mark.parametrize(("value", "why"), WRONG, ids=[str(value)[:20] for value, _ in WRONG])
@pytest.mark.parametrize(("file", "field"), TOTALS)
def test_a_wrong_total_is_refused_by_its_name(
    file: str, field: str, value: object, why: str
) -> None:
    reason = refusal(file, **{field: value})
    assert reason.startswith("o total" if field != "VALOR_TOTAL" else "o valor total do pedido")
    assert f"(campo {field})" in reason
    assert why in reason


@pytest.mark.parametrize(("file", "field"), TOTALS[:3])
@pytest.mark.parametrize("value", [None, "", " ", ...])
def test_a_missing_total_is_refused(file: str, field: str, value: object) -> None:
    assert refusal(file, **{field: value}) == f"falta o total (campo {field})"


@pytest.mark.parametrize("value", [None, "", ...])
def test_without_a_whole_total_the_endpoint_reads_that_of_the_goods(value: object) -> None:
    assert seen(EVENDAS, VALOR_TOTAL=value).total == Decimal("89.90")
    reason = refusal(EVENDAS, VALOR_TOTAL=value, VALORPEDIDO=value)
    assert reason == "falta o valor total do pedido (campo VALORPEDIDO)"


@pytest.mark.parametrize(("file", "field", "called"), OTHERS)
def test_every_amount_is_held_to_the_same(file: str, field: str, called: str) -> None:
    assert refusal(file, **{field: "-1"}) == f"{called} (campo {field}) está abaixo de zero"
    assert seen(file, **{field: None}).total > 0


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("204.63", "204.63"),
        (204.63, "204.63"),
        (0, "0.00"),
        ("-0.00", "0.00"),
        ("0.005", "0.01"),
        (71.909999999999997, "71.91"),
        ("9999999999.99", "9999999999.99"),
        ("2e2", "200.00"),
        ("204,63", "204.63"),
        ("1.204,63", "1204.63"),
        ("1,204.63", "1204.63"),
        ("R$ 1.204,63", "1204.63"),
    ],
)
def test_an_amount_is_exact_however_it_is_written(written: object, amount: str) -> None:
    total = seen(EVENDAS, VALOR_TOTAL=written).total
    assert (total, str(total)) == (Decimal(amount), amount)


@pytest.mark.parametrize("file", [WOO_NEW, SHOPIFY_NEW, NUVEM_PAID])
@pytest.mark.parametrize("currency", [None, "", "R$", "BRLX", 5])
def test_an_order_without_a_currency_is_refused(file: str, currency: object) -> None:
    why = "falta a moeda (campo currency), ou não tem três letras"
    assert refusal(file, currency=currency) == why


@pytest.mark.parametrize("file", [WOO_NEW, SHOPIFY_NEW, NUVEM_PAID])
def test_another_currency_is_kept_as_it_is(file: str) -> None:
    order = seen(file, currency="usd")
    assert order.currency == "USD"
    assert order.total == seen(file).total


@pytest.mark.parametrize(
    ("file", "lines"),
    [(WOO_NEW, "line_items"), (SHOPIFY_NEW, "line_items"), (NUVEM_PAID, "products")],
)
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"price": "-1"}, "o preço do item (campo price) está abaixo de zero"),
        (
            {"price": "1", "quantity": -1},
            "a quantidade do item (campo quantity) está abaixo de zero",
        ),
        (
            {"price": "1", "quantity": 10**7},
            "a quantidade do item (campo quantity) é grande demais: passa de 7 dígitos",
        ),
    ],
)
def test_a_wrong_line_is_refused_by_its_field(
    file: str, lines: str, line: dict[str, object], why: str
) -> None:
    assert refusal(file, **{lines: [line]}) == why
