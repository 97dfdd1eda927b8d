"""A customer's orders beside the conversation, live, in the box after a "#", and in Pedidos."""

import hashlib
import json
from collections.abc import Callable
from urllib.request import Request, urlopen

import psycopg
import pytest
from playwright.sync_api import Page, expect

from sac import demo
from tests.e2e.glass import box, open_talk
from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = pytest.mark.browser

TOKEN = "ficha-de-teste-da-loja"
MARIANA = "11987654321"
_SOURCE = (
    "INSERT INTO pedidos_source (store_id, platform, name, shop_id, webhook_key, secret,"
    " former_secret, token_digest, api_url, api_user, api_token, last_error, created_at)"
    " SELECT id, 'evendas', 'Loja própria', '', md5(random()::text), '', '', %s, '', '', '', '',"
    " now() FROM accounts_store WHERE name = %s"
)


@pytest.fixture
def post(desk: Running) -> Callable[..., None]:
    """Tell the store of an order of Mariana's, as a shop of its own does."""
    with psycopg.connect(desk.database_url, autocommit=True) as rows:
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        rows.execute(_SOURCE, [digest, demo.STORE])

    def tell(**facts: str) -> None:
        known = {"NUMERO": "20991", "COMPRADORNOME": "Mariana Costa", "COMPRADORTELEFONE": MARIANA}
        body = {"DATAPEDIDO": "2026-11-21", "VALOR_TOTAL": "150.00"} | known | facts
        headers = {"token": TOKEN, "Content-Type": "application/json"}
        request = Request(f"{desk.web}api/pedidos", json.dumps(body).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200

    return tell


def test_an_order_appears_beside_the_conversation_and_its_tracking_in_the_box(
    desk: Running, sign_in: Callable[..., Page], post: Callable[..., None], eye: Eye
) -> None:
    page = sign_in("ana", **eye.window)
    page.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    open_talk(page, "Mariana Costa")
    pane = page.locator(".purchases")
    expect(pane).to_contain_text("#10482")
    post(STATUSPEDIDO="Pago")
    fresh = pane.locator(".purchase", has_text="#20991")
    expect(fresh).to_contain_text("por telefone")
    expect(fresh).to_contain_text("Pago")
    post(STATUSPEDIDO="Enviado", CODIGORASTREIO="AB1BR", URLRASTREIO="https://r.test/AB1BR")
    expect(fresh).to_contain_text("AB1BR")
    box(page).press_sequentially("Segue #20991")
    offers = page.locator("#offers > li")
    expect(offers.first).to_contain_text("#20991 · Rastreio")
    eye.look(page, "pedidos-na-caixa")
    box(page).press("Enter")
    expect(box(page)).to_have_value("Segue Rastreio do pedido #20991: AB1BR – https://r.test/AB1BR")
    box(page).fill("")
    # Somebody else's.
    box(page).press_sequentially("#10479")
    expect(page.locator("#offers")).to_be_hidden()
    box(page).fill("")
    if eye.is_narrow:
        page.goto(f"{page.url}#contact")
    pane.scroll_into_view_if_needed()
    eye.look(page, "pedidos-do-contato")
