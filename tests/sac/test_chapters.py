"""Above a ticket's first line its customer's earlier tickets go on, as far as one may read."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, send
from tests.sac.board import put_message
from tests.sac.pages import Page, read
from tests.sac.test_history import put_past


def ask(actor: Actor, ticket: Ticket, query: str = "") -> Page:
    address = f"/sac/atendimento/{ticket.code}/capitulo/{query}"
    return read(actor.client.get(address, headers=HTMX))


def way_on(page: Page) -> str:
    """The query that goes on upwards; empty at the very beginning."""
    found = page.find("li", id="earlier")
    return found[0].attributes["hx-get"].partition("/capitulo/")[2] if found else ""


def ends(page: Page) -> list[str]:
    return [" ".join(line.text.split()) for line in page.find("li", class_="chapter-end")]


def bubbles(page: Page) -> list[str]:
    return page.with_id("message-")


def three_chapters(shop: Shop, ana: Actor, bia: Actor) -> list[Ticket]:
    """Ana's, then one of Vendas that she has nothing to do with, then the one on screen."""
    told = []
    phone = ""
    for department, person in ((shop.support, ana), (shop.sales, bia)):
        ticket = shop.hears("Oi", phone=phone, department=department)
        phone = ticket.conversation.contact.phone
        send(person, ticket, f"Resposta de {person.user}")
        do(person, ticket, "encerramento")
        told.append(ticket)
    return [*told, shop.hears("De novo eu", phone=phone, department=shop.support)]


def test_chapters_are_read_upwards_and_those_out_of_sight_only_named(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    own, theirs, now = three_chapters(shop, ana, bia)
    first = ask(ana, now)
    (end,) = ends(first)
    assert f"Atendimento {theirs.code} · encerrado em" in end
    assert "por Bia · Vendas · fora do seu alcance" in end
    assert bubbles(first) == []
    assert "Resposta de Bia" not in "".join(one.text for one in first.elements)
    second = ask(ana, now, way_on(first))
    (end,) = ends(second)
    assert f"Atendimento {own.code} · encerrado em" in end
    assert end.endswith("por Ana")
    assert len(bubbles(second)) == 2
    assert way_on(second) == ""
    # Who sees both reads both.
    assert len(bubbles(ask(bia, theirs))) == 0
    assert len(bubbles(ask(shop.hire("Dono", is_admin=True), now))) == 2


def test_the_page_leads_there_only_where_there_is_something(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    own, _, now = three_chapters(shop, ana, bia)

    def leads(ticket: Ticket) -> bool:
        page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/", headers=HTMX))
        return bool(page.find("li", id="earlier"))

    assert leads(now)
    assert not leads(own)
    assert bubbles(ask(ana, own)) == []


def test_a_long_chapter_comes_in_pages_and_says_its_end_once(shop: Shop, ana: Actor) -> None:
    now = shop.hears(department=shop.support)
    (past,) = put_past(shop, now)
    Ticket.objects.filter(pk=now.pk).update(conversation=past.conversation)
    # Ids tell which came first.
    now, past = past, now
    Ticket.objects.filter(pk=past.pk).update(status="closed", closed_at=past.created_at)
    for place in range(60):
        put_message(past, 10_000 + place, f"Linha {place}")
    first = ask(ana, now)
    second = ask(ana, now, way_on(first))
    assert len(bubbles(first)) == 40
    assert len(ends(first)) == 1
    assert ends(second) == []
    assert not set(bubbles(first)) & set(bubbles(second))
    assert way_on(second) == ""


def test_nonsense_is_no_error(shop: Shop, ana: Actor, bia: Actor) -> None:
    *_, now = three_chapters(shop, ana, bia)
    for query in ("?de=abc", "?de=" + "9" * 30, "?de=-1", "?de=0", "?antes=1", "?de=1&antes=a-b"):
        answer = ana.client.get(f"/sac/atendimento/{now.code}/capitulo/{query}")
        assert answer.status_code == 200, query


def test_later_tickets_and_those_of_others_are_no_chapters(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    stranger = shop.hears("Outra pessoa", department=shop.support)
    own, theirs, now = three_chapters(shop, ana, bia)
    assert ends(ask(ana, own, f"?de={now.pk}")) == []
    assert stranger.code not in "".join(ends(ask(ana, now, f"?de={stranger.pk}")))
    assert theirs.code in ends(ask(ana, now, f"?de={now.pk + 99}"))[0]


def test_a_chapter_costs_the_same_at_any_length(shop: Shop, ana: Actor, bia: Actor) -> None:
    own, _, now = three_chapters(shop, ana, bia)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(bubbles(ask(ana, now, f"?de={own.pk}"))) > 0
        return len(queries)

    few = cost()
    for place in range(30):
        put_message(own, 10_000 + place)
    assert cost() == few == 7
