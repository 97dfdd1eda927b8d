"""By the keyboard alone: assume, close, undo, walk the list, search; and what must not fire."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import UNDO_FOR
from tests.e2e.glass import box, open_talk, row, until
from tests.running import Running

pytestmark = pytest.mark.browser

Write = Callable[[str], str]


def press(page: Page, keys: str) -> None:
    page.keyboard.press(keys)


def take(page: Page, name: str) -> None:
    """Open and assume a conversation by the keyboard."""
    open_talk(page, name)
    press(page, "Alt+a")
    expect(page.locator("#close")).to_be_visible()


def test_closing_is_undone_by_the_keyboard(ana: Page, customer: Write) -> None:
    customer("Quitéria Lopes")
    take(ana, "Quitéria Lopes")
    expect(ana.locator("#chat-head")).to_contain_text("Em aberto")
    press(ana, "Alt+e")
    expect(ana.get_by_role("dialog", name="Encerrar Atendimento")).to_be_visible()
    press(ana, "Enter")
    expect(ana.locator("#chat-head")).to_contain_text("Encerrada")
    note = ana.locator("#undo")
    expect(note).to_contain_text("encerrado.")
    expect(note.get_by_role("button", name="Desfazer encerramento")).to_be_visible()
    press(ana, "Alt+z")
    expect(ana.locator("#chat-head")).to_contain_text("Em aberto")
    expect(note.get_by_role("button")).to_have_count(0)
    expect(ana.get_by_role("log")).to_contain_text("desfez o encerramento")
    expect(box(ana)).to_be_visible()


def test_the_offer_to_undo_counts_down_and_goes(ana: Page, customer: Write) -> None:
    customer("Ramiro Bueno")
    take(ana, "Ramiro Bueno")
    # The hour stands still, so that a loaded machine has no second to miss.
    began = ana.evaluate("Date.now() / 1_000")
    ana.clock.set_fixed_time(began)
    press(ana, "Alt+e")
    ana.get_by_role("button", name="Sim, encerrar").click()
    button = ana.locator("#undo button")
    expect(button).to_contain_text(str(UNDO_FOR))
    ana.clock.set_fixed_time(began + 4)
    expect(button).to_contain_text(str(UNDO_FOR - 4))
    # It stays wherever one goes meanwhile.
    customer("Sônia Prates")
    open_talk(ana, "Sônia Prates")
    expect(button).to_be_visible()
    ana.clock.set_fixed_time(began + UNDO_FOR)
    expect(button).to_have_count(0)


def test_a_sign_typed_with_altgr_does_nothing(ana: Page, customer: Write) -> None:
    customer("Tadeu Nunes")
    take(ana, "Tadeu Nunes")
    for modifiers in (["Control", "Alt"], ["AltGraph"], ["Control", "Alt", "AltGraph"]):
        for key in modifiers:
            ana.keyboard.down(key)
        for letter in "etnjk":
            ana.keyboard.press(letter)
        for key in reversed(modifiers):
            ana.keyboard.up(key)
    ana.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {
            key: "°", code: "KeyE", altKey: true, modifierAltGraph: true, bubbles: true }))"""
    )
    expect(ana.locator("dialog[open]")).to_have_count(0)
    expect(ana.locator("#chat-name")).to_contain_text("Tadeu Nunes")
    expect(ana.locator("#close")).to_be_visible()


def test_the_list_is_walked_by_the_keyboard(ana: Page, customer: Write) -> None:
    customer("Ulisses Frota")
    rows = ana.locator("#rows .row-link")
    expect(ana.locator("#rows")).to_contain_text("Ulisses Frota")
    press(ana, "Alt+j")
    expect(rows.nth(0)).to_have_attribute("aria-current", "page")
    press(ana, "Alt+j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "page")
    press(ana, "Alt+k")
    expect(rows.nth(0)).to_have_attribute("aria-current", "page")
    press(ana, "Alt+k")
    expect(ana.locator("#refusal")).to_contain_text("primeira conversa da lista")
    # From the box one writes in, once to leave it and once to leave the conversation.
    ana.locator("#chat-name").focus()
    press(ana, "Escape")
    expect(ana.get_by_text("Nenhuma conversa escolhida")).to_be_visible()


def test_the_list_of_shortcuts_never_comes_while_one_types(ana: Page, customer: Write) -> None:
    press(ana, "?")
    help_ = ana.get_by_role("dialog", name="Atalhos de teclado")
    expect(help_).to_be_visible()
    press(ana, "Escape")
    expect(help_).not_to_be_visible()
    customer("Vilma Couto")
    take(ana, "Vilma Couto")
    box(ana).press("?")
    expect(box(ana)).to_have_value("?")
    expect(help_).not_to_be_visible()
    box(ana).press("Escape")
    expect(box(ana)).not_to_be_focused()
    press(ana, "?")
    expect(help_).to_be_visible()


def test_who_switched_them_off_has_none(ana: Page) -> None:
    ana.evaluate("""delete document.getElementById("desk").dataset.shortcuts""")
    for keys in ("?", "Alt+j", "Control+k"):
        press(ana, keys)
    expect(ana.locator("dialog[open]")).to_have_count(0)
    expect(ana.locator("#rows [aria-current]")).to_have_count(0)


def test_a_message_is_searched_and_brought_before_the_eyes(
    desk: Running, ana: Page, customer: Write
) -> None:
    phone = customer("Wanda Siqueira")
    expect(row(ana, "Wanda Siqueira")).to_be_visible()
    desk.simulator.receive(phone, "Procuro a jabuticabeira anã")
    expect(ana.locator("#rows")).to_contain_text("jabuticabeira")
    press(ana, "Control+k")
    ana.keyboard.type("JABUTICABEIRA ana")
    search = ana.get_by_role("dialog", name="Busca")
    expect(search.get_by_role("option")).to_have_count(1)
    expect(search.locator("mark").first).to_have_text("jabuticabeira")
    chosen = search.get_by_role("option", selected=True).get_attribute("id")
    expect(search.get_by_role("combobox")).to_have_attribute("aria-activedescendant", chosen or "")
    press(ana, "Escape")
    press(ana, "?")
    expect(search).not_to_be_visible()
    expect(ana.get_by_role("dialog", name="Atalhos de teclado")).to_be_visible()
    press(ana, "Escape")
    press(ana, "Control+k")
    expect(search.get_by_role("option")).to_have_count(1)
    press(ana, "Enter")
    expect(search).not_to_be_visible()
    expect(ana.locator("#chat-name")).to_contain_text("Wanda Siqueira")
    expect(ana.locator("#thread .is-flashing")).to_contain_text("jabuticabeira")


def test_a_tab_nobody_looks_at_tells_what_came(desk: Running, ana: Page, customer: Write) -> None:
    ana.evaluate(
        """() => {
            window.told = [];
            window.Notification = class {
                static permission = "granted";
                constructor(who, { body }) { window.told.push(`${who}: ${body}`); }
            };
            window.AudioContext = new Proxy(AudioContext, {
                construct(Kind) { window.told.push("tone"); return new Kind(); },
            });
            document.getElementById("desk").dataset.notifies = "";
            document.hasFocus = () => false;
        }"""
    )
    ana.locator("h1").click()
    customer("Xênia Toledo")
    expect(ana.locator("#rows")).to_contain_text("Xênia Toledo")
    ana.clock.run_for(1_000)
    until(ana, lambda: "Xênia Toledo: Oi!" in ana.evaluate("told"), seconds=10)
    assert "tone" in ana.evaluate("told")
    expect(ana).to_have_title(re.compile(r"^\(\d+\) "))
    expect(ana.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))


def test_whoever_wants_no_sound_hears_none(ana: Page, customer: Write) -> None:
    ana.evaluate(
        """() => {
            window.told = [];
            window.AudioContext = new Proxy(AudioContext, {
                construct(Kind) { window.told.push("tone"); return new Kind(); },
            });
            document.getElementById("desk").dataset.sound = "none";
        }"""
    )
    ana.locator("h1").click()
    customer("Yara Simas")
    expect(ana.locator("#rows")).to_contain_text("Yara Simas")
    ana.clock.run_for(1_000)
    assert ana.evaluate("told") == []


def test_what_nobody_saw_stands_under_a_line_until_somebody_answers(
    desk: Running, ana: Page, customer: Write
) -> None:
    phone = customer("Zuleica Braga")
    for number in range(12):
        # One after the other: nobody promises the order of what is on its way at once.
        desk.simulator.receive(phone, f"Pergunta {number}\n" * 6)
        expect(ana.locator("#rows")).to_contain_text(f"Pergunta {number}")
    open_talk(ana, "Zuleica Braga")
    line = ana.locator("#unseen")
    expect(line).to_have_text("13 novas mensagens")
    expect(line).to_be_in_viewport()
    top = ana.locator("#log").evaluate("log => log.scrollTop")
    desk.simulator.receive(phone, "Mais uma")
    expect(ana.locator("#to-bottom")).to_contain_text("1 nova mensagem")
    assert ana.locator("#log").evaluate("log => log.scrollTop") <= top
    expect(line).to_be_in_viewport()
    press(ana, "Alt+a")
    box(ana).fill("Bom dia!")
    box(ana).press("Enter")
    expect(ana.get_by_role("log")).to_contain_text("Bom dia!")
    expect(line).to_have_count(0)
