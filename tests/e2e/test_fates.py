"""What becomes of what an attendant does: refused by WhatsApp, held for hours, slowly under way."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bustle import go_home
from tests.e2e.glass import box, differences, open_talk, until
from tests.e2e.kinds import act_on, attach, got, of_kind, payload
from tests.e2e.test_gateway_away import gateway_away
from tests.running import Running
from tests.sac.media.corpus import PDF

pytestmark = pytest.mark.browser

# Bytes a second, up.
SLOW = 256 * 1024
LARGE = PDF + bytes(4 * SLOW)


@pytest.fixture
def talk(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    phones: list[str],
) -> Iterator[Page]:
    """Ana attending to Celso."""
    customer("Celso Prado")
    page = sign_in("ana", at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    open_talk(page, "Celso Prado")
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)
    yield page
    desk.simulator.reset_faults()
    go_home(desk, page.context, phones)


@pytest.fixture
def sent(talk: Page) -> Locator:
    """A text of hers that arrived."""
    box(talk).fill("Chega amanha")
    box(talk).press("Enter")
    bubble = of_kind(talk, "text", "out")
    expect(bubble.locator(".tick")).to_contain_text("Entregue")
    return bubble


def age(desk: Running, column: str, text: str, *, hours: float) -> None:
    """Let the last message of these words be older than it is; told again, it is no older."""
    change = f"""
        UPDATE sac_message SET {column} = now() - %s * interval '1 hour'
        WHERE id = (SELECT max(id) FROM sac_message WHERE text = %s)
    """  # noqa: S608 - the column is our own word
    with psycopg.connect(desk.database_url) as connection:
        assert connection.execute(change, [hours, text]).rowcount == 1


def is_asked(desk: Running, bubble: Locator, text: str) -> bool:
    """Whether a person is asked about what waits. A worker that tries it writes its own hour."""
    if asked := bubble.get_by_text("Esperou mais de 2 horas na fila. Ainda quer enviar?").count():
        return bool(asked)
    age(desk, "queued_at", text, hours=3)
    return False


def test_a_correction_that_is_refused_says_so_and_nothing_else_changes(
    desk: Running, talk: Page, phones: list[str], sent: Locator
) -> None:
    desk.simulator.refuse("400_object_object", path="/chat/updateMessage")
    act_on(sent, "Editar")
    box(talk).fill("Chega amanhã")
    box(talk).press("Enter")
    expect(sent.locator(".amending")).to_contain_text("A edição não foi feita: ")
    expect(sent.locator(".amending")).to_contain_text("Você tinha escrito: Chega amanhã")
    expect(sent.locator(".body > .text")).to_have_text("Chega amanha")
    expect(sent).not_to_contain_text("editada")
    assert got(desk, phones[0], "text")[0].text == "Chega amanha"
    # What was written is where the next try starts, and that one goes through.
    act_on(sent, "Editar")
    expect(box(talk)).to_have_value("Chega amanhã")
    box(talk).press("Enter")
    expect(sent.locator(".body > .text")).to_have_text("Chega amanhã")
    expect(sent.locator(".amending")).to_be_empty()
    until(talk, lambda: differences(talk) == [], seconds=30)


def test_a_deletion_that_is_refused_leaves_the_message(
    desk: Running, talk: Page, phones: list[str], sent: Locator
) -> None:
    desk.simulator.refuse("400_object_object", path="/chat/deleteMessageForEveryone")
    act_on(sent, "Apagar para todos")
    talk.get_by_role("dialog").get_by_role("button", name="Apagar para todos").click()
    expect(sent.locator(".amending")).to_contain_text("A mensagem não foi apagada: ")
    expect(sent.locator(".body > .text")).to_have_text("Chega amanha")
    expect(sent).not_to_contain_text("Mensagem apagada")
    assert not got(desk, phones[0], "text")[0].deleted
    until(talk, lambda: differences(talk) == [], seconds=30)


def test_a_reaction_that_is_refused_is_not_shown(
    desk: Running, talk: Page, phones: list[str]
) -> None:
    theirs = talk.locator("#thread .bubble.is-in", has_text="Oi!")
    desk.simulator.refuse("400_object_object", path="/message/sendReaction")
    act_on(theirs, "Reagir com 🙏")
    expect(theirs.locator(".amending")).to_contain_text("A reação não foi enviada: ")
    expect(theirs.locator(".reactions")).not_to_contain_text("🙏")
    assert desk.simulator.thread(phones[0])[0].reactions == {}
    until(talk, lambda: differences(talk) == [], seconds=30)


def test_what_got_too_old_while_it_was_corrected_says_the_limit(
    desk: Running, talk: Page, sent: Locator
) -> None:
    act_on(sent, "Editar")
    age(desk, "sent_at", "Chega amanha", hours=0.3)
    box(talk).fill("Chega amanhã")
    box(talk).press("Enter")
    told = talk.locator("#composer").get_by_role("alert")
    expect(told).to_have_text("O WhatsApp só deixa editar até 15 minutos depois do envio.")
    expect(box(talk)).to_have_value("Chega amanhã")
    expect(sent.locator(".body > .text")).to_have_text("Chega amanha")


def test_what_waited_for_hours_leaves_only_when_a_person_says_so(
    desk: Running, talk: Page, phones: list[str]
) -> None:
    with gateway_away(desk):
        for text in ("Chega hoje", "Bom dia"):
            box(talk).fill(text)
            box(talk).press("Enter")
        held = [of_kind(talk, "text", "out").filter(has_text=text) for text in ("hoje", "dia")]
        for bubble, text in zip(held, ("Chega hoje", "Bom dia"), strict=True):
            expect(bubble.locator(".tick")).to_contain_text("Na fila de envio")
            until(talk, lambda told=bubble, text=text: is_asked(desk, told, text), seconds=30)  # type: ignore[misc]
    today, morning = held
    expect(talk.locator("#lines")).not_to_contain_text("sem conexão", timeout=30_000)
    assert got(desk, phones[0], "text") == []
    morning.get_by_role("button", name="Não enviar").click()
    expect(morning.locator(".trouble")).to_contain_text("Não enviada: Envio cancelado.")
    today.get_by_role("button", name="Enviar", exact=True).click()
    expect(today.locator(".tick")).to_contain_text("Entregue", timeout=30_000)
    expect(today.locator(".trouble")).to_have_count(0)
    assert [one.text for one in got(desk, phones[0], "text")] == ["Chega hoje"]
    until(talk, lambda: differences(talk) == [], seconds=30)


def test_a_slow_upload_shows_how_far_it_is(desk: Running, talk: Page, phones: list[str]) -> None:
    attach(talk, "Documento", payload("catalogo.pdf", "application/pdf", LARGE))
    up = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    wire = talk.context.new_cdp_session(talk)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", up)
    box(talk).press("Enter")
    unsent = talk.locator("[id^=unsent-]")
    expect(unsent).to_contain_text("catalogo.pdf")
    bar = unsent.get_by_role("progressbar", name="Envio do arquivo")
    seen: list[float] = []

    def moves() -> bool:
        """It was seen at three places between the ends, each further than the one before."""
        value = float(bar.evaluate("bar => bar.value"))
        if 0 < value < 1 and value not in seen:
            seen.append(value)
        return len(seen) >= 3

    until(talk, moves, seconds=30)
    assert seen == sorted(seen)
    expect(unsent.get_by_role("button", name="Cancelar envio")).to_be_visible()
    wire.send("Network.emulateNetworkConditions", {**up, "uploadThroughput": -1})
    expect(of_kind(talk, "document", "out")).to_contain_text("catalogo.pdf", timeout=30_000)
    expect(unsent).to_have_count(0)
    until(talk, lambda: got(desk, phones[0], "document"), seconds=30)
    assert desk.simulator.file(got(desk, phones[0], "document")[0]) == LARGE
