"""Acts of the busy quarter in a conversation: reading, answering, the box one writes in."""

import re

from playwright.sync_api import expect

from tests.e2e.glass import box, open_talk, row, tab
from tests.e2e.kinds import act_on, attach, everything, expect_loaded, of_kind
from tests.e2e.quarter import NICKNAME, Stage, assume, go_to, left, listed, said, write
from tests.e2e.test_composing import DROP, HUM, PHOTO, record, tray
from tests.sac.media.corpus import PDF


def what_nobody_saw_stands_under_a_line(stage: Stage) -> None:
    ana = stage.ana
    stage.say("Paula Nunes", *(f"Pergunta {number}\n" * 6 for number in range(12)))
    stage.settle()
    go_to(ana, "Paula Nunes")
    line = ana.locator("#unseen")
    expect(line).to_have_text("13 novas mensagens")
    expect(line).to_be_in_viewport()
    stage.say("Paula Nunes", "Alguém aí?")
    expect(ana.locator("#to-bottom")).to_contain_text("1 nova mensagem")
    expect(line).to_be_in_viewport()
    ana.keyboard.press("Alt+a")
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    write(ana, "Bom dia, Paula!")
    expect(line).to_have_count(0)
    tab(ana, "Em aberto")
    mine = row(ana, "Paula Nunes")
    expect(mine.locator(".row-by")).to_have_text("Você:")
    expect(mine.locator(".tick")).to_contain_text(re.compile("Entregue|Lida"))
    # The customer reads who writes; the desk shows it by itself.
    assert stage.got("Paula Nunes")[0].text == f"*{NICKNAME}:*\nBom dia, Paula!"


def a_message_is_answered_and_acted_on(stage: Stage) -> None:
    ana = stage.ana
    tab(ana, "Aguardando")
    assume(ana, "Marina Teles")
    asked = said(ana, "sou Marina Teles")
    act_on(asked, "Responder")
    answer = write(ana, "Oi, Marina! Chega amanha")
    expect(answer.locator(".quoted")).to_contain_text("sou Marina Teles")
    assert stage.got("Marina Teles")[0].quotes == stage.screen("Marina Teles")[0].id
    act_on(asked, "Reagir com 🙏")
    expect(asked.locator(".reactions")).to_contain_text("🙏")
    stage.await_(lambda: stage.screen("Marina Teles")[0].reactions.get("store"))
    act_on(asked, "Copiar")
    assert ana.evaluate("navigator.clipboard.readText()") == "Oi, sou Marina Teles"
    act_on(answer, "Editar")
    box(ana).fill("Oi, Marina! Chega amanhã")
    box(ana).press("Enter")
    answer = ana.locator("#thread .bubble.is-out", has_text="Chega amanhã")
    expect(answer).to_contain_text("editada")
    wrong = write(ana, "Isto era para outra pessoa")
    act_on(wrong, "Apagar para todos")
    ana.get_by_role("dialog").get_by_role("button", name="Apagar para todos").click()
    expect(ana.get_by_role("log")).to_contain_text("Mensagem apagada")
    stage.await_(lambda: stage.got("Marina Teles")[1].deleted)
    act_on(asked, "Encaminhar")
    ana.get_by_label("Para uma das suas conversas").fill("paula")
    ana.get_by_role("radio", name="Paula Nunes").check()
    ana.get_by_role("button", name="Encaminhar").click()
    expect(ana.get_by_text("Mensagem encaminhada para Paula Nunes.")).to_be_visible()
    stage.await_(lambda: len(stage.got("Paula Nunes")) == 2)
    what_is_shown_and_heard(stage)


def what_is_shown_and_heard(stage: Stage) -> None:
    """A link, a photo, a voice, and a word found again in all that was said."""
    ana = stage.ana
    stage.say("Marina Teles", "Vi a jabuticabeira em https://aurora.example/vaso")
    for kind in ("image", "voice"):
        stage.send("Marina Teles", kind, **everything()[kind])
    link = ana.get_by_role("link", name="https://aurora.example/vaso")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    photo = of_kind(ana, "image")
    expect_loaded(photo.locator("img"))
    photo.locator("[data-view]").click()
    expect(ana.get_by_role("dialog", name="Foto")).to_contain_text("1 de 1")
    ana.keyboard.press("Escape")
    voice = of_kind(ana, "voice")
    expect(voice.get_by_role("button", name="Ouvir")).to_be_visible()
    voice.locator(".player-speed").click()
    expect(voice.locator(".player-speed")).to_have_text("1,5×")
    ana.get_by_role("link", name="Buscar nesta conversa").click()
    search = ana.get_by_role("dialog", name="Busca")
    expect(search).to_contain_text("Nesta conversa")
    ana.keyboard.type("JABUTICABEIRA")
    expect(search.get_by_role("option")).to_have_count(1)
    ana.keyboard.press("Enter")
    expect(ana.locator("#thread .is-flashing")).to_contain_text("jabuticabeira")


def a_long_thread_is_read_upwards(stage: Stage) -> None:
    sara, bia = stage.sara, stage.bia
    ids = stage.say("Irene Prata", *(f"fala {number:02d}" for number in range(60)))
    stage.settle()
    go_to(sara, "Irene Prata")
    expect(sara.locator("#unseen")).to_have_text("61 novas mensagens")
    expect(listed(sara, "Irene Prata")).not_to_contain_text("NOVO")
    # Nothing is new to the next one, who stands at the end and goes up.
    stage.goto(bia)
    go_to(bia, "Irene Prata")
    bubbles = bia.locator("#thread .bubble")
    expect(bubbles).to_have_count(40)
    oldest = bia.locator(f"#{bubbles.first.get_attribute('id')}")
    oldest.scroll_into_view_if_needed()
    bia.locator("#log").hover()
    bia.mouse.wheel(0, -300)
    expect(bubbles).to_have_count(61)
    expect(oldest).to_be_in_viewport()
    stage.send("Irene Prata", "text", text="Sobre isto", quotes=ids[0])
    expect(bia.locator("#to-bottom")).to_contain_text("1 nova mensagem")
    expect(oldest).to_be_in_viewport()
    bia.locator("#to-bottom").click()
    said(bia, "Sobre isto").locator(".quoted").click()
    expect(bia.locator("#thread .is-flashing")).to_contain_text("fala 00")


# --- The box --------------------------------------------------------------------------------------


def the_box_writes_fast(stage: Stage) -> None:
    """Ready answers, emoji, files with their caption, a voice; and a key of one's own."""
    ana = stage.ana
    tab(ana, "Em aberto")
    open_talk(ana, "Paula Nunes")
    box(ana).press_sequentially("Olá! /")
    expect(ana.locator("#offers > li")).to_have_count(3)
    box(ana).press_sequentially("PRA")
    expect(ana.locator("#offers > li")).to_have_count(1)
    box(ana).press("Enter")
    expect(box(ana)).to_have_value(re.compile(r"^Olá! (Bom|Boa) .*! O pedido \{\{pedido\}\}"))
    box(ana).press("Enter")
    told = ana.locator("#composer [data-reply]").get_by_role("alert")
    expect(told).to_have_text("Falta preencher: pedido.")
    write(ana, "Olá! O pedido 10391 chega amanhã.")
    box(ana).press_sequentially("/tabe")
    expect(ana.locator("#offers > li")).to_have_count(1)
    box(ana).press("Tab")
    expect(box(ana)).to_have_value("Segue a tabela")
    attach(ana, "Foto ou vídeo", PHOTO)
    ana.evaluate(DROP, ["solto.txt", "#log"])
    expect(ana.locator("[data-tray] [data-name]")).to_have_count(3)
    ana.get_by_role("button", name="Tirar solto.txt").click()
    assert tray(ana) == ["tabela.pdf", "vitrine.png"]
    ana.get_by_role("button", name="Emojis").first.click()
    ana.get_by_placeholder("Buscar emoji").fill("CORACAO verd")
    ana.keyboard.press("ArrowDown")
    ana.keyboard.press("Enter")
    expect(box(ana)).to_have_value("Segue a tabela💚")
    ana.keyboard.press("Escape")
    expect(box(ana)).to_be_focused()
    box(ana).press("Enter")
    stage.await_(lambda: stage.got("Paula Nunes", "document") and stage.got("Paula Nunes", "image"))
    (table,) = stage.got("Paula Nunes", "document")
    assert table.text.endswith("Segue a tabela💚")
    assert stage.desk.simulator.file(table) == PDF
    a_voice_is_recorded(stage)
    bia = stage.bia
    bia.get_by_role("button", name="Assumir").click()
    expect(bia.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(bia.get_by_role("button", name="Assumir")).to_have_count(0)
    box(bia).press_sequentially("Uma linha")
    box(bia).press("Enter")
    box(bia).press_sequentially("e outra")
    box(bia).press("Control+Enter")
    left(bia, "Uma linha\ne outra")


def a_voice_is_recorded(stage: Stage) -> None:
    ana = stage.ana
    ana.evaluate(HUM)
    record(ana)
    ana.get_by_role("button", name="Pausar a gravação").click()
    expect(ana.locator("[data-voice=state]")).to_have_text("Em pausa")
    ana.get_by_role("button", name="Continuar a gravar").click()
    expect(ana.locator("[data-voice=time]")).not_to_have_text("0:00")
    ana.get_by_role("button", name="Parar e ouvir").click()
    expect(ana.locator("[data-voice=listen]")).to_be_visible()
    ana.get_by_role("button", name="Enviar voz").click()
    stage.await_(lambda: stage.got("Paula Nunes", "voice"))
    record(ana)
    ana.get_by_role("button", name="Descartar a gravação").click()
    expect(ana.locator("[data-voice=panel]")).to_be_hidden()


def nothing_goes_along_to_another_customer(stage: Stage) -> None:
    """What was begun for Paula stays with Paula, on the server as well."""
    ana = stage.ana
    act_on(said(ana, "Alguém aí?"), "Responder")
    attach(ana, "Documento", PHOTO)
    with ana.expect_response("**/rascunho/"):
        box(ana).fill("Rascunho da Paula")
    open_talk(ana, "Marina Teles")
    expect(box(ana)).to_have_value("")
    for part in ("tray", "quote"):
        expect(ana.locator(f"[data-{part}]")).to_be_hidden()
    write(ana, "Só para a Marina")
    open_talk(ana, "Paula Nunes")
    expect(box(ana)).to_have_value("Rascunho da Paula")
    assert tray(ana) == ["vitrine.png"]
    ana.get_by_role("button", name="Tirar vitrine.png").click()
    ana.reload()
    expect(box(ana)).to_have_value("Rascunho da Paula")
    assert all("Rascunho" not in one.text for one in stage.screen("Marina Teles"))


def the_keyboard_and_the_search_lead_anywhere(stage: Stage) -> None:
    ana = stage.ana
    ana.locator("#chat-name").focus()
    ana.keyboard.press("?")
    expect(ana.get_by_role("dialog", name="Atalhos de teclado")).to_be_visible()
    ana.keyboard.press("Escape")
    # A sign that AltGr types is no shortcut.
    ana.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown", {
            key: "°", code: "KeyE", altKey: true, modifierAltGraph: true, bubbles: true }))"""
    )
    expect(ana.locator("dialog[open]")).to_have_count(0)
    rows = ana.locator("#rows .row-link")
    for keys, place in (("Alt+j", 0), ("Alt+j", 1), ("Alt+k", 0)):
        ana.keyboard.press(keys)
        expect(rows.nth(place)).to_have_attribute("aria-current", "page")
    search = ana.get_by_role("dialog", name="Busca")
    sought = {"paula prado": "Contatos", "JABUTICABEIRA": "Mensagens"}
    for words, group in sought.items():
        ana.keyboard.press("Control+k")
        ana.keyboard.type(words)
        expect(search.get_by_role("group", name=group).get_by_role("option")).to_have_count(1)
        ana.keyboard.press("Enter")
        expect(search).to_be_hidden()
    expect(ana.locator("#thread .is-flashing")).to_contain_text("jabuticabeira")
    code = ana.url.split("?")[0].split("/")[-2]
    ana.keyboard.press("Control+k")
    ana.keyboard.type(code)
    expect(search.get_by_role("group", name="Atendimentos").get_by_role("option")).to_have_count(1)
    ana.keyboard.press("Escape")
    ana.locator("#chat-name").focus()
    ana.keyboard.press("Escape")
    expect(ana.get_by_text("Nenhuma conversa escolhida")).to_be_visible()
