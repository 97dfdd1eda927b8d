"""Everything a message can be, as a bubble: the same by page, push and catch-up, and inert."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automacao.gateways.port import Kind, Unshown
from sac import thread
from sac.forms import LocationForm
from sac.models import Message, Ticket
from sac.templatetags.desk_kinds import (
    call_words,
    doable,
    fitted,
    https_only,
    map_address,
    money,
    played_for,
    point,
    unshown_words,
)
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX
from tests.sac.board import put_message
from tests.sac.every_kind import EVIL, FACTS, MIMES, put_every_kind, put_file, put_kind
from tests.sac.pages import Element, Page, read


def shown(actor: Actor, ticket: Ticket) -> Page:
    return read(actor.client.get(f"/sac/atendimento/{ticket.code}/", headers=HTMX))


def bubble(page: Page, message: Message) -> Element:
    return page.find("li", id=f"message-{message.pk}")[0]


def put_named(ticket: Ticket, name: str, *, direction: str = "in") -> Message:
    """A document of this name."""
    message = put_kind(ticket, "document", direction=direction, state="read")
    message.media.filename = name
    message.media.save()
    return message


def words(element: Element) -> str:
    return " ".join(element.text.split())


def shown_alone(actor: Actor, ticket: Ticket, message: Message) -> str:
    return words(bubble(shown(actor, ticket), message))


@pytest.mark.parametrize(
    ("kind", "said"),
    {
        "image": "Visualização única",
        "document": "Baixar",
        "location": "Abrir no mapa",
        "contact": "(11) 98765-4321",
        "poll": "Enquete · mais de uma resposta",
        "choice": "Escolheu:",
        "order": "Pedido · 3 itens",
        "product": "R$ 249,90",
        "unsupported": "Veja no celular.",
        "call": "Ligação de voz perdida",
        "text": "Encaminhada",
    }.items(),
)
def test_a_kind_says_what_it_is(shop: Shop, ana: Actor, anas: Ticket, kind: str, said: str) -> None:
    assert said in shown_alone(ana, anas, put_kind(anas, kind))


def test_nothing_a_stranger_writes_acts(shop: Shop, ana: Actor, anas: Ticket) -> None:
    put_every_kind(anas)
    answer = ana.client.get(f"/sac/atendimento/{anas.code}/", headers=HTMX)
    page = read(answer)
    handlers = [name for one in page.elements for name in one.attributes if name.startswith("on")]
    assert handlers == []
    assert [one for one in page.find("img") if one.attributes["src"] == "x"] == []
    assert "javascript:" not in answer.content.decode()
    assert EVIL in page.find("span", class_="text")[0].text


def test_what_leads_outside_gives_nothing_away(shop: Shop, ana: Actor, anas: Ticket) -> None:
    put_every_kind(anas)
    links = [one.attributes for one in shown(ana, anas).find("a")]
    outside = [link for link in links if "://" in link.get("href", "")]
    assert len(outside) >= 2
    assert all("noopener" in link["rel"] and link["target"] == "_blank" for link in outside)


@pytest.mark.parametrize("kind", sorted(MIMES))
def test_a_file_that_is_on_its_way_says_so(shop: Shop, ana: Actor, anas: Ticket, kind: str) -> None:
    message = put_kind(anas, kind, file="pending")
    assert "Baixando…" in shown_alone(ana, anas, message)


@pytest.mark.parametrize("kind", sorted(MIMES))
def test_a_file_that_is_lost_says_why_and_can_be_asked_for_again(
    shop: Shop, ana: Actor, anas: Ticket, kind: str
) -> None:
    message = put_kind(anas, kind, file="failed")
    said = shown_alone(ana, anas, message)
    for part in ("arquivo indisponível", "O link venceu.", "Tentar de novo"):
        assert part in said


def test_a_picture_has_its_size_before_it_is_loaded(shop: Shop, ana: Actor, anas: Ticket) -> None:
    put_kind(anas, "image")
    (image,) = shown(ana, anas).find("img", width="300")
    assert image.attributes["height"] == "225"


def test_a_file_is_shown_as_what_it_was_found_to_be(shop: Shop, ana: Actor, anas: Ticket) -> None:
    """Whatever the sender called it."""
    message = put_message(anas, 1, "")
    message.kind = "image"
    message.save()
    put_file(message, mime="application/pdf")
    page = shown(ana, anas)
    assert "Baixar" in words(bubble(page, message))
    assert page.find("a", class_="picture") == []


@pytest.mark.parametrize(
    ("name", "direction", "warns"),
    [
        ("boleto.exe", "in", True),
        ("Fotos.BAT", "in", True),
        ("boleto.pdf", "in", False),
        ("sem ponto", "in", False),
        ("ajuda.exe", "out", False),
    ],
)
def test_a_strangers_program_is_named_before_it_is_opened(
    shop: Shop, ana: Actor, anas: Ticket, name: str, direction: str, *, warns: bool
) -> None:
    message = put_named(anas, name, direction=direction)
    assert ("Programa: só abra se confiar" in shown_alone(ana, anas, message)) is warns


def test_what_is_answered_has_a_name_without_words(shop: Shop, ana: Actor, anas: Ticket) -> None:
    bill = put_named(anas, "boleto.pdf")
    voice, place, text = (put_kind(anas, kind) for kind in ("voice", "location", "text"))
    page = shown(ana, anas)
    named = [bubble(page, one).attributes["data-words"] for one in (bill, voice, place, text)]
    assert named == ["boleto.pdf", "Mensagem de voz", "Localização", ""]


def test_a_reaction_taken_away_is_gone(shop: Shop, ana: Actor, anas: Ticket) -> None:
    at = anas.created_at.isoformat()
    given = {"customer": {"emoji": "👍", "at": at}, "store": {"emoji": "", "at": at}}
    message = put_kind(anas, "text", reactions=given)
    said = shown_alone(ana, anas, message)
    assert "Cliente reagiu com 👍" in said
    assert "Loja reagiu" not in said


def test_an_edited_message_keeps_what_it_said(shop: Shop, ana: Actor, anas: Ticket) -> None:
    earlier = [{"text": "Chega dia 12", "until": anas.created_at.isoformat()}]
    message = put_kind(anas, "text", edited_at=anas.created_at, earlier_texts=earlier)
    said = shown_alone(ana, anas, message)
    assert "editada: ver como era antes" in said
    assert "Chega dia 12" in said


def test_a_deleted_message_hides_its_words_behind_a_question(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    message = put_kind(anas, "text", text="Meu CPF", deleted_at=anas.created_at)
    said = shown_alone(ana, anas, message)
    assert said.index("Mensagem apagada pelo cliente") < said.index("Ver o que dizia")
    assert said.index("Ver o que dizia") < said.index("Meu CPF")
    message.text, message.content = "", {}
    message.save()
    assert "Ver o que dizia" not in shown_alone(ana, anas, message)


def test_what_waited_too_long_is_asked_about(shop: Shop, ana: Actor, anas: Ticket) -> None:
    message = put_kind(anas, "text", direction="out", origin="desk", state="held", provider_id=None)
    said = shown_alone(ana, anas, message)
    assert said.endswith("Ainda quer enviar? Enviar Não enviar")


def test_an_amendment_tells_that_it_is_on_its_way_or_why_not(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    message = put_kind(anas, "text", content={"amending": {"kind": "edit", "error": ""}})
    assert "Editando…" in shown_alone(ana, anas, message)
    message.content = {"amending": {"kind": "edit", "error": "Passou do prazo."}}
    message.save()
    assert "A edição não foi feita: Passou do prazo." in shown_alone(ana, anas, message)


def test_the_words_of_a_refused_correction_are_not_lost(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    asked = {"kind": "edit", "error": "Passou do prazo.", "text": "Chega amanhã"}
    message = put_kind(anas, "text", content={"amending": asked})
    assert "Você tinha escrito: Chega amanhã" in shown_alone(ana, anas, message)
    message.content = {"amending": {**asked, "kind": "reaction", "text": "👍"}}
    message.save()
    assert "Você tinha escrito" not in shown_alone(ana, anas, message)


def test_a_call_stands_between_bubbles_and_joins_none(shop: Shop, ana: Actor, anas: Ticket) -> None:
    put_kind(anas, "text")
    call, after = put_kind(anas, "call"), put_kind(anas, "text")
    page = shown(ana, anas)
    assert "bubble" not in bubble(page, call).attributes["class"].split()
    assert "is-joined" not in bubble(page, after).attributes["class"].split()


def test_words_of_the_phone_and_of_a_machine_are_told_apart(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    ours = {"direction": "out", "state": "read"}
    put_kind(anas, "text", origin="bot", **ours)
    phones = put_kind(anas, "text", origin="phone", **ours)
    again = put_kind(anas, "text", origin="phone", **ours)
    page = shown(ana, anas)
    assert "is-joined" not in bubble(page, phones).attributes["class"].split()
    assert "is-joined" in bubble(page, again).attributes["class"].split()
    assert words(bubble(page, phones)).startswith("pelo celular")


# --- By whichever way it comes -------------------------------------------------------------------


def test_the_catch_up_draws_it_as_the_page_does(shop: Shop, ana: Actor, anas: Ticket) -> None:
    messages = put_every_kind(anas)
    page = shown(ana, anas)
    late = read(ana.client.get(f"/sac/atendimento/{anas.code}/novidades/?desde=0", headers=HTMX))
    assert len(messages) > 25
    for message in messages:
        assert words(bubble(late, message)) == words(bubble(page, message)), message.kind


def _queries(actor: Actor, ticket: Ticket) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        shown(actor, ticket)
    return len(queries)


def test_every_kind_costs_as_many_queries_as_one_text(shop: Shop, ana: Actor, anas: Ticket) -> None:
    put_message(anas, 1)
    of_text = _queries(ana, anas)
    put_every_kind(anas)
    while anas.messages.count() < thread.PAGE:
        put_kind(anas, "image")
    assert _queries(ana, anas) == of_text


# --- The list -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in FACTS if kind not in {"text", "call"}])
def test_the_list_names_a_kind_without_words(
    shop: Shop, ana: Actor, anas: Ticket, kind: str
) -> None:
    names = {
        "image": "Foto",
        "video": "Vídeo",
        "audio": "Áudio",
        "voice": "Mensagem de voz",
        "document": "Documento",
        "sticker": "Figurinha",
        "location": "Localização",
        "contact": "Contato",
        "poll": "Enquete",
        "choice": "Resposta",
        "order": "Pedido",
        "product": "Produto",
        "unsupported": "Conteúdo não suportado",
    }
    anas.preview, anas.preview_kind = "", kind
    anas.save()
    rows = read(ana.client.get("/sac/atendimento/lista/?situacao=em-aberto", headers=HTMX))
    assert words(rows.find("span", class_="row-text")[0]) == names[kind]


# --- Words ----------------------------------------------------------------------------------------


def test_lengths_are_written_as_players_do() -> None:
    assert [played_for(one) for one in (None, 0, 9, 75, 3725)] == [
        "",
        "0:00",
        "0:09",
        "1:15",
        "1:02:05",
    ]


def test_money_comes_in_thousandths() -> None:
    assert money({"total": 1_284_600, "currency": "BRL"}) == "R$ 1.284,60"
    assert money({"price": 10_000, "currency": "USD"}) == "USD 10,00"
    assert money({"total": None}) == ""


def test_only_https_leads_anywhere() -> None:
    assert https_only("https://loja.example/a") == "https://loja.example/a"
    for address in ("http://a.b", "javascript:alert(1)", "//a.b", "https://", "https://[", None):
        assert https_only(address) == ""


def test_a_place_is_read_with_commas_and_looked_for_with_points() -> None:
    place = {"latitude": -23.5614, "longitude": -46.6558, "address": "Rua A, 1"}
    assert point(place) == "-23,561400; -46,655800"
    assert map_address(place) == "https://www.google.com/maps?q=-23.561400,-46.655800"


def test_what_is_not_shown_has_a_name_in_portuguese(shop: Shop, ana: Actor, anas: Ticket) -> None:
    message = put_kind(anas, "unsupported", content={"type": "eventMessage", "what": "event"})
    assert "Mensagem não suportada: evento." in shown_alone(ana, anas, message)
    known = [{"what": str(what)} for what in (*Unshown, *Kind)]
    named = [unshown_words(Message(kind="unsupported", content=content)) for content in known]
    # Of a text and of what is not supported there is nothing to name.
    assert [name for name in named if "desconhecido" in name] == ["tipo desconhecido"] * 2


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("unsupported", {"type": "hologramMessage"}, "tipo desconhecido (hologramMessage)"),
        ("unsupported", {"type": "x", "what": "hologram"}, "tipo desconhecido (x)"),
        ("hologram", {}, "tipo desconhecido (hologram)"),
        ("unsupported", {}, "tipo desconhecido"),
    ],
)
def test_what_nobody_knows_is_called_that(kind: str, content: dict[str, object], said: str) -> None:
    assert unshown_words(Message(kind=kind, content=content)) == said


def test_a_place_without_coordinates_is_looked_for_by_its_address() -> None:
    assert point({"latitude": "1", "longitude": 2}) == ""
    assert map_address({"address": "Rua A, 1"}) == "https://www.google.com/maps?q=Rua+A,+1"
    assert map_address({}) == ""


@pytest.mark.parametrize("off", ["91", "-90,1", "norte", "NaN"])
def test_a_place_off_the_globe_is_refused_by_the_name_of_its_field(off: str) -> None:
    form = LocationForm({"latitude": off, "longitude": "-46,6558"})
    assert form.errors["latitude"] == ["A latitude vai de -90 a 90 graus, como -23,5614."]
    assert "longitude" not in form.errors


def test_a_picture_of_unknown_size_gets_a_square() -> None:
    size = fitted(None)
    assert size.width == size.height


def test_calls_are_named_by_their_end() -> None:
    assert call_words({"status": "missed", "is_video": True}) == "Ligação de vídeo perdida"
    assert call_words({"status": "ringing"}) == "Recebendo ligação de voz"


def test_the_menu_offers_what_can_be_done(shop: Shop, anas: Ticket) -> None:
    theirs = put_kind(anas, "text")
    ours = put_kind(anas, "text", direction="out", state="read")
    photo = put_kind(anas, "image", direction="out", state="sent")
    queued = put_kind(anas, "text", direction="out", state="queued", provider_id=None)
    gone = put_kind(anas, "text", deleted_at=anas.created_at + timedelta(minutes=1))
    assert [doable(one) for one in (theirs, ours, photo, queued, gone)] == [
        "copy forward quote react",
        "copy forward quote react delete edit",
        "copy forward quote react delete",
        "copy forward drop",
        "",
    ]
    queued.attempts = 1
    assert doable(queued) == "copy forward"
