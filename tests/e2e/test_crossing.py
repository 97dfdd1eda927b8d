"""Answers and pushes that cross or come late: what is newer stays, and what is missing is asked."""

from collections.abc import Callable, Iterator
from itertools import count
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.bustle import Hand, departments, go_home
from tests.e2e.glass import RIGGING, model, tab, until
from tests.running import Running

pytestmark = pytest.mark.browser

_phones = count(5511991280001)


@pytest.fixture
def phone(desk: Running) -> str:
    """Somebody new, who wrote to the store; their name is their number."""
    phone = str(next(_phones))
    desk.simulator.phone(phone, name=f"Cruz {phone}")
    desk.simulator.receive(phone, "Oi!")
    return phone


@pytest.fixture
def ana(desk: Running, sign_in: Callable[..., Page], phone: str) -> Iterator[Page]:
    """Ana with that customer's conversation open, the first looks over."""
    page = sign_in("ana")
    page.context.add_init_script(RIGGING)
    page.goto(f"{desk.web}sac/atendimento/")
    page.locator("#rows .row", has_text=phone).get_by_role("link").click()
    expect(page.get_by_role("log")).to_contain_text("Oi!")
    until(page, lambda: page.evaluate("rig.asks") > 0, seconds=10)
    yield page
    go_home(desk, page.context, [phone])


@pytest.fixture
def hand(desk: Running, ana: Page) -> Iterator[Hand]:
    hand = Hand(desk, ana.context)
    yield hand
    hand.close()


def code_of(page: Page) -> str:
    return page.url.split("?")[0].split("/")[-2]


def reply(hand: Hand, page: Page, text: str) -> None:
    assert hand.post(code_of(page), "mensagens", text=text, client_uuid=str(uuid4()))


def test_what_a_lost_push_brought_is_asked_for_when_the_next_one_comes(
    desk: Running, ana: Page, phone: str
) -> None:
    before = ana.evaluate("rig.isDeaf = true, rig.lost")
    desk.simulator.receive(phone, "Perdida")
    until(ana, lambda: ana.evaluate("rig.lost") >= before + 2, seconds=20)
    ana.evaluate("rig.isDeaf = false")
    desk.simulator.receive(phone, "Achada")
    said = ana.get_by_role("log").locator("li.is-in .text")
    expect(said).to_have_count(3)
    assert set(said.all_inner_texts()) == {"Oi!", "Perdida", "Achada"}


def test_a_push_that_comes_late_changes_nothing_that_is_newer(
    desk: Running, ana: Page, hand: Hand, phone: str
) -> None:
    """The row of the first answer, and of assuming, come after the row of the second."""
    ana.evaluate("rig.hold()")
    reply(hand, ana, "Primeira")
    until(ana, lambda: ana.evaluate("rig.held.length") >= 2, seconds=20)
    ana.evaluate("rig.late = rig.release()")
    reply(hand, ana, "Segunda")
    mine = ana.get_by_role("log").locator("li.is-out")
    expect(mine.locator(".tick").last).to_contain_text("Entregue")
    tab(ana, "Em aberto")
    listed = ana.locator("#rows .row", has_text=phone)
    expect(listed).to_contain_text("Segunda")
    before = model(ana)
    ana.evaluate("rig.late()")
    assert model(ana)["rows"] == before["rows"]
    expect(mine).to_have_count(2)
    assert [bubble[1] for bubble in model(ana)["thread"]] == [one[1] for one in before["thread"]]


def test_a_ticket_that_came_back_is_not_dropped_by_what_says_it_had_left(
    desk: Running, ana: Page, sign_in: Callable[..., Page], phone: str
) -> None:
    sara = sign_in("sara")
    hers = Hand(desk, sara.context)
    code = code_of(ana)
    ana.evaluate("rig.hold()")
    for department in reversed(departments(desk)):
        assert hers.post(code, "transferencia", destination=f"departamento-{department}", note="")
    hers.close()
    until(ana, lambda: ana.evaluate("rig.held.length") >= 3, seconds=20)
    ticket = ana.locator("#conversation").get_attribute("data-ticket")
    has_left = f"!document.querySelector('#ticket-{ticket}') || refusal.textContent"
    # The newest first: it came back before it left. What is asked for next would mend it.
    assert not ana.evaluate(f"rig.held.reverse(), rig.release()(), {has_left}")


@pytest.mark.parametrize("asked", ["lista", "cabecalho"])
def test_an_answer_that_comes_late_changes_nothing_that_is_newer(
    desk: Running, ana: Page, hand: Hand, phone: str, asked: str
) -> None:
    """Read before ana assumed the ticket, and told after."""
    late: list[Callable[[], None]] = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        late.append(lambda: route.fulfill(response=answer))

    ana.route(f"**/{asked}/*", keep, times=1)
    ana.route(f"**/{asked}/", keep, times=1)
    ana.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(ana, lambda: late, seconds=10)
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    waiting = ana.locator('#rows .row[data-status="waiting"]', has_text=phone)
    expect(waiting).to_have_count(0)
    with ana.expect_response(f"**/{asked}/**"):
        late[0]()
    ana.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    expect(waiting).to_have_count(0, timeout=100)
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0, timeout=100)


def test_a_list_asked_for_while_another_tab_comes_keeps_nothing_of_the_one_left(
    ana: Page, phone: str
) -> None:
    late: list[Route] = []
    ana.route("**/lista/*", lambda route: late.append(route), times=1)  # noqa: PLW0108
    ana.locator("#tabs").get_by_role("link", name="Encerradas").click()
    until(ana, lambda: late, seconds=10)
    with ana.expect_response("**/lista/*"):
        ana.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(ana.locator("#rows")).to_have_attribute("aria-busy", "false")
    expect(ana.locator("#rows .row", has_text=phone)).to_have_count(0)
    late[0].continue_()
    expect(ana.locator("#rows .row", has_text=phone)).to_have_count(0)
