"""An order of the web shop: beside the conversation, after a "#", on Início; for whom it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bustle import go_home
from tests.e2e.glass import box, open_talk, row
from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = pytest.mark.browser


def test_an_order_moves_beside_its_conversation_in_the_box_and_in_the_figures(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    phones: list[str],
    eye: Eye,
) -> None:
    phone, shop = customer("Olga Pedidos"), desk.simulator
    page, panel = sign_in("ana", **eye.window), sign_in("sara", **eye.window)
    sums = panel.locator("#financeiro .movement-sums")
    paid = sums.locator("div", has_text="Pedidos pagos").locator("dd").first
    until_now = int(paid.inner_text())
    panel.evaluate("window.neverReloaded = true")
    page.goto(f"{desk.web}sac/atendimento/")
    # On a busy machine the workers take their time with what she wrote.
    expect(row(page, "Olga Pedidos")).to_have_count(1, timeout=60_000)
    open_talk(page, "Olga Pedidos")
    pane = page.locator(".purchases")
    expect(pane).to_contain_text("Nenhum pedido encontrado")
    number = shop.order(phone, quantity=2)
    assert shop.order_step(number, "pay")["heard"] == 200
    fresh = pane.locator(".purchase", has_text=f"#{number}")
    expect(fresh).to_contain_text("por telefone")
    expect(fresh).to_contain_text("Pago")
    expect(paid).to_have_text(str(until_now + 1))
    assert panel.evaluate("window.neverReloaded")
    parcel = shop.order_step(number, "ship")["tracking"]
    expect(fresh).to_contain_text(parcel)
    expect(page.locator("#thread .event").last).to_contain_text(f"Pedido #{number} enviado")
    box(page).press_sequentially(f"Segue #{number}")
    offers = page.locator("#offers > li")
    expect(offers.first).to_contain_text(f"#{number} · Rastreio")
    eye.look(page, "pedidos-na-caixa")
    box(page).press("Enter")
    link = f"https://rastreio.exemplo.com.br/{parcel}"
    expect(box(page)).to_have_value(f"Segue Rastreio do pedido #{number}: {parcel} – {link}")
    box(page).fill("")
    # Somebody else's.
    box(page).press_sequentially("#10479")
    expect(page.locator("#offers")).to_be_hidden()
    box(page).fill("")
    if eye.is_narrow:
        page.goto(f"{page.url}#contact")
    pane.scroll_into_view_if_needed()
    eye.look(page, "pedidos-do-contato")
    # Who sees no money has neither its figures nor its screens.
    page.goto(desk.web)
    expect(page.get_by_text("Seu mês")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Movimento"))).to_have_count(0)
    assert page.request.get(f"{desk.web}pedidos/").status == 403
    go_home(desk, page.context, phones)
