"""Coming back: a tab that slept, a tab without connection, a session that ended, a new start."""

import time
from collections.abc import Callable
from itertools import count

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bustle import Hand
from tests.e2e.glass import box, open_talk, row, until
from tests.running import Running
from tests.tally import Tally

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
BACK = 10_000
_numbers = count(1)

RETURNS = {
    "it is looked at": "document.dispatchEvent(new Event('visibilitychange'))",
    "it comes out of the cache": (
        "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    ),
    "the network is back": "dispatchEvent(new Event('online'))",
}


@pytest.fixture
def missed(desk: Running, ana: Page, customer: Callable[[str], str]) -> Callable[[], None]:
    """On ana's page two customers wrote while her socket was deaf; return what to expect of it."""
    number = next(_numbers)
    shown, listed = customer(f"Zara {number}"), customer(f"Yara {number}")
    open_talk(ana, f"Zara {number}")
    # The look that follows every load is over.
    until(ana, lambda: ana.evaluate("rig.asks") > 0, seconds=10)
    ana.evaluate("rig.isDeaf = true")
    said = f"Você não me ouve? {number}"
    for phone in (shown, listed):
        desk.simulator.receive(phone, said)
    # Two rows and a bubble, whatever else went by.
    unheard = "said => rig.unheard.filter((html) => html.includes(said)).length"
    until(ana, lambda: ana.evaluate(unheard, said) >= 3, seconds=20)
    ana.evaluate("rig.isDeaf = false")
    texts = ana.get_by_text(said)
    expect(texts).to_have_count(0)

    def come() -> None:
        expect(texts).to_have_count(3)
        assert ana.evaluate("window.neverReloaded")

    return come


@pytest.mark.parametrize("what", RETURNS)
def test_a_tab_that_missed_something_asks_when(
    ana: Page, missed: Callable[[], None], what: str
) -> None:
    ana.evaluate(RETURNS[what])
    missed()


def test_a_tab_asks_when_its_machine_slept(ana: Page, missed: Callable[[], None]) -> None:
    ana.clock.fast_forward(45_000)
    missed()


def test_a_tab_asks_every_minute_whatever_it_knows(ana: Page, missed: Callable[[], None]) -> None:
    ana.clock.run_for(70_000)
    missed()


def test_without_connection_it_says_so_and_loses_nothing_typed(
    desk: Running, ana: Page, customer: Callable[[str], str]
) -> None:
    phone = customer("Wanda Sá")
    open_talk(ana, "Wanda Sá")
    ana.context.set_offline(offline=True)
    ana.evaluate("rig.cut()")
    box(ana).fill("Escrevi sem rede")
    box(ana).press("Enter")
    box(ana).fill("E isto nem terminei")
    expect(ana.locator("#offline")).to_contain_text("Sem conexão")
    mine = ana.get_by_role("log").locator("li.is-out")
    expect(mine).to_have_count(1)
    # What else fails is said in its place, and not below it.
    told = ana.locator("#notices .notice:visible")
    for _ in range(2):
        ana.locator("#rows .row-link:not([aria-current])").first.click()
        expect(told).to_have_text(["A conversa não abriu. Tente de novo."])
    ana.clock.run_for(10_500)
    expect(told).to_have_text(["Sem conexão. Tentando de novo…"])
    ana.context.set_offline(offline=False)
    expect(ana.locator("#offline")).to_be_empty(timeout=BACK)
    expect(mine.locator(".tick")).to_contain_text("Entregue")
    expect(mine).to_have_count(1)
    said = [bubble.text for bubble in desk.simulator.thread(phone) if bubble.sender == "store"]
    assert said == ["Escrevi sem rede"]
    ana.reload()
    expect(box(ana)).to_have_value("E isto nem terminei")


def test_what_could_not_be_saved_is_there_in_the_conversation_one_returns_to(
    ana: Page, customer: Callable[[str], str]
) -> None:
    customer("Vera Luz"), customer("Ugo Luz")
    open_talk(ana, "Vera Luz")
    ana.route("**/rascunho/", lambda route: route.abort())
    box(ana).fill("Rascunho da Vera")
    open_talk(ana, "Ugo Luz")
    expect(box(ana)).to_have_value("")
    open_talk(ana, "Vera Luz")
    expect(box(ana)).to_have_value("Rascunho da Vera")
    ana.unroute("**/rascunho/")
    with ana.expect_response("**/rascunho/"):
        pass
    ana.reload()
    expect(box(ana)).to_have_value("Rascunho da Vera")


def test_what_is_typed_outlives_the_session(
    desk: Running, ana: Page, customer: Callable[[str], str]
) -> None:
    customer("Tina Reis")
    open_talk(ana, "Tina Reis")
    _end_session(desk, ana)
    box(ana).fill("Escrevi depois do fim")
    told = ana.locator("#offline")
    expect(told).to_contain_text("Sua sessão terminou")
    expect(box(ana)).to_have_value("Escrevi depois do fim")
    with ana.context.expect_page() as opened:
        told.get_by_role("link", name="Entre de novo").click()
    door = opened.value
    door.get_by_label("E-mail").fill("ana@aurora.demo")
    door.get_by_label("Senha").fill(desk.logins["ana@aurora.demo"])
    door.get_by_role("button", name="Entrar").click()
    door.wait_for_url(desk.web)
    with ana.expect_navigation():
        ana.evaluate("dispatchEvent(new Event('focus'))")
    expect(box(ana)).to_have_value("Escrevi depois do fim")


def _end_session(desk: Running, page: Page) -> None:
    (key,) = [str(one["value"]) for one in page.context.cookies() if one["name"] == "sessao"]
    with psycopg.connect(desk.database_url) as connection:
        connection.execute("DELETE FROM django_session WHERE session_key = %s", [key])


def test_a_closed_ticket_learns_its_customers_new_name(
    desk: Running, ana: Page, sign_in: SignIn, customer: Callable[[str], str]
) -> None:
    phone = customer("Sílvio Dias")
    hand = Hand(desk, ana.context)
    code = str(row(ana, "Sílvio Dias").get_by_role("link").get_attribute("href")).split("/")[-2]
    assert hand.post(code, "posse")
    assert hand.post(code, "encerramento")
    desk.simulator.receive(phone, "Mais uma coisa")
    sara = sign_in("sara", at_home=False)
    sara.goto(f"{desk.web}sac/atendimento/?situacao=encerradas")
    expect(row(sara, "Sílvio Dias")).to_be_visible()
    open_talk(ana, "Sílvio Dias")
    newer = ana.url.split("?")[0].split("/")[-2]
    assert newer != code
    assert hand.post(newer, "contato", name="Silvio Dias Filho", entry_channel="lead")
    hand.close()
    expect(row(sara, "Silvio Dias Filho")).to_be_visible()


def test_what_a_colleague_hands_over_is_told_on_whichever_page(
    desk: Running, ana: Page, sign_in: SignIn, customer: Callable[[str], str], complaints: list[str]
) -> None:
    customer("Rita Paz")
    sara = sign_in("sara")
    hand = Hand(desk, sara.context)
    code = str(row(ana, "Rita Paz").get_by_role("link").get_attribute("href")).split("/")[-2]
    ana.goto(desk.web)
    ana.wait_for_load_state("networkidle")
    sara.goto(f"{desk.web}sac/atendimento/{code}/")
    sara.get_by_role("link", name="Transferir").click()
    dialog = sara.get_by_role("dialog", name="Transferir atendimento")
    dialog.get_by_role("radio", name="Ana – Suporte").check()
    dialog.get_by_role("button", name="Transferir").click()
    expect(dialog).to_be_hidden()
    alert = ana.locator("#alerts .alert")
    expect(alert).to_contain_text("Sara – Supervisão transferiu Rita Paz para você")
    assert hand.post(code, "devolucao")
    hand.close()
    # Nothing waits for her there any more.
    expect(alert).to_have_count(0)
    assert complaints == []


def test_screens_come_back_by_themselves_when_everything_started_anew(
    desk: Running, ana: Page, customer: Callable[[str], str], tally: Tally
) -> None:
    phone = customer("Quincas Mota")
    open_talk(ana, "Quincas Mota")
    names = ["beat", "worker-media", "worker-outbound", "worker-inbound", "web"]
    for name in names:
        desk.children[name].stop()
    expect(ana.locator("#offline")).to_contain_text("Sem conexão")
    for name in names:
        desk.restart(name)
    began = time.monotonic()
    expect(ana.locator("#offline")).to_be_empty(timeout=BACK)
    desk.simulator.receive(phone, "Voltaram?")
    expect(ana.get_by_role("log")).to_contain_text("Voltaram?", timeout=BACK)
    tally(f"restart of everything: the screen was back {time.monotonic() - began:.1f} s after it")
    assert ana.evaluate("window.neverReloaded")
