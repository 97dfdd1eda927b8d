"""The simulated web shop: what it posts, and what its page does."""

import base64
import hmac
import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from automacao.simulator.client import SimulatorError
from tests.automacao.simulator.stage import FIXTURES, Desk, Post, Stage, differences

SECRET = "segredo-da-loja"
JULIANA = "5511981234567"
PRODUCTS = (
    {"name": "Tênis Brisa azul", "sku": "AUR-001", "price": "219.90"},
    {"name": "Bota Trilha", "sku": "AUR-002", "price": "329.90"},
)


@pytest.fixture
def open_shop(stage: Stage, desk: Desk) -> Stage:
    stage.control.open_shop(
        "Loja Aurora",
        url="https://loja.exemplo.com.br",
        webhook_url=desk.url,
        secret=SECRET,
        products=PRODUCTS,
        next_number=10_500,
    )
    return stage


def real(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "orders" / name).read_bytes())
    # The demo needs no coupon, and asks for no CPF.
    content["coupon_lines"] = []
    return content


def told(post: Post) -> tuple[str, str, str, str]:
    body = post.body
    topic = post.headers["x-wc-webhook-topic"]
    return topic, body["number"], body["status"], body["correios_tracking_code"]


def test_an_order_is_told_as_woocommerce_tells_it_and_signed(open_shop: Stage, desk: Desk) -> None:
    number = open_shop.control.order(JULIANA, product=1, quantity=2)
    for step in ("pay", "ship"):
        assert open_shop.control.order_step(number, step)["heard"] == 200
    placed, paid, shipped = desk.posts
    tracking = shipped.body["correios_tracking_code"]
    assert [told(post) for post in desk.posts] == [
        ("order.created", "10500", "pending", ""),
        ("order.updated", "10500", "processing", ""),
        ("order.updated", "10500", "completed", tracking),
    ]
    assert tracking
    for post in desk.posts:
        signature = base64.b64encode(hmac.digest(SECRET.encode(), post.raw, "sha256")).decode()
        assert post.headers["x-wc-webhook-signature"] == signature
        assert post.body["billing"]["phone"] == "(11) 98123-4567"
        assert post.body["total"] == "678.70"
    pending, sent = (
        real(f"woocommerce-{name}.json")
        for name in ("1-order-created-pending", "2-order-updated-shipped")
    )
    assert differences(placed.body, pending, sent) == []
    assert differences(shipped.body, pending, sent) == []
    assert b"\\/" in paid.raw
    assert paid.raw.isascii()


def test_an_order_takes_the_steps_it_is_ready_for(open_shop: Stage) -> None:
    control = open_shop.control
    number = control.order(JULIANA)
    with pytest.raises(SimulatorError, match="no ponto"):
        control.order_step(number, "ship")
    control.order_step(number, "pay")
    assert control.order_step(number, "refund")["status"] == "refunded"
    assert control.order_step(control.order(JULIANA), "cancel")["steps"] == []
    for wrong in ({"product": 2}, {"quantity": 0}, {"method": "fiado"}):
        with pytest.raises(SimulatorError):
            control.order(JULIANA, **wrong)


def test_a_shop_that_is_opened_again_keeps_its_orders_and_counts_on(
    open_shop: Stage, desk: Desk
) -> None:
    number = open_shop.control.order(JULIANA)
    again = {"url": "https://loja.exemplo.com.br", "webhook_url": desk.url, "secret": SECRET}
    open_shop.control.open_shop("Loja Aurora", **again, products=PRODUCTS, next_number=10_400)
    assert open_shop.control.order(JULIANA) == number + 1
    assert open_shop.control.order_step(number, "pay")["status"] == "processing"


@pytest.mark.browser
def test_somebody_orders_pays_and_sends_on_the_page(
    open_shop: Stage, desk: Desk, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{open_shop.http.base_url}/loja/")
    page.get_by_label("Cliente").select_option("Juliana Prado")
    page.get_by_label("Produto").select_option(index=1)
    page.get_by_role("button", name="Novo pedido").click()
    order = page.get_by_role("listitem").filter(has_text="#10500 · Juliana Prado")
    expect(order.locator(".pill")).to_have_text("Aguardando pagamento")
    expect(order).to_contain_text("O sistema recebeu o aviso.")
    order.get_by_role("button", name="Pagar").click()
    expect(order.locator(".pill")).to_have_text("Pago")
    desk.answers.append(401)
    order.get_by_role("button", name="Enviar").click()
    expect(order).to_contain_text("O sistema recusou o aviso (401).")
    order.get_by_role("button", name="Avisar de novo").click()
    expect(order).to_contain_text("O sistema recebeu o aviso.")
    expect(order.get_by_role("button", name="Reembolsar")).to_be_visible()
    expect(order.get_by_role("button", name="Avisar de novo")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
