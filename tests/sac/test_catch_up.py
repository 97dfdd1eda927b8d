"""The truth behind the pushes: what a page that lost some of them asks, and what it is told."""

import threading

import pytest
from django.db import connection, transaction

from sac import thread
from sac.models import Conversation, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, send
from tests.sac.board import change_message, put_message, put_ticket
from tests.sac.pages import Page, read

Shown = dict[str, str]


def news(actor: Actor, ticket: Ticket, since: int) -> Page:
    address = f"/sac/atendimento/{ticket.code}/novidades/?desde={since}"
    return read(actor.client.get(address, headers=HTMX))


def lines(page: Page) -> Shown:
    """The lines of a thread by id, with the revision of each; what is gone is left out."""
    shown = [element for element in page.find("li") if "data-revision" in element.attributes]
    orders = [element.attributes["data-order"] for element in shown]
    assert orders == sorted(orders)
    return {
        element.attributes["id"]: element.attributes["data-revision"]
        for element in shown
        if "data-gone" not in element.attributes
    }


def gone(page: Page) -> set[str]:
    return {
        element.attributes["id"] for element in page.elements if "data-gone" in element.attributes
    }


def reached(page: Page) -> int:
    return int(page.find("ol")[0].attributes["data-reached"])


def opened(actor: Actor, ticket: Ticket) -> tuple[Shown, int]:
    """Open the page: what it shows, and its cursor."""
    page = read(actor.client.get(f"/sac/atendimento/{ticket.code}/", headers=HTMX))
    (log,) = page.find("ol", id="thread")
    return lines(page), int(log.attributes["data-revision"])


@pytest.fixture
def taken(shop: Shop, ana: Actor) -> Ticket:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    return now_of(ticket)


def test_nothing_happened_nothing_is_told(taken: Ticket, ana: Actor) -> None:
    _, cursor = opened(ana, taken)
    page = news(ana, taken, cursor)
    assert lines(page) == {}
    assert reached(page) == cursor


def test_exactly_what_changed_is_told(shop: Shop, taken: Ticket, ana: Actor) -> None:
    send(ana, taken, "Um")
    send(ana, taken, "Dois")
    first, second = taken.messages.filter(direction="out").order_by("id")
    _, cursor = opened(ana, taken)
    change_message(second, "delivered")
    shop.hears("Três", phone=taken.conversation.contact.phone)
    do(ana, taken, "encerramento")
    page = news(ana, taken, cursor)
    said, closed = taken.messages.get(text="Três"), taken.events.get(kind="closed")
    assert set(lines(page)) == {
        f"message-{second.pk}",
        f"message-{said.pk}",
        f"event-{closed.pk}",
    }
    assert f"message-{first.pk}" not in lines(page)
    assert "Entregue" in page.find("li", id=f"message-{second.pk}")[0].text
    assert reached(page) == now_of(taken).conversation.revision
    assert lines(news(ana, taken, reached(page))) == {}


def test_a_superseded_message_is_told_as_gone_and_never_drawn_anew(
    taken: Ticket, ana: Actor
) -> None:
    send(ana, taken, "Eco")
    echo = taken.messages.get(direction="out")
    shown, cursor = opened(ana, taken)
    change_message(echo, "superseded")
    page = news(ana, taken, cursor)
    assert gone(page) == {f"message-{echo.pk}"}
    assert "Eco" not in "".join(element.text for element in page.elements)
    assert opened(ana, taken)[0] == {
        id_: revision for id_, revision in shown.items() if id_ != f"message-{echo.pk}"
    }


def test_a_page_that_caught_up_equals_a_fresh_one(shop: Shop, taken: Ticket, ana: Actor) -> None:
    phone = taken.conversation.contact.phone
    shown, cursor = opened(ana, taken)
    for number in range(6):
        send(ana, taken, f"Resposta {number}")
        shop.hears(f"Pergunta {number}", phone=phone)
        out = taken.messages.filter(direction="out").order_by("-id")
        change_message(out[0], "superseded" if number == 2 else "sent")
        change_message(out[len(out) // 2], "read")
        if number % 2:
            page = news(ana, taken, cursor)
            shown, cursor = shown | lines(page), reached(page)
            shown = {id_: revision for id_, revision in shown.items() if id_ not in gone(page)}
    assert (shown, cursor) == opened(ana, taken)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_news_come_in_pages_without_loss(taken: Ticket, limit: int) -> None:
    messages = [put_message(taken, 5 - number % 3) for number in range(9)]
    for message in messages[::3]:
        change_message(message, "read")
    found: dict[int, int] = {}
    cursor, more = 0, True
    while more:
        changes = thread.changes(now_of(taken), since=cursor, limit=limit)
        told = [item.message for item in changes.items if item.message]
        assert len(changes.items) <= limit
        assert changes.reached > cursor or not changes.has_more
        found |= {message.pk: message.revision for message in told}
        cursor, more = changes.reached, changes.has_more
    assert found == dict(taken.messages.values_list("id", "revision"))
    assert cursor == now_of(taken).conversation.revision


def test_a_long_absence_is_told_in_pieces(taken: Ticket, ana: Actor) -> None:
    for number in range(205):
        put_message(taken, number)
    pages = [news(ana, taken, 0)]
    assert "data-more" in pages[0].find("ol")[0].attributes
    pages.append(news(ana, taken, reached(pages[0])))
    assert "data-more" not in pages[1].find("ol")[0].attributes
    told = [id_ for page in pages for id_ in lines(page) if id_.startswith("message")]
    assert len(told) == len(set(told)) == 206


def test_what_commits_while_the_news_are_read_belongs_to_the_next_call(
    shop: Shop, taken: Ticket
) -> None:
    cursor = taken.conversation.revision
    shop.hears("Agora", phone=taken.conversation.contact.phone)
    # `taken` was read before: its revision is what the first look may promise.
    early = thread.changes(taken, since=cursor)
    assert (early.items, early.reached) == ([], cursor)
    late = thread.changes(now_of(taken), since=early.reached)
    assert [item.message.text for item in late.items if item.message] == ["Agora"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_never_skipped(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop, attendant=ana.attendant, status=Ticket.Status.OPEN)
    wrote, may_commit = threading.Event(), threading.Event()
    writer = threading.Thread(target=_write_slowly, args=(ticket, wrote, may_commit))
    writer.start()
    assert wrote.wait(10)
    before = news(ana, ticket, 0)
    may_commit.set()
    writer.join(10)
    after = news(ana, ticket, reached(before))
    assert lines(before) == {}
    assert [element.text.strip()[:6] for element in after.find("span", class_="text")] == ["Tardia"]


def _write_slowly(ticket: Ticket, wrote: threading.Event, may_commit: threading.Event) -> None:
    with transaction.atomic():
        (ticket.conversation,) = Conversation.objects.locked([ticket.conversation_id])
        put_message(ticket, 1, "Tardia")
        wrote.set()
        may_commit.wait(10)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_reads_while_others_write_misses_nothing(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop, attendant=ana.attendant, status=Ticket.Status.OPEN)
    writers = [threading.Thread(target=_write_often, args=(ticket,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    shown: Shown = {}
    cursor = 0
    while any(writer.is_alive() for writer in writers):
        page = news(ana, ticket, cursor)
        shown, cursor = shown | lines(page), reached(page)
    shown |= lines(news(ana, ticket, cursor))
    assert shown == {
        f"message-{pk}": str(revision)
        for pk, revision in Message.objects.values_list("id", "revision")
    }
    assert len(shown) == 30


def _write_often(ticket: Ticket) -> None:
    for number in range(10):
        with transaction.atomic():
            (conversation,) = Conversation.objects.locked([ticket.conversation_id])
            own = Ticket.objects.get(pk=ticket.pk)
            own.conversation = conversation
            message = put_message(own, number)
        change_message(message, "read")
    connection.close()
