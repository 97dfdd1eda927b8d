"""The main job with only a browser: a customer writes, an attendant answers, and it goes round."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running import Running

pytestmark = pytest.mark.browser

CUSTOMER = "Mariana Costa"


def phone_of(page: Page, name: str) -> Locator:
    return page.locator(".phone", has=page.get_by_role("heading", name=name))


def write_from_phone(page: Page, name: str, text: str) -> None:
    field = phone_of(page, name).get_by_placeholder("Mensagem")
    field.fill(text)
    field.press("Enter")


def add_customer(page: Page, name: str, number: str) -> None:
    page.get_by_role("button", name="Novo cliente").click()
    page.get_by_label("Nome").fill(name)
    page.get_by_label("Número com DDD").fill(number)
    page.get_by_role("button", name="Criar celular").click()
    expect(phone_of(page, name)).to_be_visible()


def test_a_message_becomes_a_bubble_and_the_answer_goes_back(
    desk: Running,
    sign_in: Callable[..., Page],
    open_window: Callable[..., Page],
    complaints: list[str],
) -> None:
    ana = sign_in("ana")
    ana.get_by_role("link", name="Abrir atendimento").click()
    ana.evaluate("window.neverReloaded = true")
    rows = ana.locator("#rows .row")
    waiting = ana.get_by_role("link", name=re.compile(r"^Aguardando"))
    count_before = rows.count()

    phones = open_window()
    phones.goto(desk.phones)
    add_customer(phones, "Olívia Prado", "(11) 98123-4567")
    write_from_phone(phones, "Olívia Prado", "Oi! Meu pedido já saiu?")

    row = rows.filter(has_text="Olívia Prado")
    expect(row).to_contain_text("Oi! Meu pedido já saiu?")
    expect(row).to_contain_text("NOVO")
    expect(waiting).to_contain_text(str(count_before + 1))

    row.get_by_role("link").click()
    thread = ana.get_by_role("log")
    expect(thread).to_contain_text("Oi! Meu pedido já saiu?")
    code = re.search(r"\d{4}-\d{6}", ana.url)
    assert code is not None

    ana.get_by_role("button", name="Assumir").click()
    expect(thread).to_contain_text("assumiu o atendimento")
    composer = ana.get_by_placeholder("Escreva uma mensagem")
    composer.fill("Olá, Olívia! Saiu hoje cedo 😊")
    composer.press("Enter")
    expect(composer).to_have_value("")
    bubble = thread.locator("li", has_text="Saiu hoje cedo")
    expect(bubble).to_have_count(1)

    on_phone = phone_of(phones, "Olívia Prado")
    expect(on_phone).to_contain_text("Saiu hoje cedo")
    expect(bubble.locator(".tick")).to_contain_text(re.compile("Entregue|Lida"))
    on_phone.get_by_placeholder("Mensagem").focus()
    expect(bubble.locator(".tick")).to_contain_text("Lida")

    write_from_phone(phones, "Olívia Prado", "Obrigada!")
    expect(thread).to_contain_text("Obrigada!")

    ana.get_by_role("link", name="Encerrar Atendimento").first.click()
    ana.get_by_role("button", name="Sim, encerrar").click()
    expect(thread).to_contain_text("encerrou o atendimento")
    expect(ana.locator("#composer")).to_contain_text("Atendimento encerrado")

    write_from_phone(phones, "Olívia Prado", "Ah, mais uma coisa")
    waiting.click()
    again = rows.filter(has_text="Olívia Prado").filter(has_text="Ah, mais uma coisa")
    expect(again).to_have_count(1)
    again.get_by_role("link").click()
    expect(ana.get_by_role("log")).to_contain_text("Ah, mais uma coisa")
    new_code = re.search(r"\d{4}-\d{6}", ana.url)
    assert new_code is not None
    assert new_code.group() > code.group()
    assert ana.evaluate("window.neverReloaded") is True
    assert complaints == []
