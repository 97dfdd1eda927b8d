"""What a person can send from the page besides text, and what the page shows of the store's."""

import base64
import re
import struct
import zlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.automacao.simulator.stage import LINE, Desk, Stage

pytestmark = pytest.mark.browser

JULIANA = "5511981234567"
# A tone in place of the microphone that a test machine lacks.
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  return out.stream;
};
"""


def chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def png(side: int = 64) -> bytes:
    """Draw a grey square."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * side) * side)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def payload(name: str, mime: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": data}


@pytest.fixture(params=[360, 1440])
def page(
    request: pytest.FixtureRequest, stage: Stage, desk: Desk, browser: Browser
) -> Iterator[Page]:
    stage.connected(desk)
    page = browser.new_page(viewport={"width": request.param, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.set_default_timeout(10_000)
    page.add_init_script(MICROPHONE)
    page.goto(f"{stage.http.base_url}/celular/")
    yield page
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") == request.param
    page.close()


@pytest.fixture
def juliana(page: Page) -> Locator:
    return page.get_by_role("article", name="Celular de Juliana Prado")


def options(bubble: Locator) -> None:
    bubble.hover()
    bubble.get_by_role("button", name="Opções da mensagem").click()


def test_a_photo_with_a_caption_a_document_and_a_sticker(
    stage: Stage, desk: Desk, page: Page, juliana: Locator
) -> None:
    name = f"{'comprido-' * 9}.png"
    juliana.get_by_label("Foto ou vídeo").set_input_files(payload(name, "image/png", png()))
    expect(juliana.get_by_text(name)).to_be_visible()
    assert juliana.locator(".screen").evaluate("it => it.scrollWidth === it.clientWidth")
    juliana.get_by_label("Mensagem de Juliana Prado").fill("Chegou assim")
    page.keyboard.press("Enter")
    expect(juliana.get_by_role("img", name="Chegou assim")).to_be_visible()
    image = desk.data("messages.upsert")["message"]["imageMessage"]
    assert (image["caption"], image["width"]) == ("Chegou assim", 64)
    desk.forget()
    file = payload("nota.pdf", "application/pdf", b"%PDF-1.4")
    juliana.get_by_label("Documento").set_input_files(file)
    juliana.get_by_role("button", name="Enviar", exact=True).click()
    expect(juliana.get_by_role("link", name="nota.pdf")).to_be_visible()
    assert desk.data("messages.upsert")["message"]["documentMessage"]["fileName"] == "nota.pdf"
    juliana.get_by_label("Figurinha").set_input_files(payload("f.png", "image/png", png()))
    expect(juliana.get_by_role("img", name="f.png")).to_be_visible()
    kinds = [one.kind for one in stage.control.thread(JULIANA)]
    assert kinds == ["image", "document", "sticker"]


def test_a_recorded_voice_note_leaves_as_opus_in_ogg(
    stage: Stage, desk: Desk, page: Page, juliana: Locator
) -> None:
    juliana.get_by_role("button", name="Gravar áudio").click()
    # It says 1 s from the first moment, when Chromium may not have heard a single sample yet.
    expect(juliana.get_by_text(re.compile(r"Gravando… ([2-9]|\d\d) s"))).to_be_visible()
    juliana.get_by_role("button", name="Parar e enviar").click()
    expect(juliana.locator("audio")).to_be_visible()
    audio = desk.data("messages.upsert")["message"]["audioMessage"]
    assert (audio["ptt"], audio["mimetype"]) == (True, "audio/ogg; codecs=opus")
    [bubble] = stage.control.thread(JULIANA)
    assert stage.control.file(bubble)[:4] == b"OggS"


def test_a_recording_can_be_thrown_away(stage: Stage, page: Page, juliana: Locator) -> None:
    juliana.get_by_role("button", name="Gravar áudio").click()
    expect(juliana.get_by_text("Gravando…")).to_be_visible()
    juliana.get_by_role("button", name="Descartar").click()
    expect(juliana.get_by_role("button", name="Gravar áudio")).to_be_visible()
    expect(juliana.get_by_text("Gravando…")).to_be_hidden()
    assert stage.control.thread(JULIANA) == []


def test_a_place_and_a_contact(stage: Stage, desk: Desk, page: Page, juliana: Locator) -> None:
    juliana.locator("summary", has_text="Anexar").click()
    juliana.get_by_role("button", name="Localização").click()
    page.get_by_label("Latitude").fill("-19,92")
    page.get_by_role("dialog").get_by_role("button", name="Enviar localização").click()
    expect(juliana.get_by_text("Minha casa")).to_be_visible()
    place = desk.data("messages.upsert")["message"]["locationMessage"]
    assert (place["degreesLatitude"], place["name"]) == (-19.92, "Minha casa")
    juliana.locator("summary", has_text="Anexar").click()
    juliana.get_by_role("button", name="Contato").click()
    page.get_by_role("dialog").get_by_role("button", name="Enviar contato").click()
    expect(juliana.get_by_text("Paula Nogueira")).to_be_visible()
    assert [one.kind for one in stage.control.thread(JULIANA)] == ["location", "contact"]


def test_a_reaction_a_quote_an_edit_and_a_deletion(
    stage: Stage, desk: Desk, page: Page, juliana: Locator
) -> None:
    sent = stage.send("Saiu hoje!", number=JULIANA).json()["key"]["id"]
    theirs = juliana.locator(".bubble", has_text="Saiu hoje!")
    options(theirs)
    expect(page.get_by_role("button", name="Editar")).to_be_hidden()
    page.get_by_role("button", name="Reagir com 👍").click()
    expect(theirs.get_by_label("Reações: 👍")).to_be_visible()
    assert desk.data("messages.upsert")["message"]["reactionMessage"]["key"]["id"] == sent
    desk.forget()
    options(theirs)
    page.get_by_role("button", name="Responder").click()
    page.keyboard.type("Que hors?")
    page.keyboard.press("Enter")
    assert desk.data("messages.upsert")["contextInfo"]["stanzaId"] == sent
    mine = juliana.locator(".bubble", has_text="Que hors?")
    expect(mine.locator(".quote")).to_have_text("Saiu hoje!")
    options(mine)
    page.get_by_role("button", name="Editar").click()
    juliana.get_by_label("Mensagem de Juliana Prado").fill("Que horas?")
    page.keyboard.press("Enter")
    mine = juliana.locator(".bubble", has_text="Que horas?")
    expect(mine.get_by_text("editada")).to_be_visible()
    assert desk.data("messages.edited")["editedMessage"]["conversation"] == "Que horas?"
    options(mine)
    page.get_by_role("button", name="Apagar para todos").click()
    expect(juliana.get_by_text("Mensagem apagada")).to_be_visible()
    assert desk.data("messages.delete")["id"] == stage.control.thread(JULIANA)[-1].id


def test_everything_the_store_sends_is_seen(stage: Stage, page: Page, juliana: Locator) -> None:
    def send(action: str, **body: object) -> dict[str, object]:
        wanted = {"number": JULIANA, **body}
        answer = stage.call("POST", f"/message/{action}/{LINE}", wanted)
        assert answer.status_code == 201
        key: dict[str, object] = answer.json()["key"]
        return key

    picture = base64.b64encode(png()).decode()
    send("sendMedia", mediatype="image", media=picture, caption="*Tamiris:* Olha")
    send("sendMedia", mediatype="document", media=picture, fileName="boleto.pdf")
    send("sendContact", contact=[{"fullName": "Oficina", "phoneNumber": "+55 11 3333-0001"}])
    send("sendLocation", latitude=-23.5, longitude=-46.6, name="Loja", address="Rua A, 10")
    gone = send("sendText", text="engano")
    typo = send("sendText", text="Até amahã")
    expect(juliana.locator("img")).to_be_visible()
    expect(juliana.locator("strong")).to_have_text("Tamiris:")
    for text in ("boleto.pdf", "Oficina", "+55 11 3333-0001", "Rua A, 10"):
        expect(juliana.get_by_text(text)).to_be_visible()
    stage.call("DELETE", f"/chat/deleteMessageForEveryone/{LINE}", gone)
    edit = {"number": typo["remoteJid"], "key": typo, "text": "Até amanhã"}
    stage.call("POST", f"/chat/updateMessage/{LINE}", edit)
    expect(juliana.get_by_text("Mensagem apagada")).to_be_visible()
    expect(juliana.get_by_text("engano")).to_be_hidden()
    expect(juliana.get_by_text("Até amanhã")).to_be_visible()
    expect(juliana.get_by_text("editada").filter(visible=True)).to_have_count(1)


def test_a_call_from_the_page_is_missed(stage: Stage, desk: Desk, juliana: Locator) -> None:
    juliana.locator("summary", has_text="Opções do celular").click()
    juliana.get_by_role("button", name="Ligar para a loja").click()
    bodies = desk.events("call", 2)
    assert {body["data"]["status"] for body in bodies} == {"offer", "timeout"}
    assert len({body["data"]["id"] for body in bodies}) == 1


def test_a_customer_may_hide_the_number(stage: Stage, desk: Desk, juliana: Locator) -> None:
    juliana.locator("summary", has_text="Opções do celular").click()
    juliana.get_by_label("Número oculto da loja").check()
    expect(juliana.get_by_text("· oculto")).to_be_visible()
    stage.control.receive(JULIANA, "Quem sou?")
    key = desk.data("messages.upsert")["key"]
    assert key["remoteJid"].endswith("@lid")
    assert "remoteJidAlt" not in key


def test_a_file_is_served_so_that_it_can_do_nothing(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    page = base64.b64encode(b"<script>alert(1)</script>").decode()
    for kind, mime in (("document", "text/html"), ("image", "image/svg+xml")):
        stage.control.receive(JULIANA, kind=kind, data=page, mime=mime, filename="x.html")
    for bubble in stage.control.thread(JULIANA):
        assert bubble.file
        answer = stage.http.get(bubble.file["url"])
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
    assert stage.http.get("/celular/arquivo/x/y").status_code == 404


def test_a_player_may_ask_for_a_part(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    sound = base64.b64encode(b"0123456789").decode()
    stage.control.receive(JULIANA, kind="voice", data=sound)
    [bubble] = stage.control.thread(JULIANA)
    assert bubble.file
    part = stage.http.get(bubble.file["url"], headers={"range": "bytes=4-6"})
    assert (part.status_code, part.content) == (206, b"456")
    assert part.headers["content-range"] == "bytes 4-6/10"
    assert stage.http.get(bubble.file["url"], headers={"range": "bytes=99-"}).status_code == 200
