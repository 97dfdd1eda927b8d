"""The same work under a thumb, on 360 by 740: pages instead of panes, and everything in reach."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bustle import go_home
from tests.e2e.conftest import NARROW
from tests.e2e.glass import box, row, until
from tests.running import Running

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
Write = Callable[[str], str]
PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
THUMB = 44
# What stands on the screen to be pressed and is smaller than a thumb, however far it reaches.
SMALL = r"""
(thumb) => {
  const layers = [...document.querySelectorAll("dialog[open], :popover-open")];
  const top = layers.at(-1) ?? document;
  const which =
    "a[href], button, select, textarea, summary, input:not([type=hidden]), [role=option]";
  const far = thumb / 2 - 1;
  const isIn = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const small = [];
  for (const one of top.querySelectorAll(which)) {
    const target = one.closest("label") ?? one;
    const { left, top, width, height } = target.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const hit = (at, to) => isIn(at, to) && target.contains(document.elementFromPoint(at, to));
    // Not on screen, or under something else.
    if (one.disabled || !target.checkVisibility() || !hit(x, y)) continue;
    // A finger that stays anywhere on a bubble opens its menu.
    if (one.matches("[data-menu]")) continue;
    // A link within a sentence is as high as the sentence.
    if (target.matches("p a, dd a") && getComputedStyle(target).display === "inline") continue;
    const isWide = width >= thumb || (hit(x - far, y) && hit(x + far, y));
    const isHigh = height >= thumb || (hit(x, y - far) && hit(x, y + far));
    const name = (target.getAttribute("aria-label") ?? target.textContent).trim().slice(0, 40);
    const size = `${width.toFixed()}×${height.toFixed()}`;
    if (!isWide || !isHigh) small.push(`${name || target.id}: ${size}`);
  }
  return small;
}
"""
# Whether what one writes with is really under the thumb: seen whole, and covered by nothing.
IN_REACH = """
(part) => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  const { width, height } = visualViewport;
  const isSeen = left >= 0 && top >= 0 && right <= width + 0.5 && bottom <= height + 0.5;
  const under = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return isSeen && part.contains(under);
}
"""


@pytest.fixture
def phone(
    desk: Running, sign_in: SignIn, phones: list[str], complaints: list[str]
) -> Iterator[Page]:
    """Ana's phone, at the desk."""
    page = sign_in("ana", **PHONE, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    page.evaluate("window.neverReloaded = true")
    yield page
    go_home(desk, page.context, phones)
    assert complaints == []


def fits(page: Page) -> None:
    """Nothing is wider than the phone, nothing is smaller than a thumb."""
    wide = page.evaluate("[document.documentElement.scrollWidth, visualViewport.width]")
    assert wide == [NARROW["width"], NARROW["width"]]
    # Looks of what opens on demand may still be on their way.
    for _ in range(100):
        if not page.evaluate(SMALL, THUMB):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(SMALL, THUMB))


def in_reach(*parts: Locator) -> None:
    for part in parts:
        expect(part).to_be_visible()
        # The page may still be taking the size it was given, or a window going away.
        until(part.page, partial(part.evaluate, IN_REACH), seconds=10)


def enter(page: Page, name: str) -> None:
    row(page, name).get_by_role("link").tap()
    expect(page.locator("#chat-name")).to_contain_text(name)
    expect(page.locator("#filters")).to_be_hidden()


def window_of(page: Page, name: str) -> Locator:
    found = page.get_by_role("dialog", name=name)
    expect(found).to_be_visible()
    fits(page)
    return found


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=re.compile(f"^{name}"))


def test_list_conversation_and_contact_are_pages_with_a_way_back(
    phone: Page, customer: Write
) -> None:
    customer("Hilda Moraes")
    expect(row(phone, "Hilda Moraes")).to_be_visible()
    expect(phone.get_by_text("Nenhuma conversa escolhida")).to_be_hidden()
    fits(phone)
    enter(phone, "Hilda Moraes")
    expect(row(phone, "Hilda Moraes")).to_be_hidden()
    fits(phone)
    contact = phone.get_by_role("complementary", name="Contato")
    for back in (
        lambda: phone.get_by_role("link", name="Voltar à conversa").tap(),
        phone.go_back,
    ):
        phone.get_by_role("link", name="Ver contato e histórico").tap()
        expect(contact).to_be_visible()
        assert not box(phone).evaluate(IN_REACH)
        fits(phone)
        back()
        expect(contact).to_be_hidden()
        in_reach(box(phone))
    for back in (
        lambda: phone.get_by_role("link", name="Voltar às conversas").tap(),
        phone.go_back,
    ):
        back()
        expect(row(phone, "Hilda Moraes")).to_be_visible()
        expect(phone.locator("#chat")).to_have_count(0)
        enter(phone, "Hilda Moraes")
    assert phone.evaluate("window.neverReloaded")


def test_a_conversation_from_the_queue_to_its_end(
    desk: Running, phone: Page, stocked: None, customer: Write
) -> None:
    customer("Ilma Queiroz")
    enter(phone, "Ilma Queiroz")
    phone.get_by_role("button", name="Assumir").tap()
    expect(phone.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(phone.get_by_role("button", name="Assumir")).to_have_count(0)
    fits(phone)
    box(phone).tap()
    send = phone.get_by_role("button", name="Enviar", exact=True)
    # The phone's own keyboard takes more than half of the page.
    phone.set_viewport_size({"width": 360, "height": 340})
    in_reach(box(phone), send)
    phone.keyboard.type("Bom dia, Ilma!")
    # A finger has no Shift: Enter is a new line.
    phone.keyboard.press("Enter")
    phone.keyboard.type("Já vejo.")
    expect(box(phone)).to_have_value("Bom dia, Ilma!\nJá vejo.")
    in_reach(box(phone), send)
    send.tap()
    expect(phone.get_by_role("log").locator("li.is-out")).to_contain_text("Já vejo.")
    phone.set_viewport_size(NARROW)  # type: ignore[arg-type]
    in_reach(box(phone), send)
    note(phone)
    close(phone)
    undo(phone)
    transfer(phone)
    assert phone.evaluate("window.neverReloaded")


def note(page: Page) -> None:
    page.get_by_role("button", name="Nota interna").tap()
    written = page.get_by_role("textbox", name="Nota interna sobre")
    written.tap()
    page.keyboard.type("Prefere ligação")
    in_reach(written, page.get_by_role("button", name="Salvar nota"))
    fits(page)
    page.get_by_role("button", name="Salvar nota").tap()
    expect(page.locator("#thread .is-note")).to_contain_text("Prefere ligação")
    expect(box(page)).to_be_visible()


def close(page: Page) -> None:
    # Desfazer is offered for some seconds of a clock that stands still.
    page.clock.install()
    page.clock.set_fixed_time(page.evaluate("Date.now() / 1_000"))
    page.get_by_role("link", name="Encerrar Atendimento").tap()
    window = window_of(page, "Encerrar Atendimento")
    window.get_by_label("Motivo").select_option(label="Comprou")
    in_reach(window.get_by_role("link", name="Cancelar"))
    window.get_by_role("button", name=re.compile("encerrar|sem mensagem")).tap()
    expect(page.locator("#chat-head")).to_contain_text("Encerrada")


def undo(page: Page) -> None:
    button = page.get_by_role("button", name="Desfazer")
    in_reach(button)
    fits(page)
    button.tap()
    expect(page.locator("#chat-head")).to_contain_text("Em aberto")
    in_reach(box(page))


def transfer(page: Page) -> None:
    page.get_by_role("link", name="Transferir").tap()
    window = window_of(page, "Transferir atendimento")
    in_reach(window.get_by_role("button", name="Devolver à fila"))
    window.get_by_role("radio", name=re.compile("^Suporte")).check()
    window.get_by_label("Nota para quem recebe").fill("Pode ver?")
    window.get_by_role("button", name="Transferir").tap()
    expect(page.locator("#done")).to_contain_text("Atendimento transferido para Suporte.")
    fits(page)


def test_a_conversation_is_begun_and_found(desk: Running, phone: Page, phones: list[str]) -> None:
    number = "5511991330001"
    phones.append(number)
    desk.simulator.phone(number, name="Jandira Paes")
    phone.get_by_role("link", name="Nova conversa").tap()
    window = window_of(phone, "Nova conversa")
    window.get_by_label("Telefone do cliente").fill(number)
    window.get_by_label("Nome").fill("Jandira Paes")
    window.get_by_role("button", name="Começar conversa").tap()
    expect(phone.locator("#chat-name")).to_contain_text("Jandira Paes")
    in_reach(box(phone))
    phone.get_by_role("link", name="Voltar às conversas").tap()
    phone.get_by_role("link", name="Buscar").first.tap()
    search = window_of(phone, "Busca")
    search.get_by_role("combobox").fill("Jandira")
    expect(search.get_by_role("option")).to_have_count(1)
    fits(phone)
    search.get_by_role("option").tap()
    expect(search).to_be_hidden()
    expect(phone.locator("#chat-name")).to_contain_text("Jandira Paes")


def test_filters_and_menus(phone: Page) -> None:
    tab(phone, "Em aberto").tap()
    expect(phone.locator("#rows .row").first).to_be_visible()
    fits(phone)
    for opener in ("Mais filtros e ordem", "Sua conta"):
        button = phone.get_by_role("button", name=opener)
        button.tap()
        expect(phone.locator(":popover-open")).to_be_visible()
        fits(phone)
        button.tap()
        expect(phone.locator(":popover-open")).to_have_count(0)


def test_a_supervisor_hands_conversations_on(
    desk: Running, sign_in: SignIn, customer: Write, phones: list[str]
) -> None:
    customer("Zélia Antunes")
    sara = sign_in("sara", **PHONE)
    sara.get_by_role("button", name="Sac").tap()
    sara.get_by_role("link", name="Conversas ativas").tap()
    expect(sara.get_by_role("heading", name="Conversas ativas")).to_be_visible()
    fits(sara)
    sara.goto(f"{desk.web}sac/ativas/?pilha=0-0")
    sara.get_by_role("checkbox", name="Marcar Zélia Antunes").tap()
    expect(sara.locator("#marked")).to_have_text("1 conversa marcada")
    hand_on = sara.get_by_role("button", name="Passar adiante")
    in_reach(hand_on, sara.get_by_label("Passar para"))
    fits(sara)
    sara.get_by_label("Passar para").select_option(label="Suporte")
    hand_on.tap()
    expect(sara.locator(".outcomes")).to_contain_text("passou adiante.")
    fits(sara)
    go_home(desk, sara.context, phones)
