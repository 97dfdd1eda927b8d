"""A customer's orders beside the conversation, live, in the box after a "#", and in Pedidos."""

import hashlib
import json
from collections.abc import Callable, Iterator
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, expect

from sac import demo
from tests.e2e.bustle import go_home
from tests.e2e.glass import box, open_talk
from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = pytest.mark.browser

_SOURCE = (
    "INSERT INTO pedidos_source (store_id, platform, name, shop_id, webhook_key, secret,"
    " former_secret, token_digest, api_url, api_user, api_token, last_error, created_at)"
    " SELECT id, 'evendas', 'Loja própria', '', md5(random()::text), '', '', %s, '', '', '', '',"
    " now() FROM accounts_store WHERE name = %s"
)
# The orders stay, as of a shop that is gone: other tests count the sources there are.
_MINE = "(SELECT id FROM pedidos_source WHERE token_digest = %s)"
_PARTING = (
    f"UPDATE pedidos_order SET source_id = NULL WHERE source_id = {_MINE}",  # noqa: S608
    f"DELETE FROM pedidos_delivery WHERE source_id = {_MINE}",  # noqa: S608
    "DELETE FROM pedidos_source WHERE token_digest = %s",
)


@pytest.fixture
def post(desk: Running) -> Iterator[Callable[..., None]]:
    """Tell the store of an order, as a shop of its own does."""
    token = uuid4().hex
    digest = hashlib.sha256(token.encode()).hexdigest()

    def tell(number: str, phone: str, **facts: str) -> None:
        known = {"NUMERO": number, "COMPRADORNOME": "Olga", "COMPRADORTELEFONE": phone}
        body = {"DATAPEDIDO": "2026-11-21", "VALOR_TOTAL": "150.00"} | known | facts
        headers = {"token": token, "Content-Type": "application/json"}
        request = Request(f"{desk.web}api/pedidos", json.dumps(body).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200

    with psycopg.connect(desk.database_url, autocommit=True) as rows:
        rows.execute(_SOURCE, [digest, demo.STORE])
        yield tell
        for parting in _PARTING:
            rows.execute(parting, [digest])


def test_an_order_appears_beside_the_conversation_and_its_tracking_in_the_box(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    phones: list[str],
    post: Callable[..., None],
    eye: Eye,
) -> None:
    number, phone = ("20991" if eye.is_narrow else "20992"), customer("Olga Pedidos")
    told = f"Segue Rastreio do pedido #{number}: AB1BR – https://r.test/AB1BR"
    page = sign_in("ana", **eye.window)
    page.goto(f"{desk.web}sac/atendimento/")
    open_talk(page, "Olga Pedidos")
    pane = page.locator(".purchases")
    expect(pane).to_contain_text("Nenhum pedido encontrado")
    post(number, phone, STATUSPEDIDO="Pago")
    fresh = pane.locator(".purchase", has_text=f"#{number}")
    expect(fresh).to_contain_text("por telefone")
    expect(fresh).to_contain_text("Pago")
    parcel = {"CODIGORASTREIO": "AB1BR", "URLRASTREIO": "https://r.test/AB1BR"}
    post(number, phone, STATUSPEDIDO="Enviado", **parcel)
    expect(fresh).to_contain_text("AB1BR")
    expect(page.locator("#thread .event").last).to_contain_text(f"Pedido #{number} enviado")
    box(page).press_sequentially(f"Segue #{number}")
    offers = page.locator("#offers > li")
    expect(offers.first).to_contain_text(f"#{number} · Rastreio")
    eye.look(page, "pedidos-na-caixa")
    box(page).press("Enter")
    expect(box(page)).to_have_value(told)
    box(page).fill("")
    # Somebody else's.
    box(page).press_sequentially("#10479")
    expect(page.locator("#offers")).to_be_hidden()
    box(page).fill("")
    if eye.is_narrow:
        page.goto(f"{page.url}#contact")
    pane.scroll_into_view_if_needed()
    eye.look(page, "pedidos-do-contato")
    go_home(desk, page.context, phones)
