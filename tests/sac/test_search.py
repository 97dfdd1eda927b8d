"""Busca: what is found, in which order, and for whom."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac import search as searching
from sac.models import Contact, Message, Ticket
from sac.snippets import snippet
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, send
from tests.sac.board import type_on_phone
from tests.sac.pages import Page, read

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)


def find(actor: Actor, text: str, **query: str) -> Page:
    address = f"/sac/atendimento/busca/?{urlencode({'q': text, **query})}"
    answer = actor.client.get(address, headers=HTMX)
    assert answer.status_code == 200
    return read(answer)


def said(actor: Actor, text: str, **query: str) -> list[str]:
    """What was found of messages, as it is shown."""
    return _lines(find(actor, text, **query))


def _lines(page: Page) -> list[str]:
    return [" ".join(one.text.split()) for one in page.find(class_="hit-text")]


def people(actor: Actor, text: str) -> list[str]:
    page = find(actor, text)
    return [one.attributes["id"] for one in page.find("a") if "hit-person" in one.attributes["id"]]


def note_of(actor: Actor, text: str) -> str:
    return find(actor, text).find("p", class_="found-note")[0].text


@pytest.mark.parametrize(
    "typed", ["caminhão", "CAMINHAO", "camin", "azul caminhao", "caminhão, azul!", "“azul”"]
)
def test_words_are_found_by_their_beginnings_without_accents_and_case(
    shop: Shop, ana: Actor, typed: str
) -> None:
    ticket = shop.hears("Quero o Caminhão azul-marinho", department=shop.support)
    shop.hears("Quero o carrinho azul", department=shop.support)
    if typed != "“azul”":
        assert said(ana, typed) == ["Quero o Caminhão azul-marinho"]
    else:
        assert len(said(ana, typed)) == 2
    link = find(ana, "caminhao").find("a", class_="hit-said")[0]
    message = ticket.messages.get()
    assert link.attributes["href"] == f"/sac/atendimento/{ticket.code}/#message-{message.pk}"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Meu e-mail é joao.silva@loja.com.br", "silva"),
        ("veja https://loja.test/produto_9/azul", "produto"),
        ("o pedido 2026-000123 chegou", "000123"),
        ("R$1.234,56 no pix", "234"),
        ("O preço é 50%", "50%"),
        ("d'água", "agua"),
        ("a\\b|c&d", "c&d"),
    ],
)
def test_signs_part_words(shop: Shop, ana: Actor, text: str, typed: str) -> None:
    shop.hears(text, department=shop.support)
    assert said(ana, typed) == [text]


def test_a_text_of_very_many_words_is_stored_and_found_by_its_beginning(
    shop: Shop, ana: Actor
) -> None:
    text = " ".join(f"palavra{number}" for number in range(90_000))
    ticket = shop.hears(text, department=shop.support)
    assert ticket.messages.get().text == text
    assert len(said(ana, "palavra7")) == 1
    assert said(ana, "palavra89999") == []


@pytest.mark.parametrize("typed", ["", " ", "a", "😀", "%", "'", '"', "':*", "\\", "\0", "&|!()"])
def test_too_little_to_look_for_is_said(shop: Shop, ana: Actor, typed: str) -> None:
    shop.hears("a 😀 % '", department=shop.support)
    told = note_of(ana, typed)
    assert told.startswith("Digite ao menos 2" if typed.strip() else "Busque por nome")


@pytest.mark.parametrize(
    "typed", ["nada disso", "oi' & 'x':*", "x" * 500, "<b>oi</b>;--", "2026-0009", "9" * 40, "½½"]
)
def test_nothing_found_is_said_with_what_was_typed(shop: Shop, ana: Actor, typed: str) -> None:
    assert "Nada encontrado para" in note_of(ana, typed)


def test_what_was_said_is_marked_and_never_markup(shop: Shop, ana: Actor) -> None:
    shop.hears("<b>Ação</b> & <script>acao()</script>", department=shop.support)
    page = find(ana, "acao")
    assert [one.text for one in page.find("mark")] == ["Ação", "acao"]
    assert not page.find("script")
    assert said(ana, "acao") == ["<b>Ação</b> & <script>acao()</script>"]


def test_the_newest_come_first_page_by_page(shop: Shop, ana: Actor) -> None:
    ticket = None
    for number in range(45):
        with clock.at(NOON + timedelta(minutes=number)):
            ticket = shop.hears(f"frete {number}", phone="+5511987650001", department=shop.support)
    assert ticket
    shown = said(ana, "frete")
    assert shown == [f"frete {44 - place}" for place in range(20)]
    page, found = find(ana, "frete"), list(shown)
    while more := page.find("a", class_="hit-more"):
        answer = ana.client.get(more[0].attributes["href"], headers=HTMX)
        page = read(answer)
        found += _lines(page)
    assert found == [f"frete {44 - place}" for place in range(45)]


def test_a_word_that_many_messages_have_is_found_the_same(
    shop: Shop, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        with clock.at(NOON + timedelta(minutes=number)):
            shop.hears(f"Olá {number}", department=shop.support)
    few = said(ana, "ola")
    monkeypatch.setattr(searching, "COMMON", 0)
    for walked in (0, 3, 4, 4_000):
        monkeypatch.setattr(searching, "WALKED", walked)
        for page in (3, 20):
            monkeypatch.setattr(searching, "PAGE", page)
            assert said(ana, "ola") == few[:page]
    assert few == [f"Olá {5 - place}" for place in range(6)]


# --- Only what one may see -----------------------------------------------------------------------


def test_nobody_finds_what_they_may_not_see(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor, dono: Actor, eva: Actor
) -> None:
    ticket = shop.hears("segredo de vendas", name="Zulmira", department=shop.sales)
    for actor in (ana, eva):
        assert (said(actor, "segredo"), people(actor, "zulmira")) == ([], [])
        assert not find(actor, ticket.code).find("a", class_="hit")
        assert people(actor, ticket.conversation.contact.phone) == []
    for actor in (bia, sara, dono):
        assert said(actor, "segredo") == ["segredo de vendas"]
        assert len(people(actor, "zulmira")) == 1
        assert len(find(actor, ticket.code).find("a", class_="hit")) == 1


def test_who_took_part_finds_it_when_it_is_closed(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    ticket = shop.hears("conversa antiga", department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    assert said(ana, "antiga") == []
    do(bia, now_of(ticket), "posse")
    do(bia, ticket, "encerramento")
    assert said(ana, "antiga") == said(bia, "antiga") == ["conversa antiga"]
    assert said(shop.hire("Caio", shop.support), "antiga") == []


def test_what_was_said_outside_a_ticket_is_found_with_its_chapter(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "encerramento")
    type_on_phone(shop, ticket, "depois, pelo celular")
    assert said(ana, "celular") == ["Loja: depois, pelo celular"]
    assert said(bia, "celular") == []
    assert ticket.code in find(ana, "celular").find("a", class_="hit-said")[0].attributes["href"]


@pytest.mark.parametrize("is_kept", [True, False])
def test_deleted_texts_are_found_as_the_store_keeps_them(
    shop: Shop, ana: Actor, is_kept: bool
) -> None:
    shop.store.shows_deleted = is_kept
    shop.store.save()
    shop.hears("apagada depois", department=shop.support)
    Message.objects.update(deleted_at=NOON)
    assert said(ana, "apagada") == (["apagada depois"] if is_kept else [])


# --- Contacts and codes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("conceição", "CONCEICAO", "maria con", "mc@loja", "maria.c"),
        *("(11) 98765-4321", "11987654321", "+55 11 98765 4321", "8765-4321", "011 98765-4321"),
    ],
)
def test_a_contact_is_found_by_name_mail_and_phone_in_any_spelling(
    shop: Shop, ana: Actor, typed: str
) -> None:
    ticket = shop.hears(name="Maria Conceição", phone="+5511987654321", department=shop.support)
    mail = "maria.c@loja.test" if typed == "maria.c" else "mc@loja.test"
    Contact.objects.filter(pk=ticket.conversation.contact_id).update(email=mail)
    shop.hears(name="Outra", phone="+5511912345678", department=shop.support)
    assert people(ana, typed) == [f"hit-person-{ticket.conversation.contact_id}"]


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("52998224725", "52998224725"),
        ("52998224725", "529.982.247-25"),
        ("12ABC34501DE35", "12abc34501de35"),
        ("12ABC34501DE35", "12.ABC.345/01DE-35"),
    ],
)
def test_a_contact_is_found_by_its_whole_cpf_or_cnpj_in_its_own_store(
    shop: Shop, other_shop: Shop, ana: Actor, bia: Actor, eva: Actor, kept: str, typed: str
) -> None:
    ticket = shop.hears(name="Maria Conceição", department=shop.support)
    Contact.objects.filter(pk=ticket.conversation.contact_id).update(tax_id=kept)
    shop.hears(name="Outra", phone="+5511912345678", department=shop.support)
    assert people(ana, typed) == [f"hit-person-{ticket.conversation.contact_id}"]
    assert people(bia, typed) == people(eva, typed) == []
    assert people(ana, typed[:-1]) == []


def test_a_contact_leads_to_the_newest_ticket_one_may_see(
    shop: Shop, ana: Actor, dono: Actor
) -> None:
    first = shop.hears(name="Zulmira", phone="+5511987654321", department=shop.support)
    do(ana, first, "posse")
    do(ana, first, "encerramento")
    second = shop.hears("De novo", name="Zulmira", phone="+5511987654321", department=shop.sales)
    for actor, ticket in ((ana, first), (dono, second)):
        links = [one.attributes["href"] for one in find(actor, "zulmira").find("a")]
        assert f"/sac/atendimento/{ticket.code}/" in links


@pytest.mark.parametrize("spelling", ["whole", "number", "padded", " spaced "])
def test_a_code_is_found_whole_or_by_its_number(shop: Shop, ana: Actor, spelling: str) -> None:
    ticket = shop.hears(department=shop.support)
    number = ticket.code.partition("-")[2]
    typed = {"number": f"{int(number):02d}", "padded": number, " spaced ": f" {ticket.code} "}
    page = find(ana, typed.get(spelling, ticket.code))
    assert f"hit-code-{ticket.pk}" in [one.attributes["id"] for one in page.find("a")]


# --- In one conversation -------------------------------------------------------------------------


def test_it_may_be_narrowed_to_one_conversation(shop: Shop, ana: Actor, bia: Actor) -> None:
    ticket = shop.hears("frete daqui", department=shop.support)
    shop.hears("frete dali", department=shop.support)
    send(ana, ticket, "o frete é grátis")
    assert said(ana, "frete", conversa=ticket.code) == ["Loja: o frete é grátis", "frete daqui"]
    address = f"/sac/atendimento/busca/?q=frete&conversa={ticket.code}"
    assert bia.client.get(address, headers=HTMX).status_code == 404


def test_it_is_a_page_of_its_own_without_a_script(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("frete grátis?", department=shop.support)
    page = read(ana.client.get("/sac/atendimento/busca/?q=frete"))
    assert page.find("input", name="q")[0].attributes["value"] == "frete"
    assert not page.find(role="option")
    assert ticket.code in page.find("a", class_="hit-said")[0].attributes["href"]


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1", f"{2**70}-1", "1-9999999999999999999"])
def test_a_cursor_that_is_none_means_the_beginning(shop: Shop, ana: Actor, cursor: str) -> None:
    shop.hears("frete", department=shop.support)
    assert said(ana, "frete", antes=cursor) == ["frete"]


def test_it_costs_the_same_however_much_is_found(shop: Shop, ana: Actor) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            find(ana, "11 frete")
        return len(asked)

    shop.hears("11 frete", name="Frete 11", department=shop.support)
    first = queries()
    for number in range(30):
        shop.hears(f"11 frete {number}", name=f"Frete 11 {number}", department=shop.support)
    assert queries() == first
    assert Ticket.objects.count() == 31


def test_a_snippet_begins_shortly_before_what_was_found() -> None:
    line = "palavra " * 30 + "AÇÚCAR " + "depois " * 30
    pieces = snippet(line, ["acucar"])
    assert pieces[0].text == "…"
    assert [one.text for one in pieces if one.is_hit] == ["AÇÚCAR"]
    assert len("".join(one.text for one in pieces)) <= 170
    assert [one.text for one in snippet("ﬁm do pré-pago", ["pre", "fim"])] == [
        "ﬁm",
        " do ",
        "pré",
        "-pago",
    ]
