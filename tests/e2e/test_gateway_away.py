"""The gateway goes away and comes back: the bubble waits, the screen says so, nothing is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.running import Running

pytestmark = pytest.mark.browser


@contextmanager
def gateway_away(desk: Running) -> Iterator[None]:
    """Stop the simulated gateway, and start it again at the end, with what it knew."""
    simulator = desk.children["simulator"]
    simulator.stop()
    try:
        yield
    finally:
        desk.restart("simulator")


def test_what_is_answered_meanwhile_waits_and_leaves_in_order(
    desk: Running, sign_in: Callable[..., Page], complaints: list[str]
) -> None:
    phone = "5511991230001"
    desk.simulator.phone(phone, name="Téo Martins")
    desk.simulator.receive(phone, "Alguém aí?")
    ana = sign_in("ana", at_home=False)
    ana.goto(f"{desk.web}sac/atendimento/")
    ana.locator("#rows .row", has_text="Téo Martins").get_by_role("link").click()
    composer = ana.get_by_placeholder("Escreva uma mensagem")

    with gateway_away(desk):
        for text in ("Estamos aqui!", "Só um instante", "Já voltamos"):
            composer.fill(text)
            composer.press("Enter")
        bubbles = ana.get_by_role("log").locator("li.is-out")
        expect(bubbles).to_have_count(3)
        expect(bubbles.first.locator(".tick")).to_contain_text("Na fila de envio")
        expect(ana.locator("#lines")).to_contain_text("na fila e saem quando ele voltar")

    expect(bubbles.last.locator(".tick")).to_contain_text("Entregue", timeout=30_000)
    expect(ana.locator("#lines")).not_to_contain_text("na fila")
    said = [bubble.text for bubble in desk.simulator.thread(phone) if bubble.sender == "store"]
    assert said == ["Estamos aqui!", "Só um instante", "Já voltamos"]
    assert complaints == []
