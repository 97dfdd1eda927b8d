"""Every screen, wide and narrow, light and dark: fits, is accessible, complains of nothing.

The screens come from the URLconf: a new address fails until it is looked at here, or named as none.
"""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import Page, expect

from tests.e2e.bustle import Hand
from tests.e2e.glass import open_talk, until
from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.sweep]


class Screen(NamedTuple):
    """A page: who looks at it, its picture's name, and the screen a link leads there from."""

    who: str
    picture: str
    via: str = ""


SCREENS = {
    "login": Screen("", "entrar"),
    "sign_up": Screen("", "cadastro"),
    "terms": Screen("", "termos"),
    "password_reset": Screen("", "esqueci-a-senha"),
    "password_reset_done": Screen("", "senha-enviada"),
    "api_docs": Screen("", "api"),
    "password_reset_confirm": Screen("", "senha-nova"),
    "home": Screen("ana", "inicio"),
    "desk": Screen("ana", "aguardando"),
    "preferences": Screen("ana", "preferencias"),
    "quick_reply_list": Screen("dono", "respostas-rapidas"),
    "quick_reply_new": Screen("dono", "resposta-rapida-nova"),
    "quick_reply_edit": Screen("dono", "resposta-rapida", "quick_reply_list"),
    "password_change": Screen("ana", "trocar-senha"),
    "conversation_new": Screen("ana", "nova-conversa-pagina"),
    "desk_search": Screen("ana", "busca-pagina"),
    "active": Screen("sara", "conversas-ativas"),
    "ticket": Screen("sara", "atendimento-de-outra"),
    "ticket_history": Screen("sara", "historico"),
    "ticket_transfer": Screen("sara", "transferencia-pagina"),
    "ticket_contact": Screen("sara", "editar-contato-pagina"),
    "ticket_close": Screen("sara", "encerramento-pagina"),
    "ticket_tags": Screen("sara", "etiquetas-do-atendimento-pagina"),
    "message_forward": Screen("sara", "encaminhamento-pagina"),
    "contact_merge": Screen("dono", "desfazer-uniao"),
    "order_list": Screen("dono", "pedidos"),
    "order_detail": Screen("dono", "pedido", "order_list"),
    "sale_list": Screen("sara", "vendas"),
    "reports": Screen("sara", "relatorios"),
    "report_tickets": Screen("sara", "relatorio-atendimentos"),
    "report_definitions": Screen("sara", "relatorio-definicoes"),
    "store_settings": Screen("dono", "loja"),
    "close_reason_list": Screen("dono", "motivos"),
    "close_reason_new": Screen("dono", "motivo-novo"),
    "close_reason_edit": Screen("dono", "motivo", "close_reason_list"),
    "tag_list": Screen("dono", "etiquetas"),
    "tag_new": Screen("dono", "etiqueta-nova"),
    "tag_edit": Screen("dono", "etiqueta", "tag_list"),
    "department_list": Screen("dono", "departamentos"),
    "department_new": Screen("dono", "departamento-novo"),
    "department_edit": Screen("dono", "departamento", "department_list"),
    "attendant_list": Screen("dono", "atendentes"),
    "attendant_new": Screen("dono", "atendente-novo"),
    "attendant_self": Screen("dono", "tambem-quero-atender"),
    "attendant_edit": Screen("dono", "atendente", "attendant_list"),
    "instance_list": Screen("dono", "instancias"),
    "instance_edit": Screen("dono", "instancia", "instance_list"),
    "instance_disconnect": Screen("dono", "desconectar", "instance_edit"),
    "instance_remove": Screen("dono", "remover", "instance_edit"),
    "integrity": Screen("dono", "integridade"),
    "source_list": Screen("dono", "integracoes"),
    "source_new": Screen("dono", "integracao-nova"),
    "source_edit": Screen("dono", "integracao", "source_list"),
    "source_remove": Screen("dono", "integracao-remover", "source_edit"),
    "import_new": Screen("dono", "planilha-nova"),
    "import_detail": Screen("dono", "planilha", "source_list"),
    "token_new": Screen("dono", "token-novo"),
    "token_revoke": Screen("dono", "token-revogar"),
    "status_rule_list": Screen("dono", "situacoes"),
    "status_rule_new": Screen("dono", "situacao-nova"),
    "status_rule_edit": Screen("dono", "situacao", "status_rule_list"),
}
# What answers a GET with no page of its own: pieces of one, files, and what machines ask.
PIECES = """
    desk_list desk_counts ticket_header ticket_changes ticket_older ticket_chapter ticket_stretch
    ticket_team ticket_answer ticket_orders quick_reply_offers instance_pairing media
    media_thumbnail media_playable quick_reply_file report_sheet manifest alive ready
    api_openapi api_order_list api_order api_unknown import_model import_progress import_refused
"""
# What only takes POSTs.
VERBS = """
    ticket_messages message_retry message_confirm message_drop message_reaction message_edition
    message_deletion ticket_notes ticket_mentions ticket_location ticket_card media_retry
    ticket_claim ticket_take_over ticket_return ticket_reopen ticket_seen ticket_draft availability
    active_redistribute ticket_order_word quick_reply_delete attendant_self_end attendant_state
    instance_new instance_code parked_replay instance_replay webhook logout order_webhook order_api
    source_key source_pull source_replay delivery_replay status_rule_remove first_steps
    import_start import_remove
"""
_SHEET = """Pedido;Data;Situação;Valor total;Cliente;Celular;Produto;Qtd;Vendedor
20411;12/11/2026 14:30;Pago;1.234,56;Conceição Araújo;(11) 98765-4321;Tênis Corrida 38;1;Léo
20411;;;;;;Meia cano alto;2;
20412;12/11/2026 15:02;Enviado;189,90;João Sebastião de Oliveira;(21) 99876-5432;Bota 40;1;Léo
20413;13/11/2026 09:11;No forno;59,00;Inês;5,51E+12;Chinelo;1;Ana
20414;13/11/2026;Pago;-10,00;Ônix Comércio Ltda;;Sapato;1;Ana
"""
_phones = count(5511991310001)
_lids = count(128000000900001)


def addresses() -> dict[str, list[str]]:
    """The URLconf: what each address is called, and what its path has to be filled with."""
    return dict(_addresses(get_resolver().url_patterns))


def _addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns)
        else:
            yield str(pattern.name or pattern.pattern), list(pattern.pattern.converters)


@pytest.mark.parametrize("kind", ["looked at", "taken for no page"])
def test_no_address_is_left_out(kind: str) -> None:
    named = [*SCREENS, *PIECES.split(), *VERBS.split()]
    assert len(named) == len(set(named)), "an address is named twice"
    if kind == "looked at":
        missing = set(addresses()) - set(named)
        assert not missing, f"{sorted(missing)}: look at them in SCREENS of {__name__}"
    else:
        gone = set(named) - set(addresses())
        assert not gone, f"there is no {sorted(gone)} any more"


def test_what_is_called_no_page_is_none(desk: Running, sign_in: Callable[..., Page]) -> None:
    page = sign_in("dono", at_home=False)
    page.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    open_talk(page, "Mariana Costa")
    known = filling(page)
    for name in (PIECES + VERBS).split():
        path = reverse(name, args=[known.get(part, "1") for part in addresses()[name]])
        told = page.request.get(f"{desk.web}{path[1:]}")
        is_page = told.status == 200 and "<!doctype" in told.text()[:200].lower()
        assert not is_page, f"{name} draws a page: look at it in SCREENS"
        assert (told.status == 405) == (name in VERBS.split()), f"{name} answers {told.status}"


def filling(page: Page) -> dict[str, str]:
    """What the paths about the conversation on screen are filled with."""
    message = page.locator("#thread .bubble").last.get_attribute("id") or ""
    code = page.url.split("?")[0].split("/")[-2]
    return {
        "code": code,
        "message_id": message.removeprefix("message-"),
        "gateway_name": "evolution",
    }


@pytest.fixture
def visit(
    desk: Running,
    sign_in: Callable[..., Page],
    open_window: Callable[..., Page],
    eye: Eye,
    complaints: list[str],
) -> Iterator[Callable[[str], Page]]:
    """Go to these screens as the person who looks at them, and judge each."""
    pages: dict[str, Page] = {}

    def page_of(who: str) -> Page:
        if who not in pages:
            pages[who] = sign_in(who, **eye.window) if who else open_window(**eye.window)
        return pages[who]

    def go(route: str, path: str = "") -> Page:
        page = page_of(SCREENS[route].who)
        lead(desk, page, route, path)
        eye.look(page, SCREENS[route].picture)
        return page

    yield go
    assert complaints == []


def lead(desk: Running, page: Page, route: str, path: str) -> None:
    """Open a screen by its address, or by the link there is to it."""
    if via := SCREENS[route].via:
        lead(desk, page, via, "")
        found = page.locator("main a[href]").evaluate_all("all => all.map((one) => one.pathname)")
        path = next(one for one in found if resolve(one).url_name == route)
    page.goto(f"{desk.web}{(path or reverse(route))[1:]}")
    assert resolve(page.evaluate("location.pathname")).url_name == route


def without_objects(*who: str) -> list[str]:
    """The screens of these people that their address alone leads to, or a link."""
    about_one = addresses()
    return [
        route
        for route, screen in SCREENS.items()
        if screen.who in who and (screen.via or not about_one[route])
    ]


def test_the_door(visit: Callable[..., Page], desk: Running, eye: Eye) -> None:
    for route in without_objects(""):
        page = visit(route)
    path = reset_path(desk, page)
    page = visit("password_reset_confirm", path)
    page.goto(f"{desk.web}{reverse('password_reset_confirm', args=['MQ', 'velho'])[1:]}")
    eye.look(page, "senha-link-vencido")
    page.goto(f"{desk.web}cadastro/")
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("alert")).to_be_visible()
    eye.look(page, "cadastro-incompleto")


def reset_path(desk: Running, page: Page) -> str:
    """Ask for a new password, and read the mail."""
    path = re.compile(r"/senha/[\w-]+/[\w-]+/")

    def mailed() -> list[str]:
        logs = [child.log.read_text() for child in desk.children.values()]
        return [one for log in logs for one in path.findall(log)]

    before = len(mailed())
    page.goto(f"{desk.web}senha/")
    page.get_by_label("E-mail").fill("caio@aurora.demo")
    page.get_by_role("button").click()
    until(page, lambda: len(mailed()) > before, seconds=30)
    return mailed()[-1]


def test_everybodys_screens(visit: Callable[..., Page], stocked: None) -> None:
    for route in without_objects("ana", "sara"):
        visit(route)


def test_the_admins_screens(
    desk: Running, visit: Callable[..., Page], stocked: None, eye: Eye
) -> None:
    for route in without_objects("dono"):
        page = visit(route)
    page.goto(f"{desk.web}{reverse('attendant_new')[1:]}")
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.get_by_text("Marque pelo menos um departamento.")).to_be_visible()
    eye.look(page, "atendente-incompleto")
    page = visit("source_list")
    page.get_by_role("link", name="Editar Aurora Calçados").click()
    page.get_by_role("button", name="Gerar a chave").click()
    expect(page.get_by_label("Chave", exact=True)).to_be_visible()
    eye.look(page, "integracao-chave")
    look_at_tokens(desk, visit, page, eye)
    look_over_a_spreadsheet(desk, page, eye)


def look_at_tokens(desk: Running, visit: Callable[..., Page], page: Page, eye: Eye) -> None:
    """Set the JSON API up, make a token, and come to revoke it."""
    page.goto(f"{desk.web}{reverse('source_new')[1:]}")
    page.get_by_label("API JSON").check()
    page.get_by_label("Nome").fill("ERP da Aurora")
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("link", name="Novo token").click()
    visit("token_new", str(page.evaluate("location.pathname")))
    page.get_by_label("Nome").fill("Programa do estoque")
    page.get_by_label("Ler pedidos").check()
    page.get_by_label("Gravar pedidos").check()
    page.get_by_role("button", name="Criar token").click()
    expect(page.get_by_label("Token", exact=True)).to_be_visible()
    eye.look(page, "token-criado")
    page.get_by_role("link", name="Já copiei").click()
    revoke = page.get_by_role("link", name="Revogar Programa do estoque")
    expect(revoke).to_be_visible()
    eye.look(page, "integracao-api")
    visit("token_revoke", str(revoke.evaluate("link => link.pathname")))


def look_over_a_spreadsheet(desk: Running, page: Page, eye: Eye) -> None:
    """Hand a file in, see what it would become, and think better of it."""
    page.goto(f"{desk.web}{reverse('import_new')[1:]}")
    page.locator("input[type=file]").set_input_files(
        files={"name": "pedidos.csv", "mimeType": "text/csv", "buffer": _SHEET.encode("cp1252")}
    )
    page.get_by_role("button", name="Conferir").click()
    expect(page.get_by_text("Linha 6")).to_be_visible()
    expect(page.get_by_text("Windows-1252")).to_be_visible()
    eye.look(page, "planilha-conferencia")
    page.get_by_role("button", name="Descartar").click()
    expect(page.get_by_text("Nada foi importado dela.")).to_be_visible()


def test_the_screens_of_a_conversation(
    desk: Running, visit: Callable[..., Page], stocked: None
) -> None:
    page = visit("active")
    page.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    open_talk(page, "Rafael Junqueira")
    known = filling(page)
    for route, parts in addresses().items():
        if route in SCREENS and SCREENS[route].who == "sara" and parts:
            visit(route, reverse(route, args=[known[part] for part in parts]))


def test_a_union_that_can_be_undone(desk: Running, visit: Callable[..., Page]) -> None:
    phone, lid = str(next(_phones)), str(next(_lids))
    desk.simulator.phone(phone, name="Marta Siqueira")
    desk.simulator.receive(phone, "Do telefone")
    desk.simulator.receive(
        phone, "De número oculto", addressing="lid_only", lid=lid, name="Oculta Siqueira"
    )
    page = visit("instance_list")
    page.goto(f"{desk.web}sac/atendimento/")
    open_talk(page, "Marta Siqueira")
    desk.simulator.receive(phone, "Sou eu", addressing="lid", lid=lid, name="Marta Siqueira")
    link = page.locator("#contact-card a", has_text="Desfazer união")
    expect(link).to_be_attached()
    path = str(link.evaluate("link => link.pathname"))
    visit("contact_merge", path)
    hand = Hand(desk, page.context)
    assert hand.post(path.split("/")[3], "encerramento")
    hand.close()
