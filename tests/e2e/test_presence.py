"""Two colleagues on one conversation know of each other; one's own switch is seen by the team."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.running import Running

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
_phones = count(5511991260001)


@pytest.fixture
def customer(desk: Running) -> Callable[[str], str]:
    """Let somebody new write to the store; return their number."""

    def write(name: str) -> str:
        phone = str(next(_phones))
        desk.simulator.phone(phone, name=name)
        desk.simulator.receive(phone, "Oi, tudo bem?")
        return phone

    return write


def enter(sign_in: SignIn, desk: Running, who: str, name: str, **options: object) -> Page:
    """Sign in and open the conversation of that customer."""
    page = sign_in(who, **options, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/?situacao=aguardando")
    page.locator("#rows .row", has_text=name).get_by_role("link").click()
    expect(page.locator("#chat-name")).to_contain_text(name)
    return page


def test_colleagues_see_who_else_is_there_and_who_writes(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Nair Prado")
    ana = enter(sign_in, desk, "ana", "Nair Prado")
    sara = enter(sign_in, desk, "sara", "Nair Prado")
    viewers = ana.get_by_role("list", name="Também nesta conversa")
    expect(viewers.get_by_role("listitem")).to_have_text(re.compile("Sara.*está vendo"))
    expect(sara.locator("#viewers")).to_contain_text(re.compile("Ana.*está vendo"))
    sara.get_by_label("Mensagem para Nair Prado").press_sequentially("Bom dia")
    expect(ana.locator("#writers")).to_have_text(re.compile(r"^Sara.* está escrevendo…$"))
    # What depends on the viewer is drawn anew around them.
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    expect(ana.locator("#viewers")).to_contain_text("Sara")
    sara.goto(desk.web)
    expect(ana.locator("#viewers")).to_be_empty()
    expect(ana.locator("#writers")).to_be_empty()
    assert complaints == []


def test_one_click_in_the_menu_and_the_team_sees_it(
    desk: Running, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Ivo Leal")
    sara = enter(sign_in, desk, "sara", "Ivo Leal")
    sara.get_by_role("link", name="Transferir").click()
    line = sara.get_by_role("dialog").locator("label", has_text="Ana – Suporte")
    ana = sign_in("ana")
    expect(line.locator(".presence")).to_have_text("Disponível")
    ana.get_by_role("button", name="Sua conta").click()
    ana.get_by_role("button", name="Em pausa").click()
    expect(ana.get_by_role("button", name="Em pausa")).to_have_attribute("aria-pressed", "true")
    expect(line.locator(".presence")).to_have_text("Em pausa")
    ana.reload()
    expect(ana.locator("#my-dot")).to_have_attribute("data-state", "paused")
    ana.get_by_role("button", name="Sua conta").click()
    ana.get_by_role("button", name="Disponível", exact=True).click()
    expect(ana.locator("#my-dot")).to_have_attribute("data-state", "available")
    expect(line.locator(".presence")).to_have_text("Disponível")
    assert complaints == []
