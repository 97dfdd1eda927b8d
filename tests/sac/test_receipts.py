"""Espiar: reading sends no blue tick. Whoever takes the customer on, or answers, sends it."""

from collections.abc import Callable

import pytest

from automacao.models import ChatbotSettings
from sac.actions.closing import close_ticket, reopen_ticket
from sac.mark_read import mark_conversation_read
from sac.models import Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, send
from tests.sac.pages import read
from tests.simulated import Line

Rings = list[tuple[str, tuple[int, ...]]]
Capture = Callable[..., object]


def receipts(rings: Rings) -> list[tuple[int, ...]]:
    return [ids for task, ids in rings if task == "sac.mark_read"]


@pytest.fixture
def waiting(shop: Shop, transactional_db: None) -> Ticket:
    return shop.hears("Oi", department=shop.support)


def test_a_waiting_ticket_says_that_one_is_only_peeping(ana: Actor, waiting: Ticket) -> None:
    page = read(ana.client.get(f"/sac/atendimento/{waiting.code}/"))
    hint = page.find("div", class_="composer-hint")[0].text
    assert "Você está espiando: ninguém assumiu ainda." in hint
    do(ana, waiting, "posse")
    page = read(ana.client.get(f"/sac/atendimento/{waiting.code}/"))
    assert not page.find("div", class_="composer-hint")


@pytest.mark.parametrize(
    "noun", ["", "cabecalho/", "novidades/", "anteriores/", "historico/", "transferencia/"]
)
def test_reading_sends_none_and_takes_nothing(
    ana: Actor, waiting: Ticket, rings: Rings, noun: str
) -> None:
    address = f"/sac/atendimento/{waiting.code}/{noun}"
    assert ana.client.get(address).status_code == 200
    assert ana.client.get(address, headers=HTMX).status_code == 200
    assert receipts(rings) == []
    now = now_of(waiting)
    assert (now.status, now.attendant, now.is_new) == ("waiting", None, True)


@pytest.mark.parametrize("who", ["ana", "sara"])
def test_having_looked_sends_none(
    request: pytest.FixtureRequest, waiting: Ticket, rings: Rings, who: str
) -> None:
    do(request.getfixturevalue(who), waiting, "visualizacao")
    do(request.getfixturevalue(who), waiting, "rascunho", {"text": "Oi"})
    assert receipts(rings) == []


def test_a_goodbye_that_was_taken_back_answered_nothing(
    shop: Shop, ana: Actor, dono: Actor, waiting: Ticket, rings: Rings
) -> None:
    ChatbotSettings.objects.create(store=shop.store, instance=shop.instance, closing="Até logo!")
    close_ticket(waiting, by=dono.user, rights=dono.rights, says_goodbye=True)
    reopen_ticket(waiting, by=dono.user, rights=dono.rights)
    do(ana, waiting, "posse")
    assert receipts(rings)


def test_taking_sends_one_for_what_was_not_answered(
    shop: Shop, ana: Actor, waiting: Ticket, rings: Rings
) -> None:
    shop.hears("Tem?", phone=waiting.conversation.contact.phone)
    do(ana, waiting, "posse")
    first, last = Message.objects.order_by("id")
    assert receipts(rings) == [(waiting.conversation_id, 0, last.pk)]
    assert first.pk < last.pk


def test_answering_sends_one_for_what_came_since_the_last_answer(
    shop: Shop, ana: Actor, waiting: Ticket, rings: Rings
) -> None:
    send(ana, waiting)
    answered = Message.objects.get(direction="out").pk
    shop.hears("Tem?", phone=waiting.conversation.contact.phone)
    asked = Message.objects.filter(direction="in").latest("id").pk
    rings.clear()
    send(ana, waiting)
    assert receipts(rings) == [(waiting.conversation_id, answered, asked)]
    rings.clear()
    send(ana, waiting, "Mais uma coisa")
    assert receipts(rings) == []


def test_taking_over_sends_one(sara: Actor, ana: Actor, waiting: Ticket, rings: Rings) -> None:
    do(ana, waiting, "posse")
    rings.clear()
    assert ana.attendant
    do(sara, waiting, "substituicao", {"seen": str(ana.attendant.pk)})
    assert len(receipts(rings)) == 1


def test_who_came_too_late_sends_none(
    shop: Shop, ana: Actor, waiting: Ticket, rings: Rings
) -> None:
    caio = shop.hire("Caio", shop.support)
    do(ana, waiting, "posse")
    rings.clear()
    assert do(caio, waiting, "posse").status_code == 409
    assert do(ana, waiting, "posse").status_code == 200
    assert receipts(rings) == []


# --- At the phone ---------------------------------------------------------------------------------

PHONE = "5511987654321"


def ticks(line: Line) -> list[str]:
    thread = line.control.thread(PHONE)
    return [bubble.status.lower() for bubble in thread if bubble.sender == "customer"]


def work(rings: Rings) -> None:
    for conversation_id, after, until in receipts(rings):
        mark_conversation_read(conversation_id, after=after, until=until)


@pytest.fixture
def written(line: Line, transactional_db: None) -> Ticket:
    """Two messages of a customer, through the gateway."""
    for text in ("Oi", "Tem o 42?"):
        line.control.receive(PHONE, text)
        line.hear()
    return Ticket.objects.for_list().get()


def test_the_customers_ticks_turn_blue_when_somebody_takes_them_on(
    line: Line, written: Ticket, ana: Actor, rings: Rings
) -> None:
    ana.client.get(f"/sac/atendimento/{written.code}/")
    work(rings)
    assert "read" not in ticks(line)
    do(ana, written, "posse")
    work(rings)
    assert ticks(line) == ["read", "read"]


def test_a_gateway_that_is_away_costs_the_receipt_and_nothing_else(
    line: Line, written: Ticket, ana: Actor, rings: Rings
) -> None:
    do(ana, written, "posse")
    line.control.deaden()
    work(rings)
    assert now_of(written).attendant == ana.attendant
