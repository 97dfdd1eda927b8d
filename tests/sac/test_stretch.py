"""The way to a message far up: the lines that lead to it, or where else it stands."""

import re
from http import HTTPStatus
from typing import cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from sac import thread
from sac.models import Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX
from tests.sac.board import Status, change_message, put_event, put_message, put_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """A waiting ticket of Suporte with 100 messages, where 8 make a page."""
    monkeypatch.setattr(thread, "PAGE", 8)
    monkeypatch.setattr(thread, "STRETCH", 40)
    ticket = put_ticket(shop, department=shop.support)
    return [put_message(ticket, number, f"fala {number}") for number in range(1, 101)]


def ask(actor: Actor, ticket: Ticket | None, **query: str | int) -> HttpResponse:
    assert ticket
    address = f"/sac/atendimento/{ticket.code}/trecho/"
    answer = actor.client.get(address, query, headers=HTMX)
    return cast("HttpResponse", answer)


def shown(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="message-(\d+)"', html)]


def cursor_of(html: str) -> str:
    found = re.search(r'data-cursor="([\d-]+)"', html)
    return found.group(1) if found else ""


def before(message: Message) -> str:
    return f"{message.sort_key}-{message.pk}"


def test_one_answer_leads_from_the_page_to_the_message(long: list[Message], ana: Actor) -> None:
    wanted, oldest = long[70], long[90]
    answer = ask(ana, wanted.ticket, mensagem=wanted.pk, antes=before(oldest))
    assert answer.status_code == HTTPStatus.OK
    assert shown(answer.content.decode()) == [one.pk for one in long[60:90]]


def test_a_message_right_above_brings_no_less_than_a_page(long: list[Message], ana: Actor) -> None:
    answer = ask(ana, long[0].ticket, mensagem=long[89].pk, antes=before(long[90]))
    assert shown(answer.content.decode()) == [one.pk for one in long[79:90]]


def test_a_far_one_takes_several_answers_none_of_them_larger(
    long: list[Message], ana: Actor
) -> None:
    cursor, seen = before(long[90]), list[int]()
    while long[2].pk not in seen:
        html = ask(ana, long[0].ticket, mensagem=long[2].pk, antes=cursor).content.decode()
        assert len(shown(html)) <= thread.STRETCH
        seen = [*shown(html), *seen]
        cursor = cursor_of(html)
    assert seen == [one.pk for one in long[:90]]


def test_the_name_of_the_network_does_as_well(long: list[Message], ana: Actor) -> None:
    Message.objects.filter(pk=long[85].pk).update(provider_id="3AWANTED")
    answer = ask(ana, long[0].ticket, wid="3AWANTED", antes=before(long[90]))
    assert long[85].pk in shown(answer.content.decode())


def test_lines_about_the_ticket_come_along(long: list[Message], ana: Actor) -> None:
    ticket = long[0].ticket
    assert ticket
    event = put_event(ticket, 84)
    html = ask(ana, long[0].ticket, mensagem=long[80].pk, antes=before(long[90])).content.decode()
    assert f'id="event-{event.pk}"' in html


@pytest.fixture
def chapters(shop: Shop) -> tuple[Ticket, Message]:
    """The live ticket of somebody, and what they said in an earlier one that was Vendas'."""
    earlier = put_ticket(shop, department=shop.sales, status=Status.CLOSED)
    said = put_message(earlier, 1, "segredo de Vendas")
    live = put_ticket(shop, department=shop.support)
    Ticket.objects.filter(pk=live.pk).update(conversation=earlier.conversation)
    return Ticket.objects.for_list().get(pk=live.pk), said


def test_an_earlier_chapter_is_led_to(chapters: tuple[Ticket, Message], dono: Actor) -> None:
    live, said = chapters
    assert said.ticket
    html = ask(dono, live, mensagem=said.pk).content.decode()
    assert f'href="/sac/atendimento/{said.ticket.code}/#message-{said.pk}"' in html
    assert "segredo" not in html


def test_one_that_may_not_be_seen_is_named_and_nothing_of_it_told(
    chapters: tuple[Ticket, Message], ana: Actor
) -> None:
    live, said = chapters
    assert said.ticket
    answer = ask(ana, live, mensagem=said.pk)
    told = answer.content.decode()
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert f"está no atendimento {said.ticket.code}, que você não pode ver" in told
    assert "segredo" not in told
    assert "href" not in told


def test_what_was_said_outside_any_ticket_stands_in_the_chapter_before(
    chapters: tuple[Ticket, Message], dono: Actor
) -> None:
    live, said = chapters
    Message.objects.filter(pk=said.pk).update(ticket=None)
    html = ask(dono, live, mensagem=said.pk).content.decode()
    assert said.ticket
    assert said.ticket.code in html


@pytest.mark.parametrize("query", [{}, {"mensagem": "1e9"}, {"wid": "a\0b"}, {"wid": "nada"}])
def test_what_nobody_keeps_is_said_so(
    long: list[Message], ana: Actor, query: dict[str, str]
) -> None:
    answer = ask(ana, long[0].ticket, **query)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "não está mais guardada nesta conversa" in answer.content.decode()


def test_messages_of_other_conversations_are_none(
    shop: Shop, other_shop: Shop, long: list[Message], dono: Actor
) -> None:
    theirs = put_message(put_ticket(other_shop), 1, "de outra loja")
    neighbour = put_message(put_ticket(shop), 1, "de outro cliente")
    Message.objects.filter(pk=theirs.pk).update(provider_id="3ATHEIRS")
    for query in ({"mensagem": theirs.pk}, {"mensagem": neighbour.pk}, {"wid": "3ATHEIRS"}):
        answer = ask(dono, long[0].ticket, **query)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "de outr" not in answer.content.decode()


def test_what_another_bubble_took_the_place_of_is_not_sought(
    long: list[Message], ana: Actor
) -> None:
    change_message(long[60], Message.State.SUPERSEDED)
    answer = ask(ana, long[0].ticket, mensagem=long[60].pk, antes=before(long[90]))
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_far_or_near_it_costs_the_same(long: list[Message], ana: Actor) -> None:
    ask(ana, long[0].ticket, mensagem=long[89].pk, antes=before(long[90]))
    costs = []
    for wanted in (long[89], long[60], long[3]):
        with CaptureQueriesContext(connection) as asked:
            ask(ana, wanted.ticket, mensagem=wanted.pk, antes=before(long[90]))
        costs.append(len(asked))
    assert len(set(costs)) == 1
    assert costs[0] == 8
