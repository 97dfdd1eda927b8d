"""What screens look like in between: windows, menus, bars, and whatever may be missing."""

import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from sac import demo
from tests.e2e.bustle import go_home
from tests.e2e.glass import box, open_talk, row
from tests.e2e.kinds import act_on, attach, of_kind, payload, say_everything
from tests.e2e.looking import Eye
from tests.e2e.test_composing import HUM
from tests.running import Running
from tests.sac.media.corpus import PDF

pytestmark = [pytest.mark.browser, pytest.mark.sweep]

SignIn = Callable[..., Page]
Write = Callable[[str], str]
# In one go: figures that are counted anew meanwhile would overwrite it.
_LONG_MEANS = """
() => {
  const [first, handling] = [...document.querySelectorAll("#figures dd")].slice(-2);
  [first.textContent, handling.textContent] = ["12 h 05 min", "112 h 30 min"];
  const words = [...document.querySelectorAll("#figures dt, #figures dd")];
  const line = Math.min(...words.map((word) => word.offsetHeight));
  return words.filter((word) => word.offsetHeight > line * 1.9).map((word) => word.textContent);
}
"""
# What a line had no room for.
_CUT = """
() => [...document.querySelectorAll("#lines-chip, #chat-head .clip")]
  .filter((line) => line.checkVisibility() && line.scrollWidth > line.clientWidth)
  .map((line) => line.textContent)
"""
# A page at a time, two panes, three panes.
_BETWEEN = (480, 768, 899, 900, 1024, 1200, 1279, 1280)


@pytest.fixture
def ana(
    desk: Running, sign_in: SignIn, eye: Eye, phones: list[str], complaints: list[str]
) -> Iterator[Page]:
    """Ana at the desk, in front of this window."""
    page = sign_in("ana", **eye.window, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    yield page
    go_home(desk, page.context, phones)
    assert [line for line in complaints if "422" not in line] == []


def window_of(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


@pytest.fixture
def strict(desk: Running, stocked: None) -> Iterator[None]:
    """Whoever closes a conversation has to say why."""
    change = "UPDATE accounts_store SET requires_close_reason = %s WHERE name = %s"
    with psycopg.connect(desk.database_url, autocommit=True) as rows:
        rows.execute(change, [True, demo.STORE])
        yield
        rows.execute(change, [False, demo.STORE])


def take(page: Page, name: str) -> None:
    open_talk(page, name)
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)


def to_contact(page: Page, eye: Eye) -> None:
    """Where it is no pane, the contact is a page."""
    if eye.is_narrow:
        page.get_by_role("link", name="Ver contato e histórico").click()
    expect(page.get_by_role("heading", name="Histórico de Atendimento")).to_be_visible()


def test_the_list_and_its_filters(desk: Running, ana: Page, eye: Eye) -> None:
    assert ana.evaluate(_CUT) == []
    ana.get_by_role("button", name="Mais filtros e ordem").click()
    eye.look(ana, "filtros")
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Sua conta").click()
    eye.look(ana, "conta")
    ana.keyboard.press("Escape")
    ana.goto(f"{desk.web}sac/atendimento/?situacao=encerradas")
    eye.look(ana, "encerradas")
    ana.goto(
        f"{desk.web}sac/atendimento/?situacao=em-aberto&resposta=pendente&novas=sim&quem=minhas"
    )
    expect(ana.locator("#filters-clear")).to_be_visible()
    eye.look(ana, "filtrado")
    ana.goto(f"{desk.web}sac/atendimento/?numeros=satisfacao")
    eye.look(ana, "lista-de-um-numero")
    ana.keyboard.press("?")
    expect(window_of(ana, "Atalhos de teclado")).to_be_visible()
    eye.look(ana, "atalhos")


def test_no_word_of_the_figures_is_broken(ana: Page, eye: Eye) -> None:
    assert ana.evaluate(_LONG_MEANS) == []
    assert ana.evaluate("document.documentElement.scrollWidth") <= eye.viewport["width"]


def test_a_conversation_and_its_contact(desk: Running, ana: Page, eye: Eye) -> None:
    ana.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    open_talk(ana, "Mariana Costa")
    expect(ana.get_by_role("log")).to_contain_text("Consegue ver se já foi postado?")
    eye.look(ana, "atendimento")
    for width in (eye.viewport["width"], *(() if eye.is_narrow else _BETWEEN)):
        ana.set_viewport_size({"width": width, "height": 740})
        assert ana.evaluate(_CUT) == [], f"cut at {width} px"
    ana.set_viewport_size(eye.viewport)  # type: ignore[arg-type]
    to_contact(ana, eye)
    eye.look(ana, "contato")
    ana.get_by_role("link", name="Editar contato").click()
    form = ana.get_by_role("form", name="Editar contato")
    form.get_by_label("E-mail").fill("mariana@")
    form.get_by_label("CPF/CNPJ").fill("529.982.247-24")
    eye.look(ana, "editar-contato")
    form.get_by_role("button", name="Salvar").click()
    expect(form).to_contain_text("Informe um endereço de email válido.")
    expect(form).to_contain_text("CPF ou CNPJ inválido: confira os dígitos.")
    expect(form.get_by_label("E-mail")).to_be_focused()
    expect(form.get_by_label("E-mail")).to_have_value("mariana@")
    eye.look(ana, "editar-contato-errado")


def test_search(ana: Page, eye: Eye, customer: Write) -> None:
    customer("Berenice Alvim")
    expect(row(ana, "Berenice Alvim")).to_be_visible()
    ana.get_by_role("link", name="Buscar").first.click()
    window = window_of(ana, "Busca")
    expect(window).to_contain_text("Busque por nome")
    eye.look(ana, "busca")
    window.get_by_role("combobox").fill("zzyzx")
    expect(window).to_contain_text("Nada encontrado")
    eye.look(ana, "busca-sem-resultado")
    window.get_by_role("combobox").fill("a")
    expect(window).to_contain_text("Digite ao menos 2 letras")
    window.get_by_role("combobox").fill("oi")
    expect(window.get_by_role("option").first).to_be_visible()
    eye.look(ana, "busca-com-resultados")


def test_a_new_conversation(desk: Running, ana: Page, eye: Eye, customer: Write) -> None:
    phone = customer("Noêmia Rangel")
    expect(row(ana, "Noêmia Rangel")).to_be_visible()
    ana.get_by_role("link", name="Nova conversa").click()
    window = window_of(ana, "Nova conversa")
    expect(window).to_be_visible()
    eye.look(ana, "nova-conversa")
    window.get_by_label("Telefone do cliente").fill("98765")
    window.get_by_role("button", name="Começar conversa").click()
    expect(window).to_contain_text("Confira o telefone")
    eye.look(ana, "nova-conversa-errada")
    window.get_by_label("Telefone do cliente").fill(phone)
    window.get_by_role("button", name="Começar conversa").click()
    expect(window).to_contain_text("Este cliente já tem um atendimento")
    eye.look(ana, "nova-conversa-ja-existe")


def test_what_one_writes_with(
    desk: Running, ana: Page, eye: Eye, stocked: None, customer: Write
) -> None:
    customer("Dalva Rios")
    open_talk(ana, "Dalva Rios")
    eye.look(ana, "espiando")
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    box(ana).press_sequentially("/")
    expect(ana.locator("#offers > li").first).to_be_visible()
    eye.look(ana, "respostas-sugeridas")
    box(ana).press("Escape")
    box(ana).fill("")
    ana.get_by_role("button", name="Emojis").first.click()
    expect(ana.get_by_placeholder("Buscar emoji")).to_be_visible()
    eye.look(ana, "emojis")
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Nota interna").click()
    note = ana.get_by_role("textbox", name="Nota interna sobre")
    note.press_sequentially("Cliente antiga, @")
    expect(ana.locator("#offers > li").first).to_be_visible()
    eye.look(ana, "citar-na-nota")
    note.press("Enter")
    note.press_sequentially("veja por favor")
    ana.get_by_role("button", name="Salvar nota").click()
    expect(ana.locator("#thread .is-note")).to_contain_text("Cliente antiga")
    eye.look(ana, "nota")
    ana.evaluate(HUM)
    ana.get_by_role("button", name="Gravar mensagem de voz").click()
    expect(ana.get_by_text("Gravando")).to_be_visible()
    eye.look(ana, "gravando")
    ana.get_by_role("button", name="Descartar a gravação").click()


def test_windows_of_a_conversation(ana: Page, eye: Eye, stocked: None, customer: Write) -> None:
    customer("Ester Galvão")
    take(ana, "Ester Galvão")
    act_on(ana.locator("#thread .bubble", has_text="Oi!"), "Encaminhar")
    window = window_of(ana, "Encaminhar mensagem")
    expect(window).to_be_visible()
    eye.look(ana, "encaminhar")
    window.get_by_role("button", name="Encaminhar").click()
    expect(window).to_contain_text("Escolha a conversa.")
    eye.look(ana, "encaminhar-sem-destino")
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Anexar").click()
    ana.get_by_role("menuitem", name="Localização").click()
    window_of(ana, "Enviar localização").get_by_role("button", name="Enviar").click()
    eye.look(ana, "localizacao-incompleta")
    ana.keyboard.press("Escape")
    to_contact(ana, eye)
    ana.get_by_role("link", name="Mudar etiquetas").click()
    window_of(ana, "Etiquetas").get_by_role("checkbox", name="Troca").check()
    eye.look(ana, "etiquetas-do-atendimento")
    window_of(ana, "Etiquetas").get_by_role("button", name="Salvar").click()
    expect(ana.locator("#ticket-tags")).to_contain_text("Troca")
    eye.look(ana, "contato-com-etiqueta")


def test_closing_and_its_undoing(ana: Page, eye: Eye, strict: None, customer: Write) -> None:
    customer("Fausto Meira")
    take(ana, "Fausto Meira")
    ana.get_by_role("link", name="Transferir").click()
    expect(window_of(ana, "Transferir atendimento")).to_be_visible()
    eye.look(ana, "transferir")
    window_of(ana, "Transferir atendimento").get_by_role("button", name="Transferir").click()
    expect(window_of(ana, "Transferir atendimento")).to_contain_text("Escolha um departamento")
    eye.look(ana, "transferir-sem-destino")
    ana.keyboard.press("Escape")
    ana.clock.install()
    ana.clock.set_fixed_time(ana.evaluate("Date.now() / 1_000"))
    ana.get_by_role("link", name="Encerrar Atendimento").click()
    window = window_of(ana, "Encerrar Atendimento")
    close = window.get_by_role("button", name=re.compile("encerrar|sem mensagem"))
    reason = window.get_by_label("Motivo")
    reason.select_option(label="Comprou")
    eye.look(ana, "encerrar")
    reason.select_option(label="Escolha o motivo")
    close.click()
    expect(window).to_contain_text("Escolha o motivo do encerramento.")
    eye.look(ana, "encerrar-sem-motivo")
    reason.select_option(label="Comprou")
    close.click()
    expect(ana.locator("#undo button")).to_be_visible()
    eye.look(ana, "desfazer")


def test_what_colleagues_see_of_each_other(
    desk: Running, sign_in: SignIn, ana: Page, eye: Eye, customer: Write
) -> None:
    customer("Gilda Pontes")
    take(ana, "Gilda Pontes")
    sara = sign_in("sara", **eye.window, at_home=False)
    sara.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    # On a phone a notice may stand before the last rows of the list, for a while.
    expect(sara.locator("#notices .notice")).to_have_count(0)
    open_talk(sara, "Gilda Pontes")
    box(ana).press_sequentially("Bom dia")
    expect(sara.locator("#writers")).to_contain_text("está escrevendo")
    expect(sara.locator("#viewers")).to_contain_text("Ana")
    eye.look(sara, "com-quem-mais")
    sara.keyboard.press("Escape")
    expect(sara.locator("#chat")).to_have_count(0)
    hand_over(ana, "Sara", "Ela quer falar com a gerência")
    expect(sara.locator("#alerts .alert")).to_contain_text("transferiu Gilda Pontes para você")
    eye.look(sara, "aviso-de-transferencia")
    redistribute(desk, sara, eye)


def hand_over(page: Page, to: str, note: str) -> None:
    page.get_by_role("link", name="Transferir").click()
    window = window_of(page, "Transferir atendimento")
    window.get_by_role("radio", name=re.compile(f"^{to}")).check()
    window.get_by_label("Nota para quem recebe").fill(note)
    window.get_by_role("button", name="Transferir").click()
    expect(window).to_be_hidden()


def redistribute(desk: Running, page: Page, eye: Eye) -> None:
    """From the supervisor's list back to the queue, at the second try."""
    page.goto(f"{desk.web}sac/ativas/")
    page.get_by_role("checkbox", name="Marcar Gilda Pontes").check()
    hand_on = page.get_by_role("button", name="Passar adiante")
    hand_on.click()
    expect(page.locator(".hand-on .field-error")).to_be_visible()
    eye.look(page, "conversas-ativas-sem-destino")
    page.get_by_label("Passar para").select_option(label="Devolver à fila do departamento")
    hand_on.click()
    expect(page.locator(".outcomes")).to_contain_text("passou adiante.")
    eye.look(page, "conversas-ativas-passadas")


def test_everything_a_message_can_be(desk: Running, ana: Page, eye: Eye, customer: Write) -> None:
    phone = customer("Rita Siqueira")
    say_everything(desk, phone)
    desk.simulator.receive(phone, "É isso")
    # All of the thread at once.
    tall, usual = {**eye.viewport, "height": 3600}, eye.viewport
    ana.set_viewport_size(tall)  # type: ignore[arg-type]
    open_talk(ana, "Rita Siqueira")
    expect(ana.get_by_role("log")).to_contain_text("É isso")
    expect(ana.get_by_text("Baixando…")).to_have_count(0)
    eye.look(ana, "tipos")
    ana.set_viewport_size(usual)  # type: ignore[arg-type]
    attach(ana, "Documento", payload("nota.pdf", "application/pdf", PDF))
    act_on(ana.locator("#thread .bubble", has_text="É isso"), "Responder")
    eye.look(ana, "anexos")
    ana.get_by_role("button", name="Anexar").click()
    eye.look(ana, "anexar")
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(ana.get_by_role("button", name="Assumir")).to_have_count(0)
    last = ana.locator("#thread .bubble", has_text="É isso")
    last.get_by_role("button", name="Mais opções").click()
    eye.look(ana, "opcoes")
    ana.keyboard.press("Escape")
    of_kind(ana, "image").locator("[data-view]").click()
    eye.look(ana, "foto")


def test_a_store_that_has_nothing_yet(
    desk: Running, open_window: Callable[..., Page], eye: Eye, complaints: list[str]
) -> None:
    page = open_window(**eye.window)
    page.goto(f"{desk.web}cadastro/")
    page.get_by_label("Nome da loja").fill("Violeta Modas")
    page.get_by_label("Nome completo").fill("Rita Violeta")
    page.get_by_label("E-mail").fill(f"rita-{eye.size}@violeta.test")
    page.get_by_label("Senha").fill("violeta-azul-42")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("heading", name=re.compile("Rita"))).to_be_visible()
    eye.look(page, "loja-nova-inicio")
    for address, name in {
        "sac/atendimento/": "atendimento",
        "sac/ativas/": "conversas-ativas",
        "sac/departamentos/": "departamentos",
        "sac/departamentos/novo/": "departamento-novo",
        "sac/atendentes/": "atendentes",
        "sac/atendentes/novo/": "atendente-novo",
        "sac/respostas-rapidas/": "respostas-rapidas",
        "configuracoes/motivos/": "motivos",
        "configuracoes/etiquetas/": "etiquetas",
        "automacao/sincronizar-whatsapp/": "instancias",
    }.items():
        page.goto(f"{desk.web}{address}")
        eye.look(page, f"loja-nova-{name}")
    assert complaints == []
