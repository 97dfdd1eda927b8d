"""The address of the E-Vendas order intake: a token in a header, an order in JSON."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from pedidos.models import Delivery, Order, Source
from tests.conftest import Shop
from tests.pedidos.doors import (
    TOKEN_SHOWN,
    Door,
    Rings,
    open_source,
    told_by,
    work,
)
from tests.pedidos.order_data import EVENDAS as ORDER
from tests.pedidos.order_data import body, row
from tests.pedidos.test_order_webhook import MEGABYTE, assert_untouched


def post(raw: bytes, url: str = "/api/pedidos", **headers: str) -> tuple[int, dict[str, object]]:
    """What is answered, which is always JSON."""
    answer = Client().post(url, raw, content_type="application/json", headers=headers)
    assert answer.headers["Content-Type"].startswith("application/json")
    told: dict[str, object] = json.loads(answer.content)
    return answer.status_code, told


@pytest.mark.parametrize("url", ["/api/pedidos", "/api/pedidos/"])
@pytest.mark.parametrize("header", ["token", "Token", "TOKEN"])
def test_an_order_is_taken_by_its_token(url: str, header: str, evendas: Door, rings: Rings) -> None:
    status, told = post(body(ORDER), url, **{header: TOKEN_SHOWN})
    assert (status, told) == (200, {"sucesso": True, "mensagem": "Pedido recebido."})
    assert work(rings) == ["pedidos.process"]
    order = Order.objects.get()
    expected = row(ORDER)["expected"]
    assert {key: told_by(order)[key] for key in expected if key != "note"} == {
        key: value for key, value in expected.items() if key != "note"
    }


@pytest.mark.parametrize("token", ["", "outro", " ", "é", "x" * 5000])
def test_an_unknown_token_is_told_so_in_words(token: str, evendas: Door, rings: Rings) -> None:
    status, told = post(body(ORDER), token=token)
    assert status == 401
    assert told["sucesso"] is False
    assert "Token desconhecido" in str(told["mensagem"])
    assert_untouched(rings)


def test_no_token_at_all_opens_nothing(evendas: Door, rings: Rings) -> None:
    assert post(body(ORDER))[0] == 401
    assert_untouched(rings)


def test_a_source_without_a_token_is_not_found_by_none(shop: Shop, rings: Rings) -> None:
    open_source(shop, "evendas", token_digest=None)
    assert post(body(ORDER), token="")[0] == 401
    assert_untouched(rings)


def test_a_token_of_a_removed_integration_opens_nothing(evendas: Door, rings: Rings) -> None:
    Source.objects.update(removed_at=timezone.now())
    assert post(body(ORDER), token=TOKEN_SHOWN)[0] == 401
    assert_untouched(rings)


@pytest.mark.parametrize("raw", [b"", b"not json", b'{"NUMERO": ', b"\xff\xfe{}", b"[" * 100_000])
def test_what_is_not_json_is_400_and_kept_parked(raw: bytes, evendas: Door, rings: Rings) -> None:
    status, told = post(raw, token=TOKEN_SHOWN)
    assert (status, told["sucesso"]) == (400, False)
    work(rings)
    kept = Delivery.objects.get()
    assert (kept.status, bytes(kept.body)) == ("parked", raw)
    assert "JSON" in kept.error


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("VALOR_TOTAL", "-1"),
        ("VALOR_TOTAL", "NaN"),
        ("VALOR_TOTAL", "9" * 40),
        ("VALOR_TOTAL", None),
        ("NUMERO", ""),
    ],
)
def test_an_order_that_makes_no_sense_is_parked_with_the_fields_name(
    field: str, value: object, evendas: Door, rings: Rings
) -> None:
    order = json.loads(body(ORDER))
    # The field may stand under another name too.
    for name in {"VALOR_TOTAL": ("VALOR_TOTAL", "VALORPEDIDO"), "NUMERO": ("NUMERO", "NUMEROID")}[
        field
    ]:
        order.pop(name, None)
    if value is not None:
        order[field] = value
    assert post(json.dumps(order).encode(), token=TOKEN_SHOWN)[0] == 200
    work(rings)
    kept = Delivery.objects.get()
    assert kept.status == "parked"
    assert field in kept.error or "VALORPEDIDO" in kept.error


def test_a_token_in_the_body_is_not_kept(evendas: Door, rings: Rings) -> None:
    order = json.loads(body(ORDER)) | {"TOKEN": TOKEN_SHOWN}
    assert post(json.dumps(order).encode(), token=TOKEN_SHOWN)[0] == 200
    assert TOKEN_SHOWN.encode() not in bytes(Delivery.objects.get().body)
    work(rings)
    assert Delivery.objects.get().status == "done"


def test_more_than_two_megabytes_are_413(evendas: Door, rings: Rings) -> None:
    raw = b" " * (2 * MEGABYTE + 1)
    assert evendas.post(raw, {"token": TOKEN_SHOWN}).status_code == 413
    assert_untouched(rings)


def test_the_webhook_address_of_such_a_source_is_shut(evendas: Door, rings: Rings) -> None:
    url = f"/webhooks/pedidos/evendas/{evendas.source.webhook_key}/"
    headers = {"token": TOKEN_SHOWN}
    answer = Client().post(url, b"{}", content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert_untouched(rings)
