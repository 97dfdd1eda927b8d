"""Two customers turn out to be one while somebody has a conversation of theirs on screen."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bustle import Hand, departments
from tests.e2e.glass import box, differences, open_talk, until
from tests.e2e.kinds import attach, of_kind, payload
from tests.running import Running
from tests.sac.media.corpus import PDF

pytestmark = pytest.mark.browser

_lids = count(128000000700001)


@pytest.fixture
def lid() -> str:
    return str(next(_lids))


@pytest.fixture
def phone(desk: Running, customer: Callable[[str], str], lid: str) -> str:
    """Somebody who wrote with their phone, and then with the number hidden."""
    phone = customer("Marta Siqueira")
    desk.simulator.receive(phone, "Do telefone")
    desk.simulator.receive(
        phone, "De número oculto", addressing="lid_only", lid=lid, name="Oculta Siqueira"
    )
    return phone


def reveal(desk: Running, phone: str, lid: str) -> None:
    """The network tells phone and hidden number at once."""
    desk.simulator.receive(phone, "Sou eu", addressing="lid", lid=lid, name="Marta Siqueira")


def said(page: Page) -> list[str]:
    """What the customer said, however it is ordered: it was all said within one second."""
    found = page.locator("#thread .bubble.is-in .body > .text").all_inner_texts()
    return sorted(text for text in found if text)


def never_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.neverReloaded === true"))


def test_the_conversation_in_hand_takes_the_other_in(
    desk: Running, ana: Page, phone: str, lid: str, complaints: list[str]
) -> None:
    open_talk(ana, "Oculta Siqueira")
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    box(ana).fill("Já vejo isso")
    attach(ana, "Documento", payload("nota.pdf", "application/pdf", PDF))
    address = ana.url
    reveal(desk, phone, lid)
    expect(ana.get_by_role("log")).to_contain_text("Sou eu")
    expect(ana.get_by_role("heading", name="Marta Siqueira").first).to_be_visible()
    assert said(ana) == ["De número oculto", "Do telefone", "Oi!", "Sou eu"]
    expect(box(ana)).to_have_value("Já vejo isso")
    expect(ana.locator("[data-tray]")).to_contain_text("nota.pdf")
    assert (ana.url, never_reloaded(ana)) == (address, True)
    box(ana).press("Enter")
    expect(of_kind(ana, "document", "out")).to_contain_text("Já vejo isso")
    until(ana, lambda: differences(ana) == [], seconds=30)
    desk.simulator.receive(phone, "E chegou?")
    expect(ana.get_by_role("log")).to_contain_text("E chegou?")
    assert complaints == []


def test_one_that_waits_leads_to_the_one_its_questions_are_in(
    desk: Running, ana: Page, phone: str, lid: str, complaints: list[str]
) -> None:
    open_talk(ana, "Marta Siqueira")
    older = ana.url.split("?")[0]
    open_talk(ana, "Oculta Siqueira")
    box(ana).fill("Quem fala?")
    attach(ana, "Documento", payload("nota.pdf", "application/pdf", PDF))
    reveal(desk, phone, lid)
    expect(ana.get_by_role("log")).to_contain_text("Sou eu")
    assert ana.url.split("?")[0] == older
    assert said(ana) == ["De número oculto", "Do telefone", "Oi!", "Sou eu"]
    expect(box(ana)).to_have_value("Quem fala?")
    expect(box(ana)).to_be_focused()
    expect(ana.locator("[data-tray]")).to_contain_text("nota.pdf")
    assert never_reloaded(ana)
    box(ana).press("Enter")
    expect(of_kind(ana, "document", "out")).to_contain_text("Quem fala?")
    until(ana, lambda: differences(ana) == [], seconds=30)
    assert complaints == []


def test_what_went_to_somebody_elses_ticket_is_not_left_on_screen(
    desk: Running,
    ana: Page,
    sign_in: Callable[..., Page],
    phone: str,
    lid: str,
) -> None:
    """The ticket on screen is closed, and Vendas' people have the customer now."""
    open_talk(ana, "Oculta Siqueira")
    hidden = ana.url.split("?")[0].split("/")[-2]
    hand = Hand(desk, sign_in("sara", at_home=False).context)
    assert hand.post(hidden, "posse")
    _, other = departments(desk)
    assert hand.post(hidden, "transferencia", destination=f"departamento-{other}")
    assert hand.post(hidden, "posse")
    open_talk(ana, "Marta Siqueira")
    box(ana).fill("Isto fica")
    reveal(desk, phone, lid)
    expect(ana.locator("#composer")).to_contain_text("Atendimento encerrado")
    expect(ana.get_by_role("log")).to_contain_text("Unido ao atendimento")
    until(ana, lambda: said(ana) == [], seconds=15)
    assert never_reloaded(ana)
    assert hand.post(hidden, "encerramento")
    hand.close()
