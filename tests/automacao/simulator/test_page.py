"""The page of phones in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.automacao.simulator.stage import CUSTOMER, LINE, Desk, Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def page(stage: Stage, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{stage.http.base_url}")
    yield page
    assert problems == []
    page.close()


def test_a_newcomer_pairs_writes_reads_and_loses_the_connection(
    stage: Stage, desk: Desk, page: Page
) -> None:
    stage.create(qrcode=True, webhook={"url": desk.url, "events": []})
    page.get_by_label("Número do celular da loja").fill("(11) 98765-0000")
    page.get_by_role("button", name="Ler o QR Code").click()
    expect(page.get_by_text("Conectado", exact=True)).to_be_visible()

    juliana = page.get_by_role("article", name="Celular de Juliana Prado")
    juliana.get_by_label("Mensagem de Juliana Prado").fill("Vocês abrem <b>hoje</b>?")
    page.keyboard.press("Enter")
    assert desk.data("messages.upsert")["message"] == {"conversation": "Vocês abrem <b>hoje</b>?"}
    expect(juliana.get_by_text("Vocês abrem <b>hoje</b>?")).to_be_visible()
    expect(juliana.get_by_text("Entregue")).to_be_attached()

    camila = page.get_by_role("article", name="Celular de Camila Ferraz")
    answer = stage.send("*Tamiris:* Bom dia!", number="5521988120043").json()
    expect(camila.get_by_label("1 não lida")).to_be_visible()
    expect(camila.locator("strong")).to_have_text("Tamiris:")
    camila.get_by_label("Mensagem de Camila Ferraz").click()
    expect(camila.get_by_label("1 não lida")).to_be_hidden()
    told = [body["data"]["status"] for body in desk.events("messages.update", 2)]
    assert (told[-1], desk.data("messages.update")["keyId"]) == ("READ", answer["key"]["id"])

    page.get_by_role("button", name="Queda de conexão").click()
    expect(page.get_by_text("Sem conexão", exact=True)).to_be_visible()
    page.get_by_role("button", name="Voltar a conexão").click()
    page.get_by_role("button", name="Desconectar pelo celular").click()
    expect(page.locator(".pill")).to_have_text("Desconectado pelo celular")
    assert stage.control.instance(LINE)["closed_reason"] == 401


def test_a_new_customer_gets_a_phone_and_the_cursor(stage: Stage, page: Page) -> None:
    page.get_by_role("button", name="Novo cliente").click()
    page.get_by_label("Nome").fill("Marina Duarte")
    page.get_by_label("Número com DDD").fill("12")
    page.get_by_role("button", name="Criar celular").click()
    expect(page.get_by_text("Número inválido")).to_be_visible()
    page.get_by_label("Número com DDD").fill("31 98765-4321")
    page.get_by_label("Conta antiga").check()
    page.get_by_role("button", name="Criar celular").click()
    marina = page.get_by_role("article", name="Celular de Marina Duarte")
    expect(marina.get_by_text("(31) 98765-4321 · conta sem o 9")).to_be_visible()
    assert stage.control.state()["phones"][-1]["wa_id"] == "553187654321"


def test_the_page_fits_a_phone(stage: Stage, desk: Desk, page: Page) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "x" * 400, name="Nome muito comprido " * 4)
    expect(page.get_by_role("button", name="Nome muito comprido")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
