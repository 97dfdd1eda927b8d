"""What goes along with a message: kept until it left, and never given to another customer."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.bustle import go_home
from tests.e2e.glass import box, open_talk, until
from tests.e2e.kinds import act_on, attach, got, of_kind, payload
from tests.e2e.test_gateway_away import gateway_away
from tests.running import Running
from tests.sac.media.corpus import PDF, picture

pytestmark = pytest.mark.browser

PHOTO = payload("vitrine.png", "image/png", picture("PNG", (320, 240)))
# A microphone that hums, for a machine that has none.
HUM = """
() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const audio = new AudioContext();
    const [tone, ear] = [audio.createOscillator(), audio.createMediaStreamDestination()];
    tone.connect(ear);
    tone.start();
    return (window.hum = ear.stream);
  };
}
"""
REFUSAL = """
() => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", "NotAllowedError");
  };
}
"""
DROP = """
([name, target]) => {
  const files = new DataTransfer();
  files.items.add(new File(["um recado"], name, { type: "text/plain" }));
  const place = document.querySelector(target);
  const words = { bubbles: true, cancelable: true };
  const [dropped, pasted] = [{ ...words, dataTransfer: files }, { ...words, clipboardData: files }];
  if (target === "#log") place.dispatchEvent(new DragEvent("drop", dropped));
  else place.dispatchEvent(new ClipboardEvent("paste", pasted));
}
"""


LONG_PRESS = """
(bubble) => {
  const touch = new Touch({ identifier: 1, target: bubble });
  bubble.dispatchEvent(new TouchEvent("touchstart", { touches: [touch], bubbles: true }));
}
"""


PASTE = """
([target, text]) => {
  const copied = new DataTransfer();
  copied.setData("text/plain", text);
  const words = { clipboardData: copied, bubbles: true, cancelable: true };
  document.querySelector(target).dispatchEvent(new ClipboardEvent("paste", words));
}
"""
# As the server draws it under what was refused.
REFUSED = """
(part) => part.insertAdjacentHTML("beforeend", "<span data-refused>Chega amanhã\\ncedo</span>")
"""


@pytest.fixture
def talk(
    desk: Running,
    sign_in: Callable[..., Page],
    customer: Callable[[str], str],
    phones: list[str],
) -> Iterator[Page]:
    """Ana attending to Dora, and to Elza beside her."""
    for name in ("Dora Nunes", "Elza Prado"):
        customer(name)
    page = sign_in("ana")
    for name in ("Elza Prado", "Dora Nunes"):
        page.goto(f"{desk.web}sac/atendimento/")
        open_talk(page, name)
        page.get_by_role("button", name="Assumir").click()
        expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
        expect(page.get_by_role("button", name="Assumir")).to_have_count(0)
    page.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    open_talk(page, "Dora Nunes")
    yield page
    go_home(desk, page.context, phones)


def tray(page: Page) -> list[str]:
    return page.locator("[data-tray] [data-name]").all_inner_texts()


def record(page: Page) -> None:
    page.get_by_role("button", name="Gravar mensagem de voz").click()
    expect(page.get_by_text("Gravando")).to_be_visible()


def test_nothing_goes_along_to_another_customer(
    desk: Running, talk: Page, phones: list[str]
) -> None:
    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Responder")
    attach(talk, "Documento", PHOTO)
    open_talk(talk, "Elza Prado")
    expect(talk.locator("[data-tray]")).to_be_hidden()
    expect(talk.locator("[data-quote]")).to_be_hidden()
    box(talk).fill("Oi, Elza")
    box(talk).press("Enter")
    expect(of_kind(talk, "text", "out")).to_contain_text("Oi, Elza")
    expect(of_kind(talk, "text", "out").locator(".quoted")).to_have_count(0)
    open_talk(talk, "Dora Nunes")
    assert tray(talk) == ["vitrine.png"]
    expect(talk.locator("[data-quote]")).to_contain_text("Respondendo ao cliente: Oi!")
    until(talk, lambda: got(desk, phones[1], "text"), seconds=30)
    assert got(desk, phones[1], "document") == []


def test_a_correction_stays_with_its_customer(talk: Page) -> None:
    box(talk).fill("Chega amanha")
    box(talk).press("Enter")
    ours = of_kind(talk, "text", "out")
    expect(ours.locator(".tick")).to_contain_text("Entregue")
    act_on(ours, "Editar")
    box(talk).fill("Outra coisa")
    open_talk(talk, "Elza Prado")
    expect(box(talk)).to_have_value("")
    expect(talk.locator("[data-editing]")).to_be_hidden()
    open_talk(talk, "Dora Nunes")
    expect(box(talk)).to_have_value("")


def test_what_could_not_leave_stays_in_the_box(talk: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=422, body='<p class="notice">O arquivo está corrompido.</p>')

    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Responder")
    attach(talk, "Foto ou vídeo", PHOTO)
    box(talk).fill("Olha só")
    talk.route("**/mensagens/", refuse)
    box(talk).press("Enter")
    expect(talk.locator("#composer").get_by_role("alert")).to_have_text(
        "O arquivo está corrompido."
    )
    assert tray(talk) == ["vitrine.png"]
    expect(box(talk)).to_have_value("Olha só")
    expect(talk.locator("[data-quote]")).to_be_visible()
    expect(talk.locator("[id^=unsent-]")).to_have_count(0)
    talk.unroute("**/mensagens/")
    box(talk).press("Enter")
    sent = of_kind(talk, "image", "out")
    expect(sent).to_contain_text("Olha só")
    expect(sent.locator(".quoted")).to_contain_text("Oi!")


def test_files_may_be_dropped_pasted_and_taken_out_again(talk: Page) -> None:
    talk.evaluate(DROP, ["solto.txt", "#log"])
    talk.evaluate(DROP, ["colado.txt", "#composer textarea"])
    assert tray(talk) == ["solto.txt", "colado.txt"]
    expect(talk.locator("[data-tray] [data-size]").first).to_have_text("9 bytes")
    talk.get_by_role("button", name="Tirar solto.txt").click()
    assert tray(talk) == ["colado.txt"]


def test_what_is_too_much_is_said_before_it_is_sent(talk: Page) -> None:
    small = [payload(f"{number}.pdf", "application/pdf", PDF) for number in range(11)]
    attach(talk, "Documento", *small)
    told = talk.locator("#composer").get_by_role("alert")
    expect(told).to_have_text("Envie até 10 arquivos de cada vez.")
    attach(talk, "Documento", payload("vazio.pdf", "application/pdf", b""))
    expect(told).to_have_text("“vazio.pdf” está vazio.")
    assert tray(talk) == []


def test_escape_lets_go_of_quote_and_correction(talk: Page) -> None:
    box(talk).fill("rascunho")
    act_on(talk.locator("#thread .bubble", has_text="Oi!"), "Responder")
    box(talk).press("Escape")
    expect(talk.locator("[data-quote]")).to_be_hidden()
    expect(box(talk)).to_have_value("rascunho")


def test_a_voice_is_recorded_heard_and_sent(desk: Running, talk: Page, phones: list[str]) -> None:
    talk.evaluate(HUM)
    box(talk).fill("rascunho")
    record(talk)
    talk.get_by_role("button", name="Pausar a gravação").click()
    expect(talk.locator("[data-voice=state]")).to_have_text("Em pausa")
    talk.get_by_role("button", name="Continuar a gravar").click()
    expect(talk.locator("[data-voice=time]")).not_to_have_text("0:00")
    talk.get_by_role("button", name="Parar e ouvir").click()
    expect(talk.locator("[data-voice=listen]")).to_be_visible()
    assert talk.evaluate("hum.getTracks().every((one) => one.readyState === 'ended')")
    talk.get_by_role("button", name="Enviar voz").click()
    expect(of_kind(talk, "voice", "out").get_by_role("button", name="Ouvir")).to_be_visible()
    expect(box(talk)).to_have_value("rascunho")
    until(talk, lambda: got(desk, phones[0], "voice"), seconds=30)


def test_a_recording_ends_with_the_conversation_it_was_for(talk: Page) -> None:
    talk.evaluate(HUM)
    record(talk)
    open_talk(talk, "Elza Prado")
    expect(talk.locator("[data-voice=panel]")).to_be_hidden()
    assert talk.evaluate("hum.getTracks().every((one) => one.readyState === 'ended')")
    talk.get_by_role("button", name="Gravar mensagem de voz").click()
    expect(talk.get_by_text("Gravando")).to_be_visible()
    talk.get_by_role("button", name="Descartar a gravação").click()
    expect(talk.locator("[data-voice=panel]")).to_be_hidden()


def test_a_microphone_that_is_refused_is_explained(talk: Page) -> None:
    talk.evaluate(REFUSAL)
    talk.get_by_role("button", name="Gravar mensagem de voz").click()
    told = talk.locator("#composer").get_by_role("alert")
    expect(told).to_contain_text("O navegador não deixou usar o microfone.")


def test_menus_are_walked_by_the_keyboard(talk: Page) -> None:
    talk.get_by_role("button", name="Anexar").press("Enter")
    expect(talk.get_by_role("menuitem", name="Foto ou vídeo")).to_be_focused()
    talk.keyboard.press("ArrowUp")
    expect(talk.get_by_role("menuitem", name="Contato")).to_be_focused()
    talk.keyboard.press("Escape")
    expect(talk.get_by_role("button", name="Anexar")).to_be_focused()
    talk.locator("#thread .bubble", has_text="Oi!").get_by_role(
        "button", name="Mais opções"
    ).focus()
    talk.keyboard.press("Enter")
    expect(talk.get_by_role("menuitem", name="Reagir com 👍")).to_be_focused()
    talk.keyboard.press("ArrowUp")
    expect(talk.get_by_role("menuitem", name="Encaminhar")).to_be_focused()


def test_a_finger_that_stays_asks_what_can_be_done(talk: Page) -> None:
    talk.locator("#thread .bubble", has_text="Oi!").evaluate(LONG_PRESS)
    expect(talk.get_by_role("menuitem", name="Responder")).to_be_visible()


def test_words_that_bring_their_picture_along_are_pasted_as_words(talk: Page) -> None:
    """As office programs copy a cell."""
    taken = talk.evaluate(
        """
        () => {
          const copied = new DataTransfer();
          copied.setData("text/plain", "R$ 10,00");
          copied.items.add(new File(["x"], "image.png", { type: "image/png" }));
          const words = { clipboardData: copied, bubbles: true, cancelable: true };
          const place = document.querySelector("#composer textarea");
          return !place.dispatchEvent(new ClipboardEvent("paste", words));
        }
        """
    )
    assert taken is False
    assert tray(talk) == []


def test_a_sending_can_be_cancelled_and_holds_nothing_back(talk: Page) -> None:
    """An upload that never ends, and a text that waits for it."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    talk.route("**/mensagens/", hold)
    attach(talk, "Documento", PHOTO)
    box(talk).fill("Segue a vitrine")
    box(talk).press("Enter")
    box(talk).fill("Recebeu?")
    box(talk).press("Enter")
    unsent = talk.locator("[id^=unsent-]")
    expect(unsent).to_have_count(2)
    until(talk, lambda: held, seconds=10)
    # The text waits in line: it never left.
    unsent.last.get_by_role("button", name="Cancelar envio").click()
    expect(box(talk)).to_have_value("Recebeu?")
    expect(box(talk)).to_be_focused()
    expect(unsent).to_have_count(1)
    box(talk).fill("")
    unsent.get_by_role("button", name="Cancelar envio").click()
    expect(unsent).to_have_count(0)
    assert tray(talk) == ["vitrine.png"]
    expect(box(talk)).to_have_value("Segue a vitrine")
    talk.unroute("**/mensagens/")
    box(talk).press("Enter")
    expect(of_kind(talk, "document", "out")).to_contain_text("Segue a vitrine")


def test_a_recording_is_sent_by_its_own_button_alone(talk: Page) -> None:
    talk.evaluate(HUM)
    told = talk.locator("#composer").get_by_role("alert")
    box(talk).press("Enter")
    expect(told).to_have_text("Escreva a mensagem antes de enviar.")
    record(talk)
    expect(box(talk)).to_be_hidden()
    expect(talk.get_by_role("button", name="Enviar", exact=True)).to_be_hidden()
    talk.get_by_role("button", name="Descartar a gravação").click()
    expect(box(talk)).to_be_visible()
    expect(talk.get_by_role("button", name="Enviar", exact=True)).to_be_visible()


def test_a_complaint_goes_with_its_cause(talk: Page) -> None:
    attach(talk, "Documento", PHOTO)
    attach(talk, "Documento", payload("vazio.pdf", "application/pdf", b""))
    told = talk.locator("#composer").get_by_role("alert")
    expect(told).to_have_text("“vazio.pdf” está vazio.")
    talk.get_by_role("button", name="Tirar vitrine.png").click()
    expect(told).to_be_empty()


def test_a_place_is_pasted_whole_and_wrong_fields_are_named(talk: Page) -> None:
    talk.get_by_role("button", name="Anexar").click()
    talk.get_by_role("menuitem", name="Localização").click()
    dialog = talk.get_by_role("dialog", name="Enviar localização")
    dialog.get_by_label("Longitude").fill("200")
    dialog.get_by_role("button", name="Enviar localização").click()
    for fault in ("Dê um nome ao lugar", "Informe o endereço.", "Informe a latitude."):
        expect(dialog.get_by_text(fault)).to_be_visible()
    expect(dialog.get_by_text("A longitude vai de -180 a 180 graus")).to_be_visible()
    expect(dialog.get_by_label("Nome do lugar")).to_be_focused()
    for copied in ("-23.5614, -46.6558", "-23,5614; -46,6558"):
        dialog.get_by_label("Latitude").fill("")
        talk.evaluate(PASTE, ["#place-latitude", copied])
        expect(dialog.get_by_label("Latitude")).to_have_value("-23,5614")
        expect(dialog.get_by_label("Longitude")).to_have_value("-46,6558")
    expect(dialog.get_by_text("A longitude vai")).to_be_hidden()


def test_the_keyboard_walks_out_of_a_menu_to_where_it_came_from(talk: Page) -> None:
    opener = talk.locator("#thread .bubble", has_text="Oi!").get_by_role(
        "button", name="Mais opções"
    )
    for way in ("Shift+Tab", "Tab"):
        opener.focus()
        talk.keyboard.press("Enter")
        if way == "Tab":
            talk.get_by_role("menuitem", name="Encaminhar").focus()
        talk.keyboard.press(way)
        expect(talk.locator("#message-menu")).to_be_hidden()
        expect(opener).to_be_focused()


def test_what_waits_need_not_be_sent_and_the_keyboard_stays_with_it(
    desk: Running, talk: Page, phones: list[str]
) -> None:
    with gateway_away(desk):
        for text in ("Um", "Dois"):
            box(talk).fill(text)
            box(talk).press("Enter")
        second = of_kind(talk, "text", "out").filter(has_text="Dois")
        expect(second.locator(".tick")).to_contain_text("Na fila de envio")
        act_on(second, "Não enviar")
        expect(second.locator(".trouble")).to_contain_text("Não enviada")
        second.get_by_role("button", name="Reenviar").press("Enter")
        expect(second.locator(".trouble")).to_have_count(0)
        expect(second).to_be_focused()
        act_on(second, "Não enviar")
        expect(second.locator(".trouble")).to_contain_text("Não enviada")
    until(talk, lambda: got(desk, phones[0], "text"), seconds=30)
    assert [one.text for one in got(desk, phones[0], "text")] == ["Um"]


def test_a_refused_correction_is_where_the_next_one_starts(talk: Page) -> None:
    box(talk).fill("Chega amanha")
    box(talk).press("Enter")
    ours = of_kind(talk, "text", "out")
    expect(ours.locator(".tick")).to_contain_text("Entregue")
    ours.locator("[data-part=amending]").evaluate(REFUSED)
    act_on(ours, "Editar")
    expect(box(talk)).to_have_value("Chega amanhã\ncedo")
