"""Every screen, wide and narrow, light and dark: fits, is accessible, complains of nothing.

With EVENDAS_SCREENSHOTS=<folder> the pictures are kept there: docs/images is made of them.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, WIDE
from tests.e2e.kinds import act_on, attach, of_kind, payload, say_everything
from tests.running import Running
from tests.sac.media.corpus import PDF

pytestmark = pytest.mark.browser

SIZES = {"largo": WIDE, "estreito": NARROW}
DOOR = {
    "entrar/": "entrar",
    "cadastro/": "cadastro",
    "termos/": "termos",
    "senha/": "esqueci-a-senha",
    "senha/enviado/": "senha-enviada",
}
TEAM = {
    "sac/departamentos/": "departamentos",
    "sac/departamentos/novo/": "departamento-novo",
    "sac/atendentes/": "atendentes",
    "sac/atendentes/novo/": "atendente-novo",
    "sac/atendentes/eu/": "tambem-quero-atender",
    "conta/senha/": "trocar-senha",
}


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=sorted(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def look(size: str, theme: str) -> Callable[[Page, str], None]:
    """Judge what is on screen, and keep its picture if somebody asked for it."""

    def judge(page: Page, name: str) -> None:
        expect(page.locator("main")).to_be_visible()
        page.evaluate("document.fonts.ready")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"], f"{name} overflows"
        found = Axe().run(page).response["violations"]
        serious = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
        assert serious == [], name
        if folder := os.environ.get("EVENDAS_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png")

    return judge


def test_the_door(
    desk: Running,
    open_window: Callable[..., Page],
    look: Callable[[Page, str], None],
    size: str,
    theme: str,
    complaints: list[str],
) -> None:
    page = open_window(viewport=SIZES[size], color_scheme=theme)
    for address, name in DOOR.items():
        page.goto(f"{desk.web}{address}")
        look(page, name)
    page.goto(f"{desk.web}cadastro/")
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "cadastro-incompleto")
    assert complaints == []


def test_the_desk(
    desk: Running,
    sign_in: Callable[..., Page],
    look: Callable[[Page, str], None],
    size: str,
    theme: str,
    complaints: list[str],
) -> None:
    ana = sign_in("ana", viewport=SIZES[size], color_scheme=theme)
    look(ana, "inicio")
    ana.goto(f"{desk.web}sac/atendimento/")
    expect(ana.get_by_role("link", name=re.compile("^Aguardando"))).to_be_visible()
    look(ana, "aguardando")
    ana.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    ana.locator("#rows .row", has_text="Mariana Costa").get_by_role("link").click()
    expect(ana.get_by_role("log")).to_contain_text("Consegue ver se já foi postado?")
    look(ana, "atendimento")
    assert complaints == []


def test_everything_a_message_can_be(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    look: Callable[[Page, str], None],
    size: str,
    theme: str,
    complaints: list[str],
) -> None:
    name = f"Rita {size} {theme}"
    phone = customer(name)
    say_everything(desk, phone)
    desk.simulator.receive(phone, "É isso")
    # All of the thread at once.
    ana = sign_in("ana", viewport={**SIZES[size], "height": 3600}, color_scheme=theme)
    ana.goto(f"{desk.web}sac/atendimento/")
    ana.locator("#rows .row", has_text=name).get_by_role("link").click()
    expect(ana.get_by_role("log")).to_contain_text("É isso")
    expect(ana.get_by_text("Baixando…")).to_have_count(0)
    look(ana, "tipos")
    ana.set_viewport_size({"width": SIZES[size]["width"], "height": SIZES[size]["height"]})
    attach(ana, "Documento", payload("nota.pdf", "application/pdf", PDF))
    act_on(ana.locator("#thread .bubble", has_text="É isso"), "Responder")
    look(ana, "anexos")
    ana.get_by_role("button", name="Anexar").click()
    look(ana, "anexar")
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    ana.locator("#thread .bubble", has_text="É isso").get_by_role(
        "button", name="Mais opções"
    ).click()
    look(ana, "opcoes")
    ana.keyboard.press("Escape")
    of_kind(ana, "image").locator("[data-view]").click()
    look(ana, "foto")
    assert complaints == []


# In one go: figures that are counted anew meanwhile would overwrite it.
_LONG_MEANS = """
() => {
  const [first, handling] = [...document.querySelectorAll("#figures dd")].slice(-2);
  [first.textContent, handling.textContent] = ["12 h 05 min", "112 h 30 min"];
  const words = [...document.querySelectorAll("#figures dt, #figures dd")];
  const line = Math.min(...words.map((word) => word.offsetHeight));
  return words.filter((word) => word.offsetHeight > line * 1.9).map((word) => word.textContent);
}
"""


def test_no_word_of_the_figures_is_broken(
    desk: Running, sign_in: Callable[..., Page], size: str
) -> None:
    ana = sign_in("ana", viewport=SIZES[size])
    ana.goto(f"{desk.web}sac/atendimento/")
    assert ana.evaluate(_LONG_MEANS) == []
    assert ana.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def test_the_team(
    desk: Running,
    sign_in: Callable[..., Page],
    look: Callable[[Page, str], None],
    size: str,
    theme: str,
    complaints: list[str],
) -> None:
    page = sign_in("dono", viewport=SIZES[size], color_scheme=theme)
    for address, name in TEAM.items():
        page.goto(f"{desk.web}{address}")
        look(page, name)
    page.goto(f"{desk.web}sac/atendentes/novo/")
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.get_by_text("Marque pelo menos um departamento.")).to_be_visible()
    look(page, "atendente-incompleto")
    page.goto(f"{desk.web}sac/atendentes/")
    page.get_by_role("link", name=re.compile("^Editar Ana")).click()
    page.get_by_text("Desativar", exact=True).first.click()
    look(page, "atendente")
    assert complaints == []
