"""Orders that are only announced: asked for at the shop, over real HTTP."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from pedidos.fetching import fetch_delivery
from pedidos.models import Delivery, Order, Source
from pedidos.processing import process_source
from tests.automacao.evolution_server import break_off, hang_up, reset
from tests.fake_shop import FakeShop
from tests.pedidos.doors import Door, Rings, work
from tests.pedidos.order_data import NUVEM_NOTICE, NUVEM_PAID, body
from tests.together import together

PATH = "/v1/1234567/orders/1712345678"


@pytest.fixture
def announced(nuvem: Door, seller: FakeShop, rings: Rings) -> Delivery:
    """A delivery that is waiting; the shop has its order."""
    seller.orders[PATH] = body(NUVEM_PAID)
    assert nuvem.deliver(NUVEM_NOTICE).status_code == 200
    return Delivery.objects.get()


def fate() -> tuple[str, int, str]:
    kept = Delivery.objects.get()
    return kept.status, kept.attempts, kept.error


def again(rings: Rings) -> list[str]:
    """Let the time come at which it is tried again."""
    due = Delivery.objects.filter(status="waiting").update(due_at=timezone.now())
    rings[:] = [("pedidos.process", (Source.objects.get().pk,))] * bool(due)
    return work(rings)


def test_the_shop_is_asked_as_its_pages_say(
    announced: Delivery, seller: FakeShop, rings: Rings, settings: Settings
) -> None:
    assert work(rings) == ["pedidos.process", "pedidos.fetch_order"]
    (asked,) = seller.asked
    assert asked.path == PATH
    assert asked.headers["authorization"] == "Bearer token-nuvem"
    assert asked.headers["user-agent"] == f"E-Vendas SAC ({settings.PUBLIC_URL})"
    assert asked.headers["host"] == seller.url.removeprefix("http://")
    assert Order.objects.get().number == "2314"
    assert fate() == ("done", 0, "")


def test_where_the_newer_header_is_refused_the_older_is_tried(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    seller.header = "authentication"
    work(rings)
    assert [one.headers.get("authentication") for one in seller.asked] == [
        None,
        "bearer token-nuvem",
    ]
    assert fate() == ("done", 0, "")


@pytest.mark.parametrize("trouble", [hang_up, reset, break_off])
def test_a_shop_that_falls_silent_is_asked_again_later(
    trouble: Callable[[BaseHTTPRequestHandler], None],
    announced: Delivery,
    seller: FakeShop,
    rings: Rings,
) -> None:
    seller.misbehave = trouble
    work(rings)
    assert fate() == ("waiting", 1, "Não foi possível falar com a loja.")
    assert Source.objects.get().last_error == "Não foi possível falar com a loja."
    assert Delivery.objects.get().due_at > timezone.now()
    seller.misbehave = None
    again(rings)
    assert fate() == ("done", 1, "")
    assert (Source.objects.get().last_error, Order.objects.count()) == ("", 1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_shop_in_trouble_is_asked_again_and_parked_in_the_end(
    status: int, announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    seller.status = status
    work(rings)
    for _ in range(Delivery.MAX_ATTEMPTS - 1):
        assert fate()[0] == "waiting"
        again(rings)
    told = f"A Nuvemshop respondeu com o erro {status}."
    assert fate() == ("parked", Delivery.MAX_ATTEMPTS, told)
    assert again(rings) == []
    seller.status = 0
    Delivery.objects.parked().replay()
    again(rings)
    assert fate() == ("done", 0, "")


def test_a_token_that_is_refused_parks_at_once(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    Source.objects.update(api_token="outro")
    work(rings)
    assert fate() == ("parked", 0, "A Nuvemshop recusou o token de acesso.")


def test_a_shop_nobody_can_ask_parks_at_once(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    Source.objects.update(api_token="")
    work(rings)
    assert fate()[0] == "parked"
    assert "token de acesso" in fate()[2]
    assert seller.asked == []


def test_an_order_of_another_shop_is_not_asked_for(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    Source.objects.update(shop_id="7654321")
    work(rings)
    assert fate()[0] == "parked"
    assert "outra loja (1234567)" in fate()[2]
    assert seller.asked == []


def test_an_order_the_shop_has_no_more_is_cancelled(
    announced: Delivery, nuvem: Door, seller: FakeShop, rings: Rings
) -> None:
    work(rings)
    seller.orders.clear()
    nuvem.deliver(NUVEM_NOTICE)
    work(rings)
    assert Order.objects.get().label_text == "Cancelado"


def test_another_order_than_was_asked_for_is_parked(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    seller.orders[PATH] = json.dumps(json.loads(body(NUVEM_PAID)) | {"id": 1}).encode()
    work(rings)
    assert fate()[0] == "parked"
    assert Order.objects.count() == 0


@pytest.mark.parametrize("told", [b"", b"<html>", b"[]", b"{}", b"\xff"])
def test_an_answer_that_is_no_order_is_parked(
    told: bytes, announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    seller.orders[PATH] = told
    work(rings)
    assert fate()[0] == "parked"
    assert Order.objects.count() == 0


def test_a_redirection_is_not_followed(announced: Delivery, seller: FakeShop, rings: Rings) -> None:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{seller.url}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    seller.misbehave = redirect
    work(rings)
    assert [one.path for one in seller.asked] == [PATH]
    assert fate()[0] == "parked"
    assert "redireciona" in fate()[2]


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_without_end_is_given_up(
    begun: bytes, announced: Delivery, seller: FakeShop, rings: Rings, settings: Settings
) -> None:
    """Each sign comes in time, of the head or of the body, and the end never does."""
    settings.SHOP_TIME = 0.5

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(begun)
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.02)

    seller.misbehave = drip
    work(rings)
    assert fate() == ("waiting", 1, "A loja demorou demais para responder.")


def test_an_answer_too_large_is_given_up(
    announced: Delivery, seller: FakeShop, rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pedidos.calls.shop_http.MAX_BYTES", 1000)
    work(rings)
    assert fate() == ("waiting", 1, "A resposta da loja é grande demais.")


def test_what_was_sent_for_is_not_sent_for_again_before_its_lease_is_over(
    announced: Delivery, nuvem: Door, rings: Rings
) -> None:
    process_source(nuvem.source.pk)
    process_source(nuvem.source.pk)
    assert [one for one in rings if one[0] == "pedidos.fetch_order"] == [
        ("pedidos.fetch_order", (announced.pk,))
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_ask_make_one_order(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    together(*[lambda: fetch_delivery(announced.pk)] * 3)
    assert (Order.objects.count(), fate()) == (1, ("done", 0, ""))
    assert Order.objects.get().milestones.count() == 2


def test_an_order_of_a_removed_shop_is_not_asked_for(
    announced: Delivery, seller: FakeShop, rings: Rings
) -> None:
    Source.objects.update(removed_at=timezone.now())
    work(rings)
    assert fate() == ("ignored", 0, "A integração foi removida.")
    assert seller.asked == []
