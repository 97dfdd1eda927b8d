"""The list under somebody's hand: filtered, sorted, scrolled, and never moving while they aim."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW
from tests.e2e.glass import open_talk, row, tab
from tests.running import Running

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
Customer = Callable[[str], str]


def enter(sign_in: SignIn, desk: Running, query: str = "", **options: object) -> Page:
    page = sign_in("ana", **options, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/{query}")
    return page


def names(page: Page) -> list[str]:
    found: list[str] = page.locator("#rows .row-name").evaluate_all(
        "all => all.map((one) => one.firstChild.textContent.trim())"
    )
    return found


def leave(page: Page) -> None:
    """Take the mouse off the list."""
    page.mouse.move(1200, 500)


def test_filters_stand_in_the_address_and_the_way_back_undoes_them(
    desk: Running, sign_in: SignIn, complaints: list[str]
) -> None:
    ana = enter(sign_in, desk, "?situacao=em-aberto")
    everybodys = names(ana)
    ana.get_by_label("Minhas").check()
    expect(ana).to_have_url(re.compile(r"\?situacao=em-aberto&quem=minhas$"))
    expect(row(ana, "Antônio Carlos Brandão")).to_have_count(0)
    expect(ana.locator('#tabs [data-count="waiting"]')).to_have_text("0")
    mine = names(ana)
    assert 0 < len(mine) < len(everybodys)
    ana.get_by_label("Mais filtros e ordem").click()
    ana.get_by_label("Ordem", exact=True).select_option("Mais antigas primeiro")
    expect(ana.locator("#rows .row-name").first).to_contain_text(mine[-1])
    assert names(ana) == mine[::-1]
    ana.reload()
    assert names(ana) == mine[::-1]
    expect(ana.get_by_label("Minhas")).to_be_checked()
    ana.go_back()
    expect(ana.locator("#rows .row-name").first).to_contain_text(mine[0])
    ana.go_back()
    expect(row(ana, "Antônio Carlos Brandão")).to_be_visible()
    expect(ana.get_by_label("Minhas")).not_to_be_checked()
    assert names(ana) == everybodys
    assert complaints == []


def test_an_empty_list_says_why_and_one_click_clears_it(
    desk: Running, sign_in: SignIn, complaints: list[str]
) -> None:
    ana = enter(sign_in, desk)
    waiting = names(ana)
    for label in ("Minhas", "Não respondidas"):
        ana.get_by_label(label).check()
    expect(ana.get_by_text("Filtrado por: Minhas · Não respondidas")).to_be_visible()
    ana.get_by_role("link", name="Limpar filtros").last.click()
    expect(ana.locator("#rows .row")).to_have_count(len(waiting))
    expect(ana.get_by_label("Minhas")).not_to_be_checked()
    assert complaints == []


def test_a_figure_opens_the_list_it_counts(
    desk: Running, sign_in: SignIn, complaints: list[str]
) -> None:
    ana = enter(sign_in, desk)
    waiting = names(ana)
    link = ana.locator('[data-figure="atendidos"]')
    count = int(link.inner_text())
    link.click()
    expect(ana.get_by_text(re.compile("Mostrando: atendidos em"))).to_be_visible()
    expect(ana.locator("#filters")).to_be_hidden()
    expect(ana.locator("#rows > :is(.row, .row-hidden)")).to_have_count(min(count, 30))
    while ana.locator("#more").count():
        # It may have gone by now: its page came.
        ana.locator("#more").evaluate_all("found => found.forEach((one) => one.scrollIntoView())")
        ana.wait_for_timeout(50)
    expect(ana.locator("#rows > :is(.row, .row-hidden)")).to_have_count(count)
    ana.go_back()
    expect(ana.locator("#figure-bar")).to_be_hidden()
    expect(ana.locator("#rows .row-name").first).to_contain_text(waiting[0])
    assert names(ana) == waiting
    assert complaints == []


def test_nothing_moves_under_the_mouse(
    desk: Running, sign_in: SignIn, customer: Customer, complaints: list[str]
) -> None:
    customer("Paula Nunes")
    ana = enter(sign_in, desk, "?ordem=recentes")
    first = row(ana, "Paula Nunes")
    expect(first).to_be_visible()
    first.hover()
    before = first.bounding_box()
    customer("Otto Faria")
    late = ana.get_by_role("button", name="1 atualização")
    expect(late).to_be_visible()
    expect(row(ana, "Otto Faria")).to_have_count(0)
    assert first.bounding_box() == before
    leave(ana)
    expect(row(ana, "Otto Faria")).to_be_visible()
    expect(late).to_be_hidden()
    assert names(ana)[:2] == ["Otto Faria", "Paula Nunes"]
    assert complaints == []


def test_nothing_moves_under_a_finger(
    desk: Running, sign_in: SignIn, customer: Customer, complaints: list[str]
) -> None:
    customer("Iara Sales")
    ana = enter(sign_in, desk, "?ordem=recentes", viewport=NARROW, has_touch=True)
    first = row(ana, "Iara Sales")
    expect(first).to_be_visible()
    before = first.bounding_box()
    assert before
    hand = ana.context.new_cdp_session(ana)
    spot = {"x": before["x"] + 40, "y": before["y"] + 20}
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
    spot["x"] += 12
    hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [spot]})
    customer("Jonas Reis")
    late = ana.get_by_role("button", name="1 atualização")
    expect(late).to_be_visible()
    expect(row(ana, "Jonas Reis")).to_have_count(0)
    assert first.bounding_box() == before
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(row(ana, "Jonas Reis")).to_be_visible()
    expect(late).to_be_hidden()
    assert complaints == []


def test_a_row_changes_in_place_under_the_mouse_and_moves_afterwards(
    desk: Running, sign_in: SignIn, customer: Customer, complaints: list[str]
) -> None:
    phone = customer("Zilda Rocha")
    customer("Yara Leite")
    ana = enter(sign_in, desk, "?ordem=recentes")
    expect(row(ana, "Yara Leite")).to_be_visible()
    row(ana, "Yara Leite").hover()
    assert names(ana)[:2] == ["Yara Leite", "Zilda Rocha"]
    desk.simulator.receive(phone, "Mais uma coisa")
    expect(row(ana, "Zilda Rocha")).to_contain_text("Mais uma coisa")
    assert names(ana)[:2] == ["Yara Leite", "Zilda Rocha"]
    ana.get_by_role("button", name="1 atualização").click()
    expect(ana.locator("#rows .row-name").first).to_contain_text("Zilda Rocha")
    assert complaints == []


def test_nothing_moves_under_the_keyboard(
    desk: Running, sign_in: SignIn, customer: Customer, complaints: list[str]
) -> None:
    customer("Lauro Dias")
    ana = enter(sign_in, desk, "?ordem=recentes")
    expect(row(ana, "Lauro Dias")).to_be_visible()
    ana.get_by_label("Não respondidas").focus()
    ana.keyboard.press("Tab")
    expect(row(ana, "Lauro Dias").get_by_role("link")).to_be_focused()
    customer("Mauro Pinto")
    expect(ana.get_by_role("button", name="1 atualização")).to_be_visible()
    assert names(ana)[0] == "Lauro Dias"
    expect(row(ana, "Lauro Dias").get_by_role("link")).to_be_focused()
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("heading", name="Lauro Dias").first).to_be_visible()
    expect(row(ana, "Mauro Pinto")).to_be_visible()
    assert complaints == []


def test_the_open_conversation_keeps_its_row_until_another_is_opened(
    desk: Running, sign_in: SignIn, customer: Customer, complaints: list[str]
) -> None:
    customer("Caio Telles")
    customer("Dora Melo")
    ana = enter(sign_in, desk)
    open_talk(ana, "Caio Telles")
    place = names(ana).index("Caio Telles")
    ana.get_by_role("button", name="Assumir").click()
    expect(row(ana, "Caio Telles")).to_have_class(re.compile("is-pinned"))
    assert names(ana).index("Caio Telles") == place
    # Nor does reading the list anew drop or double it.
    with ana.expect_response(re.compile("/lista/")):
        ana.evaluate("dispatchEvent(new Event('online'))")
    expect(row(ana, "Caio Telles")).to_have_count(1)
    assert names(ana).index("Caio Telles") == place
    open_talk(ana, "Dora Melo")
    expect(row(ana, "Caio Telles")).to_have_count(0)
    tab(ana, "Em aberto")
    expect(row(ana, "Caio Telles")).to_have_count(1)
    assert complaints == []


def test_a_wait_grows_amber_and_red_by_itself(desk: Running, ana: Page, customer: Customer) -> None:
    customer("Rute Alves")
    wait = row(ana, "Rute Alves").locator(".row-wait")
    expect(wait).to_have_attribute("data-level", "")
    link = row(ana, "Rute Alves").get_by_role("link")
    expect(link).to_have_accessible_name(re.compile("^Rute Alves ?, NOVO ?, aguardando há 1 min"))
    ana.clock.run_for(6 * 60_000)
    expect(wait).to_have_attribute("data-level", "warning")
    expect(link).to_have_accessible_name(re.compile("há 6 min ?, espera longa"))
    ana.clock.run_for(10 * 60_000)
    expect(wait).to_have_attribute("data-level", "alarm")
    expect(link).to_have_accessible_name(re.compile("há 16 min ?, espera crítica"))


def test_further_pages_come_by_scroll_and_by_keyboard(
    desk: Running, ana: Page, customer: Customer, complaints: list[str]
) -> None:
    for number in range(31):
        customer(f"Fila {number}")
    expect(row(ana, "Fila 20")).to_be_visible()
    ana.reload()
    expect(ana.locator("#rows .row")).to_have_count(30)
    more = ana.get_by_role("link", name="Carregar mais")
    more.focus()
    expect(ana.locator("#rows .row")).not_to_have_count(30)
    # The keyboard goes on where it was.
    expect(ana.locator("#rows .row").nth(30).get_by_role("link")).to_be_focused()
    assert sorted(name for name in names(ana) if name.startswith("Fila ")) == sorted(
        f"Fila {number}" for number in range(31)
    )
    assert complaints == []


def test_the_toolbar_fits_a_phone(desk: Running, sign_in: SignIn, complaints: list[str]) -> None:
    ana = enter(
        sign_in,
        desk,
        "?quem=minhas&novas=sim&resposta=pendente",
        viewport=NARROW,
        has_touch=True,
        is_mobile=True,
    )
    width = ana.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    for label in ("Minhas", "Não lidas", "Não respondidas"):
        box = ana.locator(".toggle", has_text=label).bounding_box()
        assert box
        assert box["x"] + box["width"] <= NARROW["width"] - 12
    assert complaints == []


def test_earlier_tickets_are_read_above_the_thread(
    desk: Running, ana: Page, customer: Customer, complaints: list[str]
) -> None:
    phone = customer("Noel Castro")
    codes = []
    for number in (1, 2):
        row(ana, "Noel Castro").get_by_role("link").press("Enter")
        expect(ana.get_by_role("button", name="Assumir")).to_be_visible()
        codes.append(ana.url.split("/")[-2])
        ana.get_by_role("button", name="Assumir").click()
        answer = ana.get_by_placeholder("Escreva uma mensagem")
        answer.fill(f"Resposta {number}")
        answer.press("Enter")
        expect(ana.get_by_role("log")).to_contain_text(f"Resposta {number}")
        ana.get_by_role("link", name="Encerrar Atendimento").first.click()
        ana.get_by_role("button", name="Sim, encerrar").click()
        expect(ana.locator("#composer")).to_contain_text("Atendimento encerrado")
        desk.simulator.receive(phone, f"Voltei {number}")
        tab(ana, "Aguardando")
        came_back = row(ana, "Noel Castro").filter(has_text=f"Voltei {number}")
        expect(came_back).to_have_count(1)
        # The one that was closed leaves with the tab it was on.
        expect(row(ana, "Noel Castro")).to_have_count(1)
    row(ana, "Noel Castro").get_by_role("link").press("Enter")
    log = ana.get_by_role("log")
    # What stands above comes with the scroll, as far as the screen shows it.
    for code in codes:
        expect(log.locator(".chapter-end", has_text=code)).to_have_count(1)
    expect(log).to_contain_text(
        re.compile(
            "Resposta 1.*" + codes[0] + ".*Resposta 2.*" + codes[1] + ".*Voltei 2", re.DOTALL
        )
    )
    here = ana.url
    ana.locator("#contact").get_by_role("link", name=codes[0]).click()
    expect(log.locator(".chapter-end", has_text=codes[0])).to_be_focused()
    assert ana.url == here
    # Live lines go on below; what is above is only read.
    desk.simulator.receive(phone, "Ainda aí?")
    expect(log.locator("#thread")).to_contain_text("Ainda aí?")
    expect(log.locator("#chapters [data-menu]:visible")).to_have_count(0)
    assert complaints == []
