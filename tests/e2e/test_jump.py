"""From an answer to what it answers, however far up, and in whichever ticket."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bustle import Hand, go_home
from tests.e2e.glass import box, differences, open_talk, until
from tests.running import Running

pytestmark = pytest.mark.browser

MANY = 130


@pytest.fixture
def talk(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    phones: list[str],
) -> Iterator[Page]:
    """Ana attending to Irene."""
    customer("Irene Prata")
    page = sign_in("ana", at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    open_talk(page, "Irene Prata")
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)
    yield page
    go_home(desk, page.context, phones)


def talk_on(desk: Running, phone: str) -> str:
    """Let the customer say a lot, a thing a second until now; return the first one's id."""
    began = int(time.time()) - MANY
    facts = {"from": phone, "instance": desk.simulator.own_line()}
    said = [{**facts, "text": f"fala {n}", "timestamp": began + n} for n in range(MANY)]
    return desk.simulator.receive_many(said)[0]


def test_a_message_far_up_is_loaded_shown_and_marked(
    desk: Running, talk: Page, phones: list[str], complaints: list[str]
) -> None:
    (phone,) = phones
    first = talk_on(desk, phone)
    assert desk.simulator.quiet(30)
    desk.simulator.receive(phone, "Sobre isto", quotes=first)
    answer = talk.locator("#thread .bubble", has_text="Sobre isto")
    wanted = talk.locator(f'[data-wid="{first}"]')
    for line in (wanted, answer):
        expect(line).to_be_attached(timeout=30_000)
    talk.reload()
    expect(answer).to_be_visible()
    expect(wanted).to_have_count(0)
    box(talk).fill("um rascunho")
    # What stands above comes by itself as far as the screen shows it: that is over.
    talk.wait_for_load_state("networkidle")
    asked: list[str] = []
    talk.on("request", lambda one: asked.append(one.url) if "/trecho/" in one.url else None)
    answer.locator(".quoted").click()
    expect(wanted).to_be_in_viewport()
    expect(wanted).to_have_class("bubble is-in of-text is-flashing")
    expect(wanted.get_by_role("button", name="Mais opções")).to_be_focused()
    assert len(asked) == 1
    expect(wanted).not_to_have_class("bubble is-in of-text is-flashing")
    expect(box(talk)).to_have_value("um rascunho")
    until(talk, lambda: differences(talk) == [], seconds=30)
    assert complaints == []


def test_who_wants_no_motion_sees_it_stand_out_still(
    desk: Running, talk: Page, phones: list[str]
) -> None:
    talk.emulate_media(reduced_motion="reduce")
    (phone,) = phones
    first = desk.simulator.thread(phone)[0].id
    desk.simulator.receive(phone, "Sobre isto", quotes=first)
    talk.locator("#thread .bubble", has_text="Sobre isto").locator(".quoted").click()
    wanted = talk.locator(f'[data-wid="{first}"]')
    expect(wanted).to_have_css("outline-style", "solid")
    expect(wanted).to_have_css("animation-name", "none")
    expect(wanted).to_have_css("outline-style", "none")


def test_an_earlier_ticket_is_opened_at_the_message(
    desk: Running, talk: Page, phones: list[str], complaints: list[str]
) -> None:
    (phone,) = phones
    first = desk.simulator.thread(phone)[0].id
    earlier = talk.url.split("?")[0]
    hand = Hand(desk, talk.context)
    assert hand.post(earlier.split("/")[-2], "encerramento")
    hand.close()
    expect(talk.locator("#composer")).to_contain_text("Atendimento encerrado")
    desk.simulator.receive(phone, "Voltei", quotes=first)
    talk.get_by_role("link", name="Abrir").click()
    answer = talk.locator("#thread .bubble", has_text="Voltei")
    expect(answer).to_be_visible()
    box(talk).fill("um rascunho")
    answer.locator(".quoted").click()
    wanted = talk.locator(f'[data-wid="{first}"]')
    expect(wanted).to_have_class("bubble is-in of-text is-flashing")
    assert talk.url.split("?")[0] == earlier
    talk.go_back()
    expect(answer).to_be_visible()
    expect(box(talk)).to_have_value("um rascunho")
    assert complaints == []


def test_what_nobody_keeps_is_said_so(desk: Running, talk: Page, phones: list[str]) -> None:
    (phone,) = phones
    first = desk.simulator.thread(phone)[0].id
    desk.simulator.receive(phone, "Sobre isto", quotes=first)
    answer = talk.locator("#thread .bubble", has_text="Sobre isto")
    answer.locator(".quoted").evaluate("one => one.dataset.quotes = 'UNKNOWN'")
    answer.locator(".quoted").click()
    expect(talk.locator("#refusal")).to_contain_text("não está mais guardada nesta conversa")
