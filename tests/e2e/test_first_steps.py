"""A new store, from its sign-up to its first conversation, in the four steps of the guide.

With EVENDAS_SCREENSHOTS=<folder> each step leaves a picture: docs/primeiros-passos.md is made of
them.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.running import Running

pytestmark = pytest.mark.browser

NUMBER, DIGITS = "(41) 98877-0001", "5541988770001"
CUSTOMER = "5541997770001"
PASSWORD = "girassol-azul-42"


@pytest.fixture
def line(desk: Running) -> Iterator[Callable[[], str]]:
    """The new number's name at the gateway; gone afterwards, as other tests count on one number."""

    def names() -> list[str]:
        lines = desk.simulator.state()["instances"]
        return [str(one["name"]) for one in lines if one["number"] == DIGITS]

    yield lambda: names()[0]
    for name in names():
        address = f"{desk.phones}instance/delete/{name}"
        httpx.delete(address, headers={"apikey": "demo-gateway-key"}, trust_env=False)


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("EVENDAS_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def menu(page: Page, group: str, entry: str) -> None:
    rail = page.get_by_role("navigation", name="Menu principal")
    rail.get_by_role("button", name=group).click()
    rail.get_by_role("link", name=entry).click()


def sign_up(page: Page, desk: Running) -> None:
    page.goto(f"{desk.web}entrar/")
    page.get_by_role("link", name="Criar conta").click()
    page.get_by_label("Nome da loja").fill("Girassol Modas")
    page.get_by_label("Nome completo").fill("Rita Girassol")
    page.get_by_label("E-mail").fill("rita@girassol.test")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    picture(page, "passo-0-cadastro")
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("heading", name=re.compile("Rita"))).to_be_visible()
    picture(page, "passo-0-inicio")


def connect_the_number(page: Page, phones: Page) -> None:
    menu(page, "Automação", "Sincronizar WhatsApp")
    page.get_by_role("link", name="Editar").click()
    page.get_by_label("Número completo do WhatsApp").fill(NUMBER)
    page.get_by_label("Nome", exact=True).fill("Loja Curitiba")
    picture(page, "passo-1-numero")
    page.get_by_role("button", name="Salvar e gerar QR Code").click()
    expect(page.get_by_alt_text("QR Code para conectar o WhatsApp")).to_be_visible()
    picture(page, "passo-1-qr-code")
    card = phones.locator("#lines article").last
    card.get_by_role("button", name="Ler o QR Code").click()
    expect(page.get_by_text("WhatsApp conectado")).to_be_visible()


def create_the_department(page: Page) -> None:
    menu(page, "Sac", "Departamentos")
    page.locator("main").get_by_role("link", name="+").first.click()
    page.get_by_label("Nome", exact=True).fill("Suporte")
    picture(page, "passo-2-departamento")
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.locator("main")).to_contain_text("Suporte")


def create_the_attendant(page: Page) -> None:
    menu(page, "Sac", "Atendentes")
    page.locator("main").get_by_role("link", name="+").first.click()
    page.get_by_label("Nome Completo").fill("Tamiris Alves")
    page.get_by_label("E-mail").fill("tamiris@girassol.test")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_label("Apelido").fill("Tamiris – Suporte")
    page.get_by_role("checkbox", name="Suporte").check()
    page.get_by_role("checkbox", name="Aceito as condições da política de ingresso").check()
    picture(page, "passo-3-atendente")
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.locator("main")).to_contain_text("Tamiris – Suporte")


def enter_as_the_attendant(page: Page, desk: Running) -> None:
    page.goto(f"{desk.web}entrar/")
    page.get_by_label("E-mail").fill("tamiris@girassol.test")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Continuar").click()
    page.goto(f"{desk.web}sac/atendimento/")
    expect(page.get_by_text("Ninguém esperando")).to_be_visible()


def test_the_four_steps_of_a_new_store(
    desk: Running,
    open_window: Callable[..., Page],
    line: Callable[[], str],
    complaints: list[str],
) -> None:
    phones = open_window()
    phones.goto(desk.phones)
    rita = open_window()
    sign_up(rita, desk)
    # Another tab stays on Início, and follows.
    guide = rita.context.new_page()
    guide.goto(desk.web)
    steps = guide.locator(".first-run-step")
    expect(steps).to_have_count(4)
    connect_the_number(rita, phones)
    expect(steps.first).to_contain_text("(feito)")
    create_the_department(rita)
    create_the_attendant(rita)
    tamiris = open_window()
    enter_as_the_attendant(tamiris, desk)

    desk.simulator.phone(CUSTOMER, name="Davi Moreira")
    desk.simulator.receive(CUSTOMER, "Oi! Vocês têm vestido florido?", instance=line())
    row = tamiris.locator("#rows .row", has_text="Davi Moreira")
    expect(row).to_contain_text("NOVO")
    expect(steps).to_have_count(0)
    expect(guide.get_by_text("Tudo pronto")).to_be_visible()
    row.get_by_role("link").click()
    tamiris.get_by_role("button", name="Assumir").click()
    composer = tamiris.get_by_placeholder("Escreva uma mensagem")
    composer.fill("Temos sim, Davi! Qual tamanho?")
    composer.press("Enter")
    tick = tamiris.get_by_role("log").locator("li.is-out .tick")
    expect(tick).to_contain_text(re.compile("Entregue|Lida"))
    picture(tamiris, "passo-4-atendimento")
    said = [one.text for one in desk.simulator.thread(CUSTOMER, instance=line())]
    assert said[-1] == "Temos sim, Davi! Qual tamanho?"

    tamiris.get_by_role("link", name="Encerrar Atendimento").first.click()
    tamiris.get_by_role("button", name="Sim, encerrar").click()
    expect(tamiris.locator("#composer")).to_contain_text("Atendimento encerrado")
    guide.get_by_role("button", name="Entendi, não mostrar mais").click()
    expect(guide.get_by_text("Primeiros passos concluídos.")).to_be_visible()
    expect(guide.get_by_role("heading", name="Primeiros passos")).to_have_count(0)
    assert complaints == []
