"""An admin links a phone, it is unlinked and linked again: every open screen follows by itself."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from sac.demo import SHOPS
from tests.e2e.conftest import NARROW
from tests.running import Running

pytestmark = pytest.mark.browser

NAME, NUMBER = "Loja Rio 🌊", "(21) 98812-0001"
BAR = f"O número {NAME} está desconectado"


@pytest.fixture
def dono(desk: Running, sign_in: Callable[..., Page]) -> Iterator[Page]:
    """The admin; whatever a test added is removed again, as other tests count on one number."""
    page = sign_in("dono")
    yield page
    page.goto(f"{desk.web}automacao/sincronizar-whatsapp/")
    for _ in range(page.locator(".entry", has_text=NAME).count()):
        page.get_by_role("link", name=f"Editar {NAME}").first.click()
        page.get_by_role("link", name="Remover").click()
        page.get_by_role("dialog").get_by_role("button", name="Remover").click()
        page.wait_for_url("**/sincronizar-whatsapp/")
    page.goto(desk.phones)
    expect(phone_card(page)).to_have_count(0, timeout=20_000)


def add_number(page: Page) -> None:
    """Go by the menu to the list, and from "+" to the code."""
    page.get_by_role("button", name="Automação").click()
    page.get_by_role("link", name="Sincronizar WhatsApp").click()
    page.get_by_role("button", name="Nova instância").click()
    page.get_by_label("Número completo do WhatsApp").fill(NUMBER)
    page.get_by_label("Nome", exact=True).fill(NAME)
    page.get_by_role("button", name="Salvar e gerar QR Code").click()


def phone_card(phones: Page) -> Locator:
    """The new number's card: not those of the demo's own, which are connected all along."""
    own = re.compile("|".join(shop.name for shop in SHOPS))
    return phones.locator("#lines article").filter(has_not_text=own)


def scan(phones: Page) -> None:
    phone_card(phones).get_by_role("button", name="Ler o QR Code").click()


def test_a_phone_that_reads_the_code_moves_every_screen_on(
    desk: Running,
    dono: Page,
    sign_in: Callable[..., Page],
    open_window: Callable[..., Page],
    complaints: list[str],
) -> None:
    at_home, at_desk = sign_in("ana"), sign_in("bia")
    at_desk.goto(f"{desk.web}sac/atendimento/")
    phones = open_window()
    phones.goto(desk.phones)

    add_number(dono)
    the_list = sign_in("dono")
    the_list.goto(f"{desk.web}automacao/sincronizar-whatsapp/")
    entry = the_list.locator(".entry", has_text=NAME)
    expect(entry).to_contain_text("Aguardando leitura")
    code = dono.get_by_alt_text("QR Code para conectar o WhatsApp")
    expect(code).to_be_visible()
    expect(dono.locator("#state")).to_have_text("Aguardando leitura")
    expect(dono.get_by_text("Salvo como +55 21 98812-0001.")).to_be_visible()
    scan(phones)
    expect(dono.get_by_text("WhatsApp conectado")).to_be_visible()
    expect(dono.locator("#state")).to_have_text("Conectado")
    expect(dono.locator("#save")).to_have_text("Salvar")
    expect(code).to_have_count(0)
    expect(entry).to_contain_text("Conectado")
    for page in (at_home, at_desk):
        expect(page.locator("#lines")).not_to_contain_text(NAME)

    phone_card(phones).get_by_role("button", name="Desconectar pelo celular").click()
    expect(dono.locator("#state")).to_have_text("Desconectado pelo celular")
    for page in (dono, at_home, at_desk):
        expect(page.locator("#lines")).to_contain_text(BAR)

    dono.get_by_role("button", name="Gerar novo código").click()
    expect(code).to_be_visible()
    scan(phones)
    expect(dono.locator("#state")).to_have_text("Conectado")
    for page in (dono, at_home, at_desk):
        expect(page.locator("#lines")).not_to_contain_text(NAME)
    assert complaints == []


def test_another_phone_is_refused_on_screen_and_the_admin_tries_again(
    desk: Running, dono: Page, open_window: Callable[..., Page]
) -> None:
    phones = open_window()
    phones.goto(desk.phones)
    add_number(dono)
    expect(dono.locator("img.qr")).to_be_visible()
    phone_card(phones).get_by_label("Número do celular da loja").fill("(21) 98812-0002")
    scan(phones)
    expect(dono.get_by_text("O celular conectado é outro: (21) 98812-0002.")).to_be_visible()
    expect(dono.locator("#state")).to_have_text("Com falha")
    expect(phone_card(phones)).not_to_contain_text("Conectado", timeout=15_000)
    dono.get_by_role("button", name="Tentar de novo").click()
    expect(dono.locator("img.qr")).to_be_visible()


def test_the_keyboard_alone_links_and_unlinks_a_number_on_a_small_screen(
    desk: Running, dono: Page, sign_in: Callable[..., Page], open_window: Callable[..., Page]
) -> None:
    phones = open_window()
    phones.goto(desk.phones)
    page = sign_in("dono", viewport=NARROW)
    page.get_by_role("button", name="Automação").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Sincronizar WhatsApp")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Nova instância").press("Enter")
    page.get_by_label("Número completo do WhatsApp").fill(NUMBER)
    page.get_by_label("Nome", exact=True).fill(NAME)
    page.keyboard.press("Enter")
    expect(page.locator("img.qr")).to_be_in_viewport()
    scan(phones)
    page.get_by_role("link", name="Desconectar").press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(f"Desconectar {NAME}?")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    page.get_by_role("link", name="Desconectar").press("Enter")
    question.get_by_role("button", name="Desconectar").press("Enter")
    expect(page.locator("#state")).to_have_text("Desconectado")
    expect(phone_card(phones)).to_contain_text("Desconectado", timeout=15_000)


def test_without_scripts_a_reload_shows_what_a_script_would(
    desk: Running, dono: Page, sign_in: Callable[..., Page], open_window: Callable[..., Page]
) -> None:
    phones = open_window()
    phones.goto(desk.phones)
    page = sign_in("dono", java_script_enabled=False)
    add_number(page)
    reload_until(page, "Aguardando leitura")
    expect(page.get_by_alt_text("QR Code para conectar o WhatsApp")).to_be_visible()
    scan(phones)
    reload_until(page, "Conectado")
    page.get_by_role("link", name="Remover").click()
    expect(page.get_by_role("heading", name=f"Remover {NAME}?")).to_be_visible()
    page.get_by_role("button", name="Remover").click()
    expect(page.get_by_text("instância removida")).to_be_visible()


def reload_until(page: Page, state: str) -> None:
    """Click on what a page without scripts offers, until the news is there."""
    limit = time.monotonic() + 20
    while page.locator("#state").inner_text() != state:
        assert time.monotonic() < limit, f"never {state}"
        page.get_by_role("link", name="Atualizar esta página").click()
