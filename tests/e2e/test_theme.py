"""Light, dark, or as the system is: each person's own choice, on every screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.sweep]

SCHEME = "getComputedStyle(document.documentElement).colorScheme"
INK = "getComputedStyle(document.body).color"


def choose(page: Page, desk: Running, theme: str) -> None:
    page.goto(f"{desk.web}sac/preferencias/")
    page.get_by_label(theme, exact=True).check()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Preferências salvas.")).to_be_visible()


def looks(page: Page, desk: Running) -> list[tuple[str, str]]:
    found = []
    for address in ("", "sac/atendimento/"):
        page.goto(f"{desk.web}{address}")
        found.append((page.evaluate(SCHEME), page.evaluate(INK)))
    return found


def test_the_choice_holds_whatever_the_system_wants(
    desk: Running, sign_in: Callable[..., Page], complaints: list[str]
) -> None:
    page = sign_in("ana", color_scheme="light")
    light = looks(page, desk)
    page.emulate_media(color_scheme="dark")
    dark = looks(page, desk)
    assert [light[0][0], dark[0][0]] == ["light", "dark"]
    assert light[0][1] != dark[0][1]
    choose(page, desk, "Claro")
    assert looks(page, desk) == light
    page.emulate_media(color_scheme="light")
    choose(page, desk, "Escuro")
    assert looks(page, desk) == dark
    choose(page, desk, "Igual ao do aparelho")
    assert looks(page, desk) == light
    assert complaints == []
