"""A supervisor sees everything active and hands it on; an attendant writes to somebody first."""

from collections.abc import Callable
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.bustle import departments
from tests.e2e.conftest import NARROW, WIDE
from tests.running import Running

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
_phones = count(5511991290001)


def faults(page: Page) -> list[str]:
    """What axe finds serious on the page, in both themes and at both widths."""
    found = []
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)  # type: ignore[arg-type]
            told = Axe().run(page).response["violations"]
            found += [one["id"] for one in told if one["impact"] in {"serious", "critical"}]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


def write(desk: Running, name: str) -> str:
    phone = str(next(_phones))
    desk.simulator.phone(phone, name=name)
    desk.simulator.receive(phone, "Oi, tudo bem?")
    return phone


def test_a_supervisor_sees_what_comes_and_hands_several_on(
    desk: Running, sign_in: SignIn, complaints: list[str]
) -> None:
    sara = sign_in("sara")
    sara.get_by_role("button", name="Sac").click()
    sara.get_by_role("link", name="Conversas ativas").click()
    expect(sara.get_by_role("heading", name="Conversas ativas")).to_be_visible()
    # The pile whole: other tests' customers may wait there too.
    sara.goto(f"{desk.web}sac/ativas/?pilha=0-0")
    for name in ("Elza Brito", "Ivone Sá"):
        write(desk, name)
        # There without reloading.
        expect(sara.get_by_role("link", name=name)).to_be_visible()
        sara.get_by_role("checkbox", name=f"Marcar {name}").check()
    sara.get_by_role("link", name="Elza Brito").focus()
    write(desk, "Olívia Reis")
    expect(sara.get_by_role("link", name="Olívia Reis")).to_be_visible()
    expect(sara.get_by_role("link", name="Elza Brito")).to_be_focused()
    expect(sara.locator("#marked")).to_have_text("2 conversas marcadas")
    assert faults(sara) == []
    sara.get_by_label("Passar para").select_option(label="Vendas")
    sara.get_by_role("button", name="Passar adiante").click()
    expect(sara.locator(".outcomes")).to_contain_text("Elza Brito")
    expect(sara.locator(".outcomes").get_by_text("passou adiante.")).to_have_count(2)
    _, sales = departments(desk)
    sara.goto(f"{desk.web}sac/atendimento/?situacao=aguardando&departamento={sales}")
    expect(sara.locator("#rows")).to_contain_text("Ivone Sá")
    assert complaints == []


def test_an_attendant_writes_first_and_nobody_is_talked_to_twice(
    desk: Running, sign_in: SignIn, complaints: list[str]
) -> None:
    phone = str(next(_phones))
    desk.simulator.phone(phone, name="Nádia Reis")
    ana = sign_in("ana", at_home=False)
    ana.goto(f"{desk.web}sac/atendimento/")
    ana.evaluate("window.neverReloaded = true")
    ana.get_by_role("link", name="Nova conversa").click()
    dialog = ana.get_by_role("dialog", name="Nova conversa")
    dialog.get_by_label("Telefone do cliente").fill("98765")
    dialog.get_by_role("button", name="Começar conversa").click()
    expect(dialog).to_contain_text("Confira o telefone")
    assert faults(ana) == []
    dialog.get_by_label("Telefone do cliente").fill(f"({phone[2:4]}) {phone[4:9]}-{phone[9:]}")
    dialog.get_by_label("Nome").fill("Nádia Reis")
    dialog.get_by_role("button", name="Começar conversa").click()
    expect(dialog).to_be_hidden()
    expect(ana.locator("#chat-name")).to_contain_text("Nádia Reis")
    box = ana.get_by_label("Mensagem para Nádia Reis")
    box.fill("Bom dia! Seu pedido saiu.")
    box.press("Enter")
    expect(ana.get_by_role("log")).to_contain_text("Bom dia! Seu pedido saiu.")
    ana.get_by_role("link", name="Nova conversa").click()
    dialog.get_by_label("Telefone do cliente").fill(phone)
    dialog.get_by_role("button", name="Começar conversa").click()
    dialog.get_by_role("link", name="Abrir 20").click()
    expect(dialog).to_be_hidden()
    expect(ana.locator("#chat-name")).to_contain_text("Nádia Reis")
    assert ana.evaluate("window.neverReloaded")
    assert [line for line in complaints if "422" not in line] == []
