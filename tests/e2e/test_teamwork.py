"""Several people share the work: take over, transfer, return, edit, and all see it at once."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.glass import tab
from tests.running import Running

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
_phones = count(5511991240001)


@pytest.fixture
def customer(desk: Running) -> Callable[[str], str]:
    """Let somebody new write to the store; return their number."""

    def write(name: str) -> str:
        phone = str(next(_phones))
        desk.simulator.phone(phone, name=name)
        desk.simulator.receive(phone, "Oi, tudo bem?")
        return phone

    return write


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows .row", has_text=name)


def enter(sign_in: SignIn, desk: Running, who: str, situation: str = "aguardando") -> Page:
    """Sign in, open the desk, and promise that the page is never loaded again."""
    page = sign_in(who, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/?situacao={situation}")
    page.evaluate("window.neverReloaded = true")
    return page


def assume(page: Page, name: str) -> None:
    row(page, name).get_by_role("link").click()
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)


def transfer(page: Page, to: str, note: str = "") -> None:
    page.get_by_role("link", name="Transferir").click()
    dialog = page.get_by_role("dialog", name="Transferir atendimento")
    dialog.get_by_role("radio", name=re.compile(f"^{to}")).check()
    dialog.get_by_label("Nota para quem recebe").fill(note)
    dialog.get_by_role("button", name="Transferir").click()
    expect(dialog).to_be_hidden()


def stayed(*pages: Page) -> bool:
    return all(page.evaluate("window.neverReloaded") for page in pages)


def test_who_loses_a_conversation_sees_it_at_once(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Olga Nunes")
    ana = enter(sign_in, desk, "ana")
    assume(ana, "Olga Nunes")
    sara = enter(sign_in, desk, "sara", "em-aberto")
    row(sara, "Olga Nunes").get_by_role("link").click()
    expect(sara.locator("#composer")).to_contain_text("Este atendimento está com Ana – Suporte")
    sara.get_by_role("button", name="Assumir de Ana – Suporte").click()
    line = "Sara – Supervisão assumiu o atendimento de Ana – Suporte"
    for page in (ana, sara):
        expect(page.get_by_role("log")).to_contain_text(line)
    expect(ana.locator("#composer")).to_contain_text("Este atendimento está com Sara – Supervisão")
    expect(ana.get_by_placeholder("Escreva uma mensagem")).to_have_count(0)
    expect(ana.get_by_role("link", name="Transferir")).to_have_count(0)
    expect(sara.get_by_placeholder("Escreva uma mensagem")).to_be_focused()
    assert stayed(ana, sara)
    assert complaints == []


def test_a_transfer_to_a_department_is_there_at_once_with_its_note(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Davi Luz")
    ana, bia = enter(sign_in, desk, "ana"), enter(sign_in, desk, "bia")
    expect(row(bia, "Davi Luz")).to_be_visible()
    assume(ana, "Davi Luz")
    expect(row(bia, "Davi Luz")).to_have_count(0)
    transfer(ana, "Vendas", "Quer trocar por dois pares 👟")
    expect(ana.locator("#done")).to_contain_text("Atendimento transferido para Vendas.")
    expect(ana.get_by_text("Nenhuma conversa escolhida")).to_be_visible()
    expect(row(ana, "Davi Luz")).to_have_count(0)

    expect(row(bia, "Davi Luz")).to_contain_text("NOVO")
    expect(row(bia, "Davi Luz")).to_contain_text("Vendas")
    alert = bia.locator("#alerts .alert", has_text="Davi Luz")
    expect(alert).to_contain_text("Ana – Suporte transferiu Davi Luz para Vendas.")
    expect(alert).to_contain_text("Quer trocar por dois pares 👟")
    row(bia, "Davi Luz").get_by_role("link").click()
    log = bia.get_by_role("log")
    expect(log).to_contain_text("Ana – Suporte transferiu o atendimento para Vendas")
    expect(log).to_contain_text("Quer trocar por dois pares 👟")
    expect(alert).to_have_count(0)
    assert stayed(ana, bia)
    assert complaints == []


def test_a_transfer_to_a_person_rings_in_their_tab(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Ivo Reis")
    ana, bia = enter(sign_in, desk, "ana"), enter(sign_in, desk, "bia", "em-aberto")
    # Nobody looks at Bia's window.
    bia.evaluate("document.hasFocus = () => false")
    assume(ana, "Ivo Reis")
    transfer(ana, "Bia – Vendas", "É com você")
    expect(row(bia, "Ivo Reis")).to_contain_text("NOVO")
    # However much waits besides.
    expect(bia).to_have_title(re.compile(r"^\(\d+\) "))
    alert = bia.locator("#alerts .alert", has_text="Ivo Reis")
    expect(alert).to_contain_text("Ana – Suporte transferiu Ivo Reis para você.")
    bia.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
    alert.get_by_role("link", name="Abrir").click()
    expect(bia.get_by_role("log")).to_contain_text("É com você")
    expect(alert).to_have_count(0)
    expect(row(bia, "Ivo Reis")).not_to_contain_text("NOVO")
    bia.get_by_placeholder("Escreva uma mensagem").press_sequentially("Oi, Ivo!")
    bia.keyboard.press("Enter")
    expect(bia.get_by_role("log").locator("li.is-out")).to_contain_text("Oi, Ivo!")
    assert stayed(ana, bia)
    assert complaints == []


def test_what_is_returned_waits_for_everybody_again(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Lia Pires")
    ana, sara = enter(sign_in, desk, "ana"), enter(sign_in, desk, "sara")
    sara.get_by_label("Departamento", exact=True).select_option("Sem departamento")
    expect(row(sara, "Joana D'Ávila")).to_have_count(0)
    expect(row(sara, "Lia Pires")).to_be_visible()
    assume(ana, "Lia Pires")
    expect(row(sara, "Lia Pires")).to_have_count(0)
    ana.get_by_role("link", name="Transferir").click()
    ana.get_by_role("button", name="Devolver à fila").click()
    expect(ana.get_by_role("log")).to_contain_text("Ana – Suporte devolveu o atendimento à fila")
    expect(ana.get_by_role("button", name="Assumir")).to_be_visible()
    expect(row(sara, "Lia Pires")).to_be_visible()
    assert stayed(ana, sara)
    assert complaints == []


def test_an_edited_contact_changes_on_the_other_screen(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    phone = customer("Gil Ramos")
    ana, sara = enter(sign_in, desk, "ana"), enter(sign_in, desk, "sara")
    for page in (ana, sara):
        row(page, "Gil Ramos").get_by_role("link").click()
    ana.get_by_role("link", name="Editar contato").click()
    form = ana.get_by_role("form", name="Editar contato")
    expect(form.get_by_label("Nome")).to_be_focused()
    form.get_by_label("Nome").fill("Gilberto Ramos 👞")
    form.get_by_label("Contato Interno").check()
    # What happens around the form leaves it as it is.
    desk.simulator.receive(phone, "E aí?")
    sara.get_by_role("button", name="Assumir").click()
    expect(ana.locator("#composer")).to_contain_text("Este atendimento está com Sara")
    expect(form.get_by_label("Nome")).to_have_value("Gilberto Ramos 👞")
    form.get_by_label("Anotações").fill("Dono da sapataria")
    form.get_by_label("CPF/CNPJ").fill("12.abc.345/01de-35")
    form.get_by_role("button", name="Salvar").click()
    expect(ana.get_by_role("link", name="Editar contato")).to_be_focused()
    for page in (ana, sara):
        tab(page, "Em aberto")
        expect(page.get_by_role("heading", name="Gilberto Ramos 👞")).to_have_count(2)
        expect(page.locator("#contact")).to_contain_text("Dono da sapataria")
        expect(page.locator("#contact")).to_contain_text("12.ABC.345/01DE-35")
        expect(row(page, "Gilberto Ramos 👞")).to_contain_text("Contato Interno")
    assert stayed(ana, sara)
    assert complaints == []


def test_a_supervisor_sees_every_active_conversation_live(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Téa Moraes")
    sara, bia = enter(sign_in, desk, "sara", "em-aberto"), enter(sign_in, desk, "bia")
    assume(bia, "Téa Moraes")
    expect(row(sara, "Téa Moraes")).to_contain_text("Bia – Vendas")
    row(sara, "Téa Moraes").get_by_role("link").click()
    bia.get_by_placeholder("Escreva uma mensagem").press_sequentially("Bom dia, Téa!")
    bia.keyboard.press("Enter")
    expect(sara.get_by_role("log").locator("li.is-out")).to_contain_text("Bom dia, Téa!")
    expect(row(sara, "Téa Moraes")).to_contain_text("Bom dia, Téa!")
    assert stayed(sara, bia)
    assert complaints == []


def test_the_month_counts_on_by_itself(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Rui Brito")
    ana = enter(sign_in, desk, "ana")

    def figure(name: str) -> Locator:
        return ana.locator("#figures div", has_text=name).locator("dd")

    before = {name: int(figure(name).inner_text()) for name in ("Atendidos", "Encerrados")}
    assume(ana, "Rui Brito")
    expect(figure("Atendidos")).to_have_text(str(before["Atendidos"] + 1))
    ana.get_by_role("link", name="Encerrar Atendimento").click()
    ana.get_by_role("button", name="Sim, encerrar").click()
    expect(figure("Encerrados")).to_have_text(str(before["Encerrados"] + 1))
    assert stayed(ana)
    assert complaints == []


def test_by_keyboard_alone(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Noa Dias")
    ana = enter(sign_in, desk, "ana")
    assume(ana, "Noa Dias")
    opener = ana.get_by_role("link", name="Transferir")
    opener.focus()
    ana.keyboard.press("Enter")
    dialog = ana.get_by_role("dialog", name="Transferir atendimento")
    expect(dialog.get_by_role("radio", name=re.compile("^Financeiro"))).to_be_focused()
    ana.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    ana.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    ana.keyboard.press("ArrowDown")
    ana.keyboard.press("ArrowDown")
    ana.keyboard.press("Tab")
    ana.keyboard.type("Por favor")
    ana.keyboard.press("Tab")
    ana.keyboard.press("Enter")
    expect(ana.locator("#done")).to_contain_text("Atendimento transferido para Vendas.")
    assert complaints == []
