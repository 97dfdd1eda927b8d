"""The thread: older pages, chapters of a conversation, and days in the store's zone."""

import random
from datetime import UTC, datetime

import pytest

from evendas import clock
from sac import thread
from sac.models import CloseReason, Ticket
from sac.ordering import sort_key
from tests.conftest import Actor, Shop, new_phone
from tests.sac.acts import HTMX, do, now_of, send
from tests.sac.board import call_on_phone, put_event, put_message, put_ticket, type_on_phone
from tests.sac.pages import Page, read

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)


def texts(page: Page) -> list[str]:
    """What stands in the thread; the page keeps an empty bubble for what is being sent."""
    return [found.text for found in page.find("span", class_="text") if found.text]


def told(actor: Actor, ticket: Ticket) -> list[str]:
    """What the open ticket's thread says."""
    return texts(read(actor.client.get(f"/sac/atendimento/{ticket.code}/", headers=HTMX)))


def everything(actor: Actor, ticket: Ticket) -> str:
    """All a page can get hold of about this ticket."""
    nouns = ("", "novidades/", "anteriores/", "cabecalho/")
    addresses = [f"/sac/atendimento/{ticket.code}/{noun}" for noun in nouns]
    return "".join(actor.client.get(address).content.decode() for address in addresses)


def _pages(ticket: Ticket) -> list[thread.Page]:
    """All pages of a thread, newest first."""
    pages = [thread.page(ticket)]
    while cursor := pages[-1].older_cursor:
        key, pk = cursor.split("-")
        pages.append(thread.page(ticket, before=(int(key), int(pk))))
        assert len(pages) < 20, "the thread has no end"
    return pages


@pytest.mark.parametrize("seed", range(12))
def test_older_pages_are_complete_and_nothing_stands_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Also where many lines share one sort key, on whichever side of a page's end."""
    chance = random.Random(seed)
    monkeypatch.setattr(thread, "PAGE", 3)
    ticket = put_ticket(shop)
    for _ in range(chance.randint(0, 14)):
        put_message(ticket, chance.randint(1, 4))
    for _ in range(chance.randint(0, 6)):
        put_event(ticket, chance.randint(0, 5))
    whole = [item for page in reversed(_pages(now_of(ticket))) for item in page.items]
    orders = [item.order for item in whole]
    assert orders == sorted(set(orders))
    assert len(whole) == ticket.messages.count() + ticket.events.count()


def test_the_page_leads_to_older_messages_until_the_first(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    for number in range(95):
        put_message(ticket, sort_key(NOON, number), f"n{number:02}")
    address = f"/sac/atendimento/{ticket.code}/"
    found: list[str] = []
    while address and len(found) <= 95:
        page = read(ana.client.get(address, headers=HTMX))
        found = texts(page) + found
        older = page.find("li", id="older")
        address = older[0].attributes["hx-get"] if older else ""
    assert found == [f"n{number:02}" for number in range(95)]


def test_older_messages_are_in_reach_without_javascript(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    for number in range(50):
        put_message(ticket, sort_key(NOON, number), f"n{number:02}")
    page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/"))
    assert texts(page)[0] == "n10"
    (link,) = [a for a in page.find("a") if "antes=" in a.attributes["href"]]
    assert texts(read(ana.client.get(link.attributes["href"])))[-1] == "n09"


def test_an_event_stands_above_the_message_it_announces(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("Oi", department=shop.support)
    items = thread.page(ticket).items
    assert [item.kind_of for item in items] == ["event", "message"]
    assert items[0].order.split("-")[0] == items[1].order.split("-")[0]


def test_a_late_message_stands_where_it_was_written(shop: Shop, ana: Actor) -> None:
    with clock.at(NOON):
        ticket = shop.hears("segunda", department=shop.support, sent_at=NOON)
    with clock.at(NOON.replace(hour=16)):
        phone = ticket.conversation.contact.phone
        shop.hears("primeira", phone=phone, sent_at=NOON.replace(hour=14))
    assert told(ana, ticket) == ["primeira", "segunda"]


def test_lines_count_only_what_people_should_read(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    send(ana, ticket)
    shown = [item.event.kind for item in thread.page(now_of(ticket)).items if item.event]
    assert shown == ["created", "taken"]


# --- Chapters ------------------------------------------------------------------------------------


def test_what_is_said_between_two_tickets_stands_in_the_first(shop: Shop, ana: Actor) -> None:
    first = shop.hears("um", department=shop.support)
    do(ana, first, "posse")
    do(ana, first, "encerramento")
    loose = type_on_phone(shop, first, "do celular")
    assert loose.ticket is None
    second = shop.hears("dois", phone=first.conversation.contact.phone, department=shop.support)
    type_on_phone(shop, second, "do celular de novo")
    do(ana, second, "posse")
    do(ana, second, "encerramento")
    type_on_phone(shop, second, "do celular no fim")
    assert told(ana, first) == ["um", "do celular"]
    assert told(ana, second) == ["dois", "do celular de novo", "do celular no fim"]


def test_what_was_said_before_the_first_ticket_stands_in_it(shop: Shop, ana: Actor) -> None:
    phone = new_phone()
    with clock.at(NOON):
        call_on_phone(shop, phone, "seu pedido chegou")
    with clock.at(NOON.replace(hour=16)):
        first = shop.hears("obrigada!", phone=phone, department=shop.support)
        do(ana, first, "posse")
        do(ana, first, "encerramento")
    with clock.at(NOON.replace(hour=17)):
        second = shop.hears("oi de novo", phone=phone, department=shop.support)
    assert told(ana, first) == ["seu pedido chegou", "obrigada!"]
    assert told(ana, second) == ["oi de novo"]


def test_a_message_of_another_chapter_never_leaks(shop: Shop, ana: Actor, bia: Actor) -> None:
    """One person, two chapters in two departments: each side reads only its own."""
    first = shop.hears("segredo do suporte", department=shop.support)
    send(ana, first, "resposta do suporte")
    why = CloseReason.objects.create(store=shop.store, name="motivo do suporte")
    do(ana, first, "encerramento", {"reason": str(why.pk)})
    assert now_of(first).close_reason == why.name
    type_on_phone(shop, first, "celular do suporte")
    phone = first.conversation.contact.phone
    second = shop.hears("segredo de vendas", phone=phone, department=shop.sales)
    send(bia, second, "resposta de vendas")
    assert "segredo de vendas" in everything(bia, second)
    assert "do suporte" not in everything(bia, second)
    assert "de vendas" not in everything(ana, first)
    assert bia.client.get(f"/sac/atendimento/{first.code}/").status_code == 404
    assert ana.client.get(f"/sac/atendimento/{second.code}/").status_code == 404


@pytest.fixture
def past(shop: Shop, bia: Actor) -> list[Ticket]:
    """A closed ticket of Bia's, and the same customer waiting in Suporte."""
    first = shop.hears(department=shop.sales)
    do(bia, first, "posse")
    do(bia, first, "encerramento")
    phone = first.conversation.contact.phone
    return [now_of(first), shop.hears(phone=phone, department=shop.support)]


def _history(actor: Actor, ticket: Ticket) -> tuple[str, list[str]]:
    """What the history says, and where it leads."""
    page = read(actor.client.get(f"/sac/atendimento/{ticket.code}/cabecalho/", headers=HTMX))
    (listed,) = page.find("ul", class_="past")
    links = [link.attributes["href"] for link in page.find("a") if link.text.startswith("20")]
    return listed.text, links


@pytest.mark.parametrize("who", ["ana", "sara"])
def test_history_tells_of_chapters_out_of_sight_without_opening_them(
    past: list[Ticket], request: pytest.FixtureRequest, who: str
) -> None:
    """A supervisor sees what is active, and this one is closed."""
    said, links = _history(request.getfixturevalue(who), past[1])
    for fact in (past[0].code, "Encerrada", "Vendas", "Bia"):
        assert fact in said
    assert links == []


def test_history_opens_what_is_in_sight(past: list[Ticket], dono: Actor, bia: Actor) -> None:
    assert _history(dono, past[1])[1] == [f"/sac/atendimento/{past[0].code}/"]
    assert _history(dono, past[0])[1] == [f"/sac/atendimento/{past[1].code}/"]
    assert _history(bia, past[0])[1] == []


# --- Days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Sao_Paulo", "2026-03-10"), ("America/Rio_Branco", "2026-03-09")]
)
def test_days_begin_at_the_stores_midnight(shop: Shop, ana: Actor, zone: str, day: str) -> None:
    shop.store.timezone = zone
    shop.store.save()
    with clock.at(datetime(2026, 3, 10, 4, 30, tzinfo=UTC)):
        ticket = shop.hears(department=shop.support)
    page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/", headers=HTMX))
    days = {element.attributes.get("data-day") for element in page.find("li", class_="bubble")}
    assert days == {day}
