"""A customer who sends everything there is, and what to look for on either side."""

import base64
from typing import Any

from playwright.sync_api import Locator, Page, expect

from automacao.simulator.client import Bubble
from tests.running import Running
from tests.sac.media.corpus import PDF, film, picture, sound, voice_of_a_phone


def _file(data: bytes, **facts: object) -> dict[str, Any]:
    return {"data": base64.b64encode(data).decode(), **facts}


def everything() -> dict[str, dict[str, Any]]:
    """What the simulator is asked to send, by kind, but for text."""
    return {
        "image": {"text": "Comprei esse aqui, né?", **_file(picture(size=(640, 480)))},
        "video": {"text": "Olha o vídeo", **_file(film(), seconds=1)},
        "voice": _file(voice_of_a_phone(), seconds=2),
        "audio": _file(sound("mp3"), mime="audio/mpeg", seconds=2),
        "document": _file(PDF, mime="application/pdf", filename="comprovante.pdf"),
        "sticker": _file(picture("WEBP", (300, 300))),
        "location": {
            "facts": {
                "latitude": -23.5614,
                "longitude": -46.6558,
                "name": "Praça da Loja",
                "address": "Rua Um, 10",
            }
        },
        "contact": {"facts": {"cards": [{"name": "Rafael", "phones": ["+5511987654321"]}]}},
        "poll": {"facts": {"question": "Qual cor?", "options": ["Azul", "Verde"]}},
        "choice": {"text": "Sim, quero", "facts": {"id": "s", "of": "buttons"}},
        "product": {"facts": {"title": "Tênis", "price": 399_900, "currency": "BRL"}},
        "unsupported": {"facts": {"type": "eventMessage", "body": {"name": "Festa"}}},
    }


def say_everything(desk: Running, phone: str) -> None:
    """Let a customer send one of each kind; the files and their bubbles come after."""
    for kind, told in everything().items():
        desk.simulator.receive(phone, kind=kind, **told)


def of_kind(page: Page, kind: str, side: str = "in") -> Locator:
    """The bubbles of this kind from one side: in or out."""
    return page.locator(f"#thread .bubble.is-{side}.of-{kind}")


def act_on(bubble: Locator, verb: str) -> None:
    """Open a bubble's menu and choose."""
    bubble.hover()
    bubble.get_by_role("button", name="Mais opções").click()
    bubble.page.get_by_role("menuitem", name=verb, exact=True).click()


def attach(page: Page, way: str, *files: Any) -> None:
    """Pick files by the menu of the paper clip."""
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Anexar").click()
        page.get_by_role("menuitem", name=way).click()
    asked.value.set_files(list(files))


def payload(name: str, mime: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": mime, "buffer": data}


def got(desk: Running, phone: str, kind: str) -> list[Bubble]:
    """What the customer's phone shows of this kind from the store."""
    thread = desk.simulator.thread(phone)
    return [one for one in thread if one.sender == "store" and one.kind == kind]


def expect_loaded(picture: Locator) -> None:
    """The picture itself is there, not only its place."""
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0
