"""Everything a message can be, from the customer's phone to the desk and back."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bustle import go_home
from tests.e2e.glass import box, differences, open_talk, until
from tests.e2e.kinds import (
    act_on,
    attach,
    expect_loaded,
    got,
    of_kind,
    payload,
    say_everything,
)
from tests.running import Running
from tests.sac.media.corpus import PDF, picture

pytestmark = pytest.mark.browser

PHOTO = payload("vitrine.png", "image/png", picture("PNG", (320, 240)))
BILL = payload("nota.pdf", "application/pdf", PDF)


@pytest.fixture
def phone(customer: Callable[[str], str]) -> str:
    return customer("Carla Figueira")


@pytest.fixture
def talk(
    desk: Running, sign_in: Callable[..., Page], phones: list[str], phone: str
) -> Iterator[Page]:
    """Ana attending to Carla."""
    page = sign_in("ana", permissions=["clipboard-read", "clipboard-write"], at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    open_talk(page, "Carla Figueira")
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    # What a bubble's menu offers hangs on it.
    expect(page.locator("#composer .composer-hint")).to_have_count(0)
    yield page
    go_home(desk, page.context, phones)


def test_whatever_a_customer_sends_stands_on_the_desk(
    desk: Running, talk: Page, phone: str, complaints: list[str]
) -> None:
    say_everything(desk, phone)
    said = {
        "location": "Praça da Loja",
        "contact": "(11) 98765-4321",
        "poll": "Qual cor?",
        "choice": "Sim, quero",
        "product": "R$ 399,90",
        "unsupported": "Mensagem não suportada: evento. Veja no celular.",
        "document": "comprovante.pdf",
    }
    for kind, words in said.items():
        expect(of_kind(talk, kind)).to_contain_text(words)
    for kind in ("image", "sticker"):
        expect(of_kind(talk, kind).locator("img")).to_be_visible()
        expect_loaded(of_kind(talk, kind).locator("img"))
    expect(of_kind(talk, "video").locator("video")).to_be_visible()
    for kind in ("voice", "audio"):
        expect(of_kind(talk, kind).get_by_role("button", name="Ouvir")).to_be_visible()
    expect(talk.get_by_text("Baixando…")).to_have_count(0)
    until(talk, lambda: differences(talk) == [], seconds=30)
    link = of_kind(talk, "location").get_by_role("link", name="Abrir no mapa")
    expect(link).to_have_attribute("href", "https://www.google.com/maps?q=-23.561400,-46.655800")
    assert complaints == []


def test_a_recording_goes_on_while_the_bubble_changes(
    desk: Running, talk: Page, phone: str
) -> None:
    say_everything(desk, phone)
    voice = of_kind(talk, "voice")
    voice.get_by_role("button", name="Ouvir").click()
    talk.evaluate("window.heard = document.querySelector('.of-voice audio')")
    wid = voice.get_attribute("data-wid")
    assert wid is not None
    desk.simulator.react(wid, "🎧", instance=desk.simulator.own_line())
    expect(voice.locator(".reactions")).to_contain_text("🎧")
    assert talk.evaluate("heard.isConnected")
    voice.locator(".player-speed").click()
    expect(voice.locator(".player-speed")).to_have_text("1,5×")


def test_a_picture_opens_over_the_page_and_leads_to_the_next(
    desk: Running, talk: Page, phone: str
) -> None:
    say_everything(desk, phone)
    attach(talk, "Foto ou vídeo", PHOTO)
    box(talk).press("Enter")
    expect(of_kind(talk, "image", "out").locator("img")).to_be_visible()
    of_kind(talk, "image").locator("[data-view]").click()
    viewer = talk.get_by_role("dialog", name="Foto")
    expect(viewer).to_contain_text("1 de 2")
    talk.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 de 2")
    talk.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_what_a_customer_does_to_a_message_is_seen(desk: Running, talk: Page, phone: str) -> None:
    line = desk.simulator.own_line()
    dated = desk.simulator.receive(phone, "Chega dia 12?")
    bubble = talk.locator(f'[data-wid="{dated}"]')
    expect(bubble).to_be_visible()
    desk.simulator.react(dated, "👍", instance=line)
    expect(bubble.locator(".reactions")).to_contain_text("👍")
    desk.simulator.edit(dated, "Chega dia 13?")
    expect(bubble.locator(".body > .text")).to_have_text("Chega dia 13?")
    bubble.get_by_text("editada").click()
    expect(bubble.get_by_text("Chega dia 12?")).to_be_visible()
    desk.simulator.revoke(dated)
    expect(bubble).to_contain_text("Mensagem apagada pelo cliente")


def test_files_leave_with_their_caption_and_what_they_answer(
    desk: Running, talk: Page, phone: str, complaints: list[str]
) -> None:
    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Responder")
    attach(talk, "Foto ou vídeo", PHOTO)
    attach(talk, "Documento", BILL)
    box(talk).fill("Segue a vitrine")
    box(talk).press("Enter")
    expect(talk.locator("[data-tray]")).to_be_hidden()
    sent = of_kind(talk, "image", "out")
    expect(sent).to_contain_text("Segue a vitrine")
    expect(of_kind(talk, "document", "out")).to_contain_text("nota.pdf")
    until(talk, lambda: got(desk, phone, "image") and got(desk, phone, "document"), seconds=30)
    (photo,) = got(desk, phone, "image")
    assert photo.text == "Segue a vitrine"
    assert photo.quotes == desk.simulator.thread(phone)[0].id
    assert desk.simulator.file(got(desk, phone, "document")[0]) == PDF
    expect(sent.locator(".tick")).to_contain_text(re.compile("Entregue|Lida"))
    sent.locator(".quoted").click()
    expect(talk.locator(".bubble.is-in.is-flashing")).to_contain_text("Oi!")
    assert complaints == []


def test_a_sticker_a_place_and_a_contact_reach_the_phone(
    desk: Running, talk: Page, phone: str
) -> None:
    attach(talk, "Figurinha", PHOTO)
    box(talk).press("Enter")
    talk.get_by_role("button", name="Anexar").click()
    talk.get_by_role("menuitem", name="Localização").click()
    dialog = talk.get_by_role("dialog", name="Enviar localização")
    dialog.get_by_label("Nome do lugar").fill("Loja Aurora")
    dialog.get_by_label("Endereço").fill("Av. Paulista, 1578")
    dialog.get_by_label("Latitude").fill("-23,5614")
    dialog.get_by_label("Longitude").fill("-46,6558")
    dialog.get_by_role("button", name="Enviar localização").click()
    expect(of_kind(talk, "location", "out")).to_contain_text("Loja Aurora")
    talk.get_by_role("button", name="Anexar").click()
    talk.get_by_role("menuitem", name="Contato").click()
    dialog = talk.get_by_role("dialog", name="Enviar contato")
    dialog.get_by_label("Nome").fill("Rafael Junqueira")
    dialog.get_by_label("WhatsApp").fill("(11) 98765-4321")
    dialog.get_by_role("button", name="Enviar contato").click()
    expect(of_kind(talk, "contact", "out")).to_contain_text("Rafael Junqueira")
    for kind in ("sticker", "location", "contact"):
        until(talk, lambda kind=kind: got(desk, phone, kind), seconds=30)  # type: ignore[misc]
    assert got(desk, phone, "location")[0].facts["latitude"] == pytest.approx(-23.5614)


def test_an_attendant_reacts_corrects_and_takes_back(desk: Running, talk: Page, phone: str) -> None:
    theirs = talk.locator("#thread .bubble.is-in", has_text="Oi!")
    act_on(theirs, "Reagir com 🙏")
    expect(theirs.locator(".reactions")).to_contain_text("🙏")
    until(talk, lambda: desk.simulator.thread(phone)[0].reactions.get("store"), seconds=30)
    act_on(theirs, "Tirar reação")
    expect(theirs.locator(".reactions")).not_to_contain_text("🙏")
    theirs.hover()
    theirs.get_by_role("button", name="Mais opções").click()
    talk.get_by_role("menuitem", name="Reagir com outro emoji").click()
    talk.get_by_placeholder("Buscar emoji").fill("caminhao")
    talk.keyboard.press("Enter")
    expect(theirs.locator(".reactions")).to_contain_text("🚚")
    box(talk).fill("Chega amanha")
    box(talk).press("Enter")
    ours = of_kind(talk, "text", "out")
    expect(ours.locator(".tick")).to_contain_text(re.compile("Entregue|Lida"))
    box(talk).fill("um rascunho")
    act_on(ours, "Editar")
    expect(box(talk)).to_have_value("Chega amanha")
    box(talk).fill("Chega amanhã")
    box(talk).press("Enter")
    expect(ours).to_contain_text("editada")
    expect(box(talk)).to_have_value("um rascunho")
    until(talk, lambda: got(desk, phone, "text")[0].text == "Chega amanhã", seconds=30)
    act_on(ours, "Apagar para todos")
    talk.get_by_role("dialog").get_by_role("button", name="Apagar para todos").click()
    expect(ours).to_contain_text("Mensagem apagada")
    until(talk, lambda: got(desk, phone, "text")[0].deleted, seconds=30)
