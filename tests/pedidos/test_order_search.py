"""Pedidos finds an order among very many, and reads few of them for it."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils.http import urlencode

from pedidos.listing import PAGE, OrderFilters, page
from pedidos.models import Order
from tests.conftest import Shop
from tests.plans import nodes_of, rows_looked_at
from tests.sac.order_rows import put_order

MANY = 4_000
_COPY = """
    INSERT INTO pedidos_order (store_id, platform, external_id, number, payment, fulfillment,
        platform_status, currency, total, payment_method, payment_url, boleto_code, boleto_url,
        pix_code, buyer_name, buyer_email, buyer_document, is_test, placed_at)
    SELECT store_id, platform, 'c' || n, (500000 + n)::text, payment, fulfillment, '', currency,
        total, '', '', '', '', '', 'Maria das Dores ' || n, '', '', false,
        placed_at + n * interval '1 s'
    FROM pedidos_order, generate_series(1, %s) n WHERE id = %s
"""
_PHONES = """
    INSERT INTO pedidos_orderphone (store_id, order_id, phone)
    SELECT store_id, id, '+55118' || lpad(id::text, 8, '0') FROM pedidos_order
    WHERE external_id LIKE 'c%%'
"""


@pytest.fixture
def sought(shop: Shop) -> Order:
    """An old order, below very many of others."""
    order = put_order(shop.store, number="77-B", buyer_name="Ângela Prado", phone="+5521987651234")
    with connection.cursor() as cursor:
        cursor.execute(_COPY, [MANY, order.pk])
        cursor.execute(_PHONES, [])
        for table in ("pedidos_order", "pedidos_orderphone"):
            cursor.execute(f"ANALYZE {table}")
        for index in ("pedidos_order_named", "pedidos_orderphone_digits"):
            # What was just written is put in its place later: by the next vacuum, or here.
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
    return order


def _asked(shop: Shop, **asked: Any) -> list[Order]:
    rows, _ = page(shop.store, OrderFilters(QueryDict(urlencode(asked)), store=shop.store))
    return rows


@pytest.mark.parametrize("text", ["angela", "GELA PR", "77-b", "#77-B", "98765-1234"])
def test_a_rare_text_is_found_by_an_index(shop: Shop, sought: Order, text: str) -> None:
    found: list[Order] = []
    read = nodes_of(lambda: found.extend(_asked(shop, q=text)))
    assert [one.pk for one in found] == [sought.pk]
    assert rows_looked_at(read, "pedidos_order") < 100
    assert rows_looked_at(read, "pedidos_orderphone") < 100


def test_a_common_text_is_found_by_walking_back_in_time(shop: Shop, sought: Order) -> None:
    found: list[Order] = []
    read = nodes_of(lambda: found.extend(_asked(shop, q="dores")))
    assert [one.number for one in found] == [str(500_000 + MANY - n) for n in range(PAGE)]
    walked = [one for one in read if one.get("Index Name") == "pedidos_order_newest_first"]
    assert PAGE < rows_looked_at(walked, "pedidos_order") < 10 * PAGE
    assert "pedidos_order_named" not in {one.get("Index Name") for one in read}


def test_all_a_text_may_mean_is_found_and_narrowed_together(shop: Shop, sought: Order) -> None:
    named = put_order(shop.store, number="900", buyer_name="Loja 77-B Filial")
    assert [one.pk for one in _asked(shop, q="77-b")] == [named.pk, sought.pk]
    assert _asked(shop, q="77-b", situacao="paid") == []
