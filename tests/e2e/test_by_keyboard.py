"""A whole round of work by the keyboard alone, and where the keyboard is after every step.

Nothing here clicks, hovers or gives focus by script: a step is a key, and what it leads to is seen.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bustle import go_home
from tests.e2e.glass import box, row
from tests.running import Running

pytestmark = pytest.mark.browser

# What is wrong with the place the keyboard is at; empty when it is somewhere one can see.
WRONG = r"""
() => {
  const here = document.activeElement;
  if (!here || here === document.body) return "the keyboard is nowhere";
  const told = here.outerHTML.slice(0, 160);
  const { top, bottom, left, right } = here.getBoundingClientRect();
  if (!here.checkVisibility() || right <= left) return `hidden: ${told}`;
  const isOut = bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth;
  if (isOut) return `out of sight: ${told}`;
  const isRing = (part, pseudo) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part, pseudo);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow.includes("inset");
  };
  const around = [here, here.parentElement, here.parentElement.parentElement];
  const hasRing = around.some((part) => isRing(part) || isRing(part, "::after"));
  return hasRing ? "" : `nothing shows it: ${told}`;
}
"""
MOST_TABS = 80


def at(page: Page, place: Locator) -> None:
    """The keyboard is there, and one sees it."""
    expect(place).to_be_focused()
    seen(page)


def seen(page: Page) -> None:
    for _ in range(200):
        if not page.evaluate(WRONG):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(WRONG))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, place: Locator, *, key: str = "Tab") -> None:
    """Walk there, seeing every stop on the way."""
    expect(place).to_be_visible()
    for _ in range(MOST_TABS):
        if place.evaluate("place => place === document.activeElement"):
            return
        press(page, key)
        seen(page)
    raise AssertionError(f"the keyboard does not come to {place} within {MOST_TABS} steps")


def said(page: Page) -> Locator:
    return page.get_by_role("log")


@pytest.fixture
def ana(desk: Running, open_window: Callable[..., Page], phones: list[str]) -> Iterator[Page]:
    """Ana before the door; what she leaves open is closed after her."""
    page = open_window()
    yield page
    go_home(desk, page.context, phones)


def enter(page: Page, desk: Running) -> None:
    page.goto(f"{desk.web}entrar/")
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type("ana@aurora.demo")
    tab_to(page, page.get_by_label("Senha"))
    page.keyboard.type(desk.logins["ana@aurora.demo"])
    press(page, "Enter")
    page.wait_for_url(desk.web)


def skip(page: Page) -> None:
    """The first stop of a page leads past its menu."""
    press(page, "Tab")
    at(page, page.get_by_role("link", name="Pular para o conteúdo"))
    expect(page.get_by_role("link", name="Pular para o conteúdo")).to_be_in_viewport()
    press(page, "Enter")
    at(page, page.locator("#main"))


def begin(page: Page, desk: Running) -> None:
    enter(page, desk)
    skip(page)
    tab_to(page, page.get_by_role("link", name="Abrir atendimento"))
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Atendimento", exact=True)).to_be_visible()
    skip(page)


def open_filtered(page: Page, name: str) -> None:
    """Narrow the list down, and open a conversation of it."""
    places = page.get_by_label("Departamento", exact=True)
    tab_to(page, places)
    page.keyboard.type("Sem")
    page.wait_for_url(re.compile("departamento=sem"))
    at(page, places)
    tab_to(page, page.get_by_role("checkbox", name="Não lidas"))
    press(page, "Space")
    page.wait_for_url(re.compile("novas=sim"))
    expect(page.locator("#rows .row:not(.is-pinned)", has_not_text="NOVO")).to_have_count(0)
    at(page, page.get_by_role("checkbox", name="Não lidas"))
    tab_to(page, row(page, name).get_by_role("link"))
    press(page, "Enter")
    expect(page.locator("#chat-name")).to_contain_text(name)
    at(page, box(page))


def assume(page: Page) -> None:
    tab_to(page, page.get_by_role("button", name="Assumir"), key="Shift+Tab")
    press(page, "Enter")
    expect(said(page)).to_contain_text("assumiu o atendimento")
    at(page, box(page))


def answer(page: Page) -> None:
    """A ready answer, looked at, left alone, and taken after all; a file is thought of."""
    page.keyboard.type("/bom")
    expect(page.locator("#offers > li")).to_have_count(1)
    press(page, "Escape")
    expect(page.locator("#offers")).to_be_hidden()
    at(page, box(page))
    page.keyboard.type("d")
    expect(page.locator("#offers")).to_be_visible()
    press(page, "Enter")
    expect(box(page)).to_have_value(re.compile("Aqui é da Aurora Calçados"))
    attach = page.get_by_role("button", name="Anexar")
    tab_to(page, attach)
    press(page, "Enter")
    at(page, page.get_by_role("menuitem", name="Foto ou vídeo"))
    press(page, "Escape")
    at(page, attach)
    tab_to(page, box(page), key="Shift+Tab")
    press(page, "Enter")
    expect(said(page).locator("li.is-out")).to_contain_text("Aqui é da Aurora Calçados")
    at(page, box(page))


def note(page: Page) -> None:
    press(page, "Alt+n")
    at(page, page.get_by_role("textbox", name="Nota interna sobre"))
    page.keyboard.type("Prefere ser chamada de Lia")
    press(page, "Enter")
    expect(said(page).locator("li.is-note")).to_contain_text("chamada de Lia")
    at(page, box(page))


def tag(page: Page) -> None:
    opener = page.get_by_role("link", name="Mudar etiquetas")
    tab_to(page, opener)
    window = page.get_by_role("dialog", name="Etiquetas")
    for leaves in (True, False):
        press(page, "Enter")
        at(page, window.get_by_role("checkbox").first)
        if leaves:
            press(page, "Escape")
            expect(window).to_be_hidden()
            at(page, opener)
    tab_to(page, window.get_by_role("checkbox", name="Troca"))
    press(page, "Space")
    tab_to(page, window.get_by_role("button", name="Salvar"))
    press(page, "Enter")
    expect(window).to_be_hidden()
    expect(page.locator("#ticket-tags")).to_contain_text("Troca")
    seen(page)


def give_back(page: Page) -> None:
    """To the queue, by the window of the transfer."""
    window = page.get_by_role("dialog", name="Transferir atendimento")
    press(page, "Alt+t")
    at(page, window.get_by_role("radio").first)
    press(page, "Escape")
    expect(window).to_be_hidden()
    seen(page)
    press(page, "Alt+t")
    expect(window).to_be_visible()
    tab_to(page, window.get_by_role("button", name="Devolver à fila"))
    press(page, "Enter")
    expect(said(page)).to_contain_text("devolveu o atendimento à fila")
    expect(page.get_by_role("button", name="Assumir")).to_be_visible()
    seen(page)


def search(page: Page, name: str) -> None:
    """Another conversation is on screen, and this one is looked for."""
    window = page.get_by_role("dialog", name="Busca")
    field = window.get_by_role("combobox")
    press(page, "Control+k")
    at(page, field)
    page.keyboard.type(name)
    expect(window.get_by_role("option")).to_have_count(1)
    press(page, "Escape")
    expect(window).to_be_hidden()
    seen(page)
    press(page, "Control+k")
    at(page, field)
    expect(window.get_by_role("option", selected=True)).to_contain_text(name)
    press(page, "Enter")
    expect(page.locator("#chat-name")).to_contain_text(name)
    at(page, box(page))


def close(page: Page) -> None:
    """With a reason, after a second thought."""
    press(page, "Alt+a")
    expect(page.locator("#close")).to_be_visible()
    at(page, box(page))
    window = page.get_by_role("dialog", name="Encerrar Atendimento")
    press(page, "Alt+e")
    expect(window).to_be_visible()
    seen(page)
    press(page, "Escape")
    expect(window).to_be_hidden()
    at(page, box(page))
    press(page, "Alt+e")
    expect(window).to_be_visible()
    tab_to(page, window.get_by_label("Motivo"), key="Shift+Tab")
    page.keyboard.type("Comp")
    tab_to(page, window.get_by_role("button", name=re.compile("encerrar|sem mensagem")))
    press(page, "Enter")
    expect(page.locator("#chat-head")).to_contain_text("Encerrada")
    expect(window).to_be_hidden()
    at(page, page.locator("#chat-name"))


def undo(page: Page) -> None:
    tab_to(page, page.get_by_role("button", name="Desfazer"), key="Shift+Tab")
    press(page, "Enter")
    expect(page.locator("#chat-head")).to_contain_text("Em aberto")
    at(page, page.locator("#chat-name"))


def ask_for_help(page: Page) -> None:
    """Out of the box first: in it "?" is a question."""
    tab_to(page, box(page))
    press(page, "Escape")
    at(page, said(page))
    window = page.get_by_role("dialog", name="Atalhos de teclado")
    press(page, "?")
    expect(window).to_be_visible()
    seen(page)
    press(page, "Escape")
    expect(window).to_be_hidden()
    at(page, said(page))


def leave(page: Page) -> None:
    """For the list: the conversation's row, or the tab it is no longer in."""
    press(page, "Escape")
    # Whoever was writing has left the box by it, and nothing else.
    expect(page.locator("#log:focus, #conversation.is-empty")).to_have_count(1)
    if page.locator("#log:focus").count():
        press(page, "Escape")
    expect(page.get_by_text("Nenhuma conversa escolhida")).to_be_visible()
    at(page, page.locator(":is(#rows, #tabs) :focus"))


def test_a_round_of_work_from_the_door_to_the_last_escape(
    desk: Running,
    ana: Page,
    stocked: None,
    customer: Callable[[str], str],
    complaints: list[str],
) -> None:
    name = "Aurélia Campos"
    customer(name)
    # The hour of the desk stands still where a second counts: Desfazer is offered for a few.
    ana.clock.install()
    begin(ana, desk)
    open_filtered(ana, name)
    assume(ana)
    answer(ana)
    note(ana)
    tag(ana)
    give_back(ana)
    leave(ana)
    search(ana, name)
    ana.clock.set_fixed_time(ana.evaluate("Date.now() / 1_000"))
    close(ana)
    undo(ana)
    ask_for_help(ana)
    leave(ana)
    assert complaints == []
