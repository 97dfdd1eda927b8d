"""Several people on the same conversation: one wins, everybody sees, nobody reloads."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.running import Running

pytestmark = pytest.mark.browser


def open_conversation(page: Page, desk: Running, name: str) -> None:
    page.goto(f"{desk.web}sac/atendimento/")
    page.locator("#rows .row", has_text=name).get_by_role("link").click()
    expect(page.get_by_role("log")).to_be_visible()


def test_of_two_people_who_assume_one_wins_and_both_see_it(
    desk: Running, sign_in: Callable[..., Page], complaints: list[str]
) -> None:
    phone = "5511991230002"
    desk.simulator.phone(phone, name="Nina Sá")
    desk.simulator.receive(phone, "Preciso de ajuda")
    ana, sara = sign_in("ana"), sign_in("sara")
    for page in (ana, sara):
        open_conversation(page, desk, "Nina Sá")
    ana.get_by_role("button", name="Assumir").click()
    for page in (ana, sara):
        expect(page.get_by_role("log")).to_contain_text("Ana – Suporte assumiu o atendimento")
    expect(sara.locator("#composer")).to_contain_text("Este atendimento está com Ana – Suporte")
    expect(sara.get_by_role("button", name="Assumir", exact=True)).to_have_count(0)

    composer = ana.get_by_placeholder("Escreva uma mensagem")
    composer.fill("Oi, Nina!")
    composer.press("Enter")
    expect(sara.get_by_role("log").locator("li.is-out")).to_contain_text("Oi, Nina!")
    assert complaints == []


def test_a_window_without_connection_says_so_and_catches_up_on_return(
    desk: Running, sign_in: Callable[..., Page]
) -> None:
    phone = "5511991230003"
    desk.simulator.phone(phone, name="Rui Prado")
    desk.simulator.receive(phone, "primeira", timestamp=int(time.time()) - 5)
    ana = sign_in("ana")
    open_conversation(ana, desk, "Rui Prado")
    log = ana.get_by_role("log")
    expect(log).to_contain_text("primeira")
    ana.context.set_offline(offline=True)
    ana.evaluate("dispatchEvent(new Event('offline'))")
    # Order within one second does not exist on the wire.
    for second, text in enumerate(("segunda", "terceira"), start=int(time.time()) - 3):
        desk.simulator.receive(phone, text, timestamp=second)
    ana.context.set_offline(offline=False)
    expect(log.locator("li.is-in")).to_have_count(3, timeout=20_000)
    expect(log).to_contain_text(re.compile("primeira.*segunda.*terceira", re.DOTALL))


def test_a_draft_follows_its_author_to_another_window(
    desk: Running, sign_in: Callable[..., Page]
) -> None:
    phone = "5511991230004"
    desk.simulator.phone(phone, name="Iris Melo")
    desk.simulator.receive(phone, "Oi")
    ana = sign_in("ana")
    open_conversation(ana, desk, "Iris Melo")
    with ana.expect_response(re.compile("/rascunho/$")):
        ana.get_by_placeholder("Escreva uma mensagem").fill("Vou verificar e já")
    other = sign_in("ana")
    open_conversation(other, desk, "Iris Melo")
    expect(other.get_by_placeholder("Escreva uma mensagem")).to_have_value("Vou verificar e já")
