"""Histórico de Atendimento: every chapter of a customer, and which of them may be read."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sac.models import Conversation, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do
from tests.sac.board import add_number, put_ticket
from tests.sac.pages import Element, Page, read


def put_past(shop: Shop, ticket: Ticket, times: int = 1, **facts: object) -> list[Ticket]:
    """Earlier tickets of the same customer, oldest first."""
    made = []
    for _ in range(times):
        past = put_ticket(shop, **{"status": "closed", "department": shop.support, **facts})  # type: ignore[arg-type]
        number = past.conversation
        if facts.get("instance"):
            Conversation.objects.filter(pk=number.pk).update(contact=ticket.conversation.contact)
        else:
            past.conversation = ticket.conversation
            past.save(update_fields=["conversation"])
        made.append(past)
    return made


def lines(page: Page) -> list[str]:
    """The lines of other tickets, each as one text."""
    found = [*_links(page), *page.find("div", class_="past-line")]
    return [" ".join(line.text.split()) for line in found]


def links(page: Page) -> list[str]:
    return [link.attributes["href"] for link in _links(page)]


def _links(page: Page) -> list[Element]:
    ways = {"data-open-ticket", "data-chapter"}
    return [link for link in page.find("a") if ways & set(link.attributes)]


def pane(actor: Actor, ticket: Ticket) -> Page:
    return read(actor.client.get(f"/sac/atendimento/{ticket.code}/cabecalho/", headers=HTMX))


def test_a_line_says_code_status_date_department_and_attendant(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    (past,) = put_past(shop, ticket, department=shop.sales, attendant=ana.attendant)
    (line,) = [text for text in lines(pane(ana, ticket)) if past.code in text]
    assert "Encerrada" in line
    assert "Vendas · Ana" in line
    assert line.split("Encerrada ")[1][:5].replace(":", "").isdigit()


def test_all_are_listed_and_only_what_is_in_sight_leads_anywhere(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    (own,) = put_past(shop, ticket)
    (theirs,) = put_past(shop, ticket, department=shop.sales)
    (part,) = put_past(shop, ticket, department=shop.sales, took_part=ana.attendant)
    page = pane(ana, ticket)
    for past in (own, theirs, part):
        assert any(past.code in line for line in lines(page))
    assert links(page) == [f"/sac/atendimento/{past.code}/" for past in (part, own)]
    for past, status in ((own, 200), (theirs, 404), (part, 200)):
        assert ana.client.get(f"/sac/atendimento/{past.code}/").status_code == status


def test_other_numbers_of_the_store_are_named(shop: Shop, sara: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    far = add_number(shop)
    (past,) = put_past(shop, ticket, instance=far, department=None)
    put_past(shop, ticket)
    named = [line for line in lines(pane(sara, ticket)) if "pelo número" in line]
    assert len(named) == 1
    assert past.code in named[0]
    assert named[0].endswith(f"Sem departamento · pelo número {far}")


def test_another_customer_and_another_store_are_not_in_it(
    shop: Shop, other_shop: Shop, ana: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    other = put_ticket(shop, department=shop.support, status="closed")
    far = other_shop.hears(phone=ticket.conversation.contact.phone)
    text = " ".join(lines(pane(ana, ticket)))
    assert other.code not in text
    assert far.conversation.contact.phone == ticket.conversation.contact.phone
    assert len(lines(pane(ana, ticket))) == 1


def test_a_closed_ticket_leads_to_where_its_own_conversation_goes_on(
    shop: Shop, ana: Actor
) -> None:
    closed = shop.hears(department=shop.support)
    do(ana, closed, "posse")
    do(ana, closed, "encerramento")
    # What the same person has on another number is no sequel of it, though it is newer.
    put_past(shop, closed, instance=add_number(shop), status="waiting")
    assert "já escreveu de novo" not in _hint(ana, closed)
    live = shop.hears(phone=closed.conversation.contact.phone, department=shop.support)
    put_past(shop, closed, instance=add_number(shop), status="waiting")
    assert f"O cliente já escreveu de novo. Abrir {live.code}" in _hint(ana, closed)
    # One that is out of sight leads nowhere.
    Ticket.objects.filter(pk=live.pk).update(department=shop.sales)
    assert live.code not in _hint(ana, closed)


def _hint(actor: Actor, ticket: Ticket) -> str:
    return " ".join(pane(actor, ticket).find("div", class_="composer-hint")[0].text.split())


def test_a_long_past_comes_ten_at_a_time(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    past = [row.code for row in put_past(shop, ticket, 23)]
    page = pane(ana, ticket)
    seen = links(page)
    while more := [link for link in page.find("a") if "antes=" in link.attributes["href"]]:
        page = read(ana.client.get(more[0].attributes["hx-get"], headers=HTMX))
        assert not page.find("nav")
        seen += links(page)
    assert seen == [f"/sac/atendimento/{code}/" for code in reversed(past)]


def test_without_javascript_more_is_a_page(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    put_past(shop, ticket, 11)
    (more,) = [link for link in pane(ana, ticket).find("a") if "antes=" in link.attributes["href"]]
    page = read(ana.client.get(more.attributes["href"]))
    assert page.find("nav")
    assert len(links(page)) == 1
    everything = read(ana.client.get(f"/sac/atendimento/{ticket.code}/historico/?antes=x"))
    assert len(links(everything)) == 10


def test_it_costs_the_same_at_any_length(shop: Shop, ana: Actor) -> None:
    def cost(ticket: Ticket) -> int:
        with CaptureQueriesContext(connection) as queries:
            ana.client.get(f"/sac/atendimento/{ticket.code}/historico/")
        return len(queries)

    ticket = shop.hears(department=shop.support)
    put_past(shop, ticket)
    before = cost(ticket)
    put_past(shop, ticket, 12)
    assert cost(ticket) == before <= 8


def test_a_first_ticket_says_so(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    texts = [found.text for found in pane(ana, ticket).find("p", class_="hint")]
    assert "É o primeiro atendimento deste contato." in texts
