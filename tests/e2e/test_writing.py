"""What makes writing quick: notes, ready answers, emoji, forwarding; and whose each of them is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.glass import box, open_talk, until
from tests.e2e.kinds import act_on, got, of_kind, payload
from tests.e2e.test_composing import HUM, PHOTO, record, talk, tray  # noqa: F401 - a fixture
from tests.running import Running
from tests.sac.media.corpus import PDF

pytestmark = pytest.mark.browser

ALERTS_HEARD = """
() => {
  window.alertsHeard = 0;
  document.addEventListener("sac:frame", ({ detail }) => {
    if (detail.t === "alert") window.alertsHeard += 1;
  });
}
"""


@pytest.fixture
def answers(desk: Running, talk: Page) -> None:  # noqa: F811 - the fixture
    """Ana's own ready answers: one with a gap nobody fills, one with a file."""
    page = talk.context.new_page()
    ready: list[tuple[str, str, list[Any]]] = [
        ("prazo", "{{saudacao}}, {{primeiro_nome}}! O pedido {{pedido}} chega amanhã.", []),
        ("tabela", "Segue a tabela", [payload("tabela.pdf", "application/pdf", PDF)]),
    ]
    for shortcut, text, files in ready:
        page.goto(f"{desk.web}sac/respostas-rapidas/")
        if page.get_by_text(f"/{shortcut}", exact=False).count() == 0:
            page.get_by_role("link", name="Nova resposta rápida").click()
            page.get_by_label("Atalho").fill(shortcut)
            page.get_by_label("Texto").fill(text)
            page.get_by_label("Arquivo").set_input_files(files)
            page.get_by_role("button", name="Salvar").click()
            expect(page.get_by_text("Resposta rápida salva.")).to_be_visible()
    page.close()


def test_nothing_that_was_begun_follows_to_another_customer(
    desk: Running,
    talk: Page,  # noqa: F811 - the fixture
    answers: None,
    phones: list[str],
) -> None:
    talk.evaluate(HUM)
    box(talk).fill("Rascunho da Dora")
    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Responder")
    picked: list[Any] = [PHOTO]
    talk.locator("[data-picker]").set_input_files(picked)
    talk.get_by_role("button", name="Nota interna").click()
    talk.get_by_role("textbox", name="Nota interna sobre").fill("Nota da Dora")
    talk.get_by_role("button", name="Responder", exact=True).click()
    record(talk)
    open_talk(talk, "Elza Prado")
    expect(talk.locator("[data-voice=panel]")).to_be_hidden()
    expect(box(talk)).to_have_value("")
    expect(talk.locator("[data-tray]")).to_be_hidden()
    expect(talk.locator("[data-quote]")).to_be_hidden()
    talk.get_by_role("button", name="Nota interna").click()
    expect(talk.get_by_role("textbox", name="Nota interna sobre")).to_have_value("")
    talk.get_by_role("button", name="Responder", exact=True).click()
    # A popup that stands open closes with its conversation, and chooses nothing in the next.
    box(talk).press_sequentially("/")
    expect(talk.locator("#offers")).to_be_visible()
    open_talk(talk, "Dora Nunes")
    expect(talk.locator("#offers")).to_be_hidden()
    expect(box(talk)).to_have_value("Rascunho da Dora")
    assert tray(talk) == ["vitrine.png"]
    talk.get_by_role("button", name="Emojis").first.click()
    expect(talk.locator("#emoji-picker")).to_be_visible()
    talk.evaluate("document.dispatchEvent(new Event('sac:leaving'))")
    expect(talk.locator("#emoji-picker")).to_be_hidden()
    assert got(desk, phones[1], "text") == got(desk, phones[1], "voice") == []


def test_a_ready_answer_is_found_filled_and_warns_of_what_it_lacks(
    desk: Running,
    talk: Page,  # noqa: F811 - the fixture
    answers: None,
    phones: list[str],
) -> None:
    box(talk).press_sequentially("Olá! e/ou /PRA")
    expect(talk.locator("#offers > li")).to_have_count(1)
    box(talk).press("Enter")
    expect(box(talk)).to_have_value(
        re.compile(r"^Olá! e/ou (Bom dia|Boa tarde|Boa noite), Dora! O pedido \{\{pedido\}\}")
    )
    box(talk).press("Enter")
    told = talk.locator("#composer [data-reply]").get_by_role("alert")
    expect(told).to_have_text("Falta preencher: pedido.")
    assert got(desk, phones[0], "text") == []
    box(talk).fill("")
    box(talk).press_sequentially("/tabe")
    expect(talk.locator("#offers > li")).to_have_count(1)
    box(talk).press("Escape")
    expect(talk.locator("#offers")).to_be_hidden()
    box(talk).press_sequentially("la")
    box(talk).press("Tab")
    expect(talk.locator("[data-tray] [data-name]")).to_have_text("tabela.pdf")
    expect(box(talk)).to_have_value("Segue a tabela")
    box(talk).press("Enter")
    until(talk, lambda: got(desk, phones[0], "document"), seconds=30)


def test_a_note_reaches_who_is_named_and_never_the_customer(
    desk: Running,
    talk: Page,  # noqa: F811 - the fixture
    sign_in: Callable[..., Page],
    phones: list[str],
) -> None:
    sara = sign_in("sara")
    talk.get_by_role("button", name="Nota interna").click()
    note = talk.get_by_role("textbox", name="Nota interna sobre")
    note.press_sequentially("Cliente antigo, @sar")
    expect(talk.locator("#offers > li")).to_have_count(1)
    note.press("Tab")
    note.press_sequentially("veja")
    note.press("Enter")
    shown = talk.locator("#thread .is-note")
    expect(shown).to_contain_text("Só a equipe vê")
    expect(shown.locator(".named")).to_have_count(1)
    expect(box(talk)).to_be_focused()
    alert = sara.locator(".alert", has_text="citou você")
    alert.get_by_role("link").click()
    expect(sara.locator("#thread .is-note")).to_contain_text("Cliente antigo")
    # Before her eyes it needs no alert; behind her back it does.
    sara.evaluate(ALERTS_HEARD)
    for many, looks in enumerate(("true", "false"), start=1):
        sara.evaluate(f"document.hasFocus = () => {looks}")
        talk.get_by_role("button", name="Nota interna").click()
        note.fill("@Sara – Supervisão de novo")
        note.press("Enter")
        expect(sara.locator("#thread .is-note")).to_have_count(1 + many)
        sara.wait_for_function("many => window.alertsHeard === many", arg=many)
        expect(alert).to_have_count(many - 1)
    box(talk).fill("Já vejo")
    box(talk).press("Enter")
    until(talk, lambda: got(desk, phones[0], "text"), seconds=30)
    assert "antigo" not in str(desk.simulator.thread(phones[0]))


def test_emoji_are_found_by_name_and_put_where_one_writes(talk: Page) -> None:  # noqa: F811
    box(talk).fill("Oi tudo bem")
    box(talk).evaluate("(field) => field.setSelectionRange(2, 2)")
    talk.get_by_role("button", name="Emojis").first.click()
    talk.get_by_placeholder("Buscar emoji").fill("CORACAO verd")
    talk.keyboard.press("ArrowDown")
    talk.keyboard.press("Enter")
    expect(box(talk)).to_have_value("Oi💚 tudo bem")
    # It stays for the next one, and the keyboard in it.
    talk.keyboard.press("ArrowLeft")
    talk.get_by_placeholder("Buscar emoji").fill("caminhao")
    talk.keyboard.press("Enter")
    talk.keyboard.press("Enter")
    talk.keyboard.type("CORACAO verd")
    talk.keyboard.press("Enter")
    expect(box(talk)).to_have_value("Oi💚🚚🚚💚 tudo bem")
    talk.keyboard.press("Escape")
    expect(talk.locator("#emoji-picker")).to_be_hidden()
    expect(box(talk)).to_be_focused()
    talk.get_by_role("button", name="Emojis").first.click()
    expect(talk.get_by_role("group", name="Recentes").get_by_role("button")).to_have_count(2)
    talk.keyboard.press("Escape")
    expect(talk.get_by_role("button", name="Emojis").first).to_be_focused()


def test_the_emoji_picker_closes_for_whoever_goes_on(talk: Page) -> None:  # noqa: F811
    picker, opener = talk.locator("#emoji-picker"), talk.get_by_role("button", name="Emojis").first
    opener.click()
    picker.locator("[data-pick]").first.click()
    picker.locator("[data-pick]").first.click()
    expect(picker).to_be_visible()
    opener.click()
    expect(picker).to_be_hidden()
    opener.click()
    expect(picker).to_be_visible()
    box(talk).click()
    expect(picker).to_be_hidden()
    opener.click()
    talk.get_by_role("button", name="Enviar", exact=True).click()
    expect(of_kind(talk, "text", "out")).to_have_count(1)
    expect(picker).to_be_hidden()


def test_a_message_is_forwarded_to_another_of_ones_own(
    desk: Running,
    talk: Page,  # noqa: F811 - the fixture
    phones: list[str],
) -> None:
    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Encaminhar")
    talk.get_by_label("Para uma das suas conversas").fill("elza")
    expect(talk.locator("#forward-found [type=radio]")).to_have_count(1)
    talk.get_by_role("radio", name="Elza Prado").check()
    talk.get_by_role("button", name="Encaminhar").click()
    expect(talk.get_by_text("Mensagem encaminhada para Elza Prado.")).to_be_visible()
    until(talk, lambda: got(desk, phones[1], "text"), seconds=30)
    open_talk(talk, "Elza Prado")
    expect(of_kind(talk, "text", "out")).to_contain_text("Oi!")
