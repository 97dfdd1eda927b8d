"""What goes wrong on a page mends itself: tickets that come back, tokens, answers of strangers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocket, expect

from tests.e2e.bustle import Hand, departments
from tests.e2e.glass import box, open_talk, until
from tests.e2e.test_first_load import into
from tests.running import Running

pytestmark = pytest.mark.browser

Write = Callable[[str], str]
SEND = "**/mensagens/"


def code_on(page: Page) -> str:
    return page.url.split("?")[0].split("/")[-2]


def sends(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def mine(page: Page, text: str) -> None:
    """It left: its bubble has its tick."""
    bubble = page.get_by_role("log").locator("li.is-out", has_text=text)
    expect(bubble.locator(".tick")).to_contain_text("Entregue")


def test_a_conversation_that_comes_back_can_be_answered_again(
    desk: Running, ana: Page, sign_in: Callable[..., Page], customer: Write
) -> None:
    customer("Olga Dutra")
    open_talk(ana, "Olga Dutra")
    box(ana).fill("Isto fica")
    hers, other = departments(desk)
    hand = Hand(desk, sign_in("sara", at_home=False).context)
    code = code_on(ana)
    assert hand.post(code, "transferencia", destination=f"departamento-{other}")
    expect(box(ana)).to_have_js_property("readOnly", True)
    expect(ana.get_by_role("button", name="Enviar")).to_be_disabled()
    assert hand.post(code, "transferencia", destination=f"departamento-{hers}")
    expect(box(ana)).to_have_js_property("readOnly", False)
    expect(box(ana)).to_have_value("Isto fica")
    hand.close()
    box(ana).press("Enter")
    mine(ana, "Isto fica")


def test_a_new_password_in_one_tab_ends_no_other(
    desk: Running, ana: Page, open_window: Callable[..., Page], customer: Write
) -> None:
    phone = customer("Núbia Leal")
    open_talk(ana, "Núbia Leal")
    refused = """() => {
        rig.cut();
        window.WebSocket = new Proxy(WebSocket, {
            construct(Kind, words) {
                const socket = new Kind(...words);
                window.WebSocket = Kind;
                // As it is closed on a tab whose session has another key by now.
                setTimeout(() => socket.onclose({ code: 4403 }), 0);
                return socket;
            },
        });
    }"""
    ana.evaluate(refused)
    ana.clock.run_for(3_000)
    desk.simulator.receive(phone, "Ainda está aí?")
    expect(ana.get_by_role("log")).to_contain_text("Ainda está aí?")
    expect(ana.locator("#offline")).to_be_empty()


def test_an_answer_nobody_understands_is_asked_for_again(
    desk: Running, ana: Page, customer: Write, complaints: list[str]
) -> None:
    phone = customer("Mirna Dias")
    open_talk(ana, "Mirna Dias")
    strange: list[str] = []

    def answer(route: Route) -> None:
        strange.append(route.request.url)
        route.fulfill(status=200, body="<h1>Bem-vindo à rede do shopping</h1>")

    nouns = ["novidades", "cabecalho", "lista", "contadores"]
    for noun in nouns:
        ana.route(f"**/{noun}/*", answer)
        ana.route(f"**/{noun}/", answer)
    ana.evaluate("rig.isDeaf = true")
    desk.simulator.receive(phone, "Chegou isto?")
    ana.evaluate("dispatchEvent(new Event('online'))")
    until(ana, lambda: all(any(noun in url for url in strange) for noun in nouns), seconds=15)
    expect(ana.locator("#rows .row")).not_to_have_count(0)
    ana.unroute_all()
    ana.evaluate("rig.isDeaf = false")
    for _ in range(3):
        ana.clock.run_for(5_000)
    expect(ana.get_by_role("log")).to_contain_text("Chegou isto?")
    expect(ana.locator("#figures")).to_contain_text("Atendidos")
    expect(ana.locator("#rows")).to_contain_text("Chegou isto?")
    assert [one for one in complaints if "WebSocket" not in one] == []


def test_a_fault_in_one_message_holds_up_none_after_it(ana: Page, customer: Write) -> None:
    customer("Lia Prado")
    open_talk(ana, "Lia Prado")
    sends(ana, "Antes de tudo")
    mine(ana, "Antes de tudo")
    fault = """() => {
        rig.isDeaf = true;
        const { getBoundingClientRect } = Element.prototype;
        Element.prototype.getBoundingClientRect = function () {
            Element.prototype.getBoundingClientRect = getBoundingClientRect;
            window.hadFault = true;
            throw new Error("a fault in drawing");
        };
    }"""
    ana.evaluate(fault)
    sends(ana, "Com defeito")
    until(ana, lambda: ana.evaluate("window.hadFault"), seconds=10)
    ana.evaluate("rig.isDeaf = false")
    with ana.expect_response(SEND) as answered:
        sends(ana, "Depois do defeito")
    assert answered.value.ok
    mine(ana, "Depois do defeito")


def test_a_page_with_an_old_token_says_what_to_do_and_keeps_what_was_typed(
    ana: Page, customer: Write
) -> None:
    customer("Katia Sales")
    open_talk(ana, "Katia Sales")
    ana.evaluate("""document.body.setAttribute("hx-headers", '{"X-CSRFToken": "velho"}')""")
    sends(ana, "Com a chave velha")
    expect(ana.locator("[id^=reply-error]")).to_contain_text("Recarregue a página")
    expect(box(ana)).to_have_value("Com a chave velha")
    with ana.expect_response(lambda answer: "/rascunho/" in answer.url and answer.ok):
        ana.clock.run_for(6_000)
    ana.reload()
    expect(box(ana)).to_have_value("Com a chave velha")


def beside(page: Page, address: str) -> Page:
    """Another tab of the same person, once its socket is heard."""
    frames: list[str | bytes] = []

    def listen(line: WebSocket) -> None:
        line.on("framereceived", into(frames))

    tab = page.context.new_page()
    tab.on("websocket", listen)
    tab.goto(address)
    until(tab, lambda: frames, seconds=10)
    return tab


def test_home_follows_what_happens(desk: Running, ana: Page, customer: Write) -> None:
    ana.goto(desk.web)
    aside = beside(ana, f"{desk.web}conta/senha/").locator("#waiting-badge")
    figure, badge = ana.locator("#waiting-now"), ana.locator("#waiting-badge")
    before = int(figure.inner_text())
    customer("Joice Mota")
    expect(figure).to_have_text(str(before + 1))
    expect(badge).to_contain_text(str(before + 1))
    expect(badge).to_be_visible()
    expect(aside).to_contain_text(str(before + 1))
    expect(ana.locator("#oldest-wait")).to_contain_text("mais antiga há")
    # Waits grow while nothing happens.
    with ana.expect_response(desk.web):
        ana.clock.run_for(61_000)
