"""Back to the queue: a customer does not wait for somebody who does not answer, or is not there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac.actions import silence
from sac.actions.tickets import Held
from sac.actions.transfers import put_back
from sac.models import Attendant, Department, Ticket
from sac.tasks import sweep_silence
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, send, steps
from tests.sac.board import put_ticket
from tests.sac.conftest import OpenTab
from tests.sac.pages import read

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def strict(shop: Shop) -> Department:
    """Suporte lets nobody wait for longer than thirty minutes."""
    Department.objects.filter(pk=shop.support.pk).update(silence_minutes=30)
    return shop.support


@pytest.fixture
def anas(shop: Shop, strict: Department, ana: Actor) -> Ticket:
    """Taken by Ana at noon, one minute after the customer wrote."""
    with clock.at(NOON - MINUTE):
        ticket = shop.hears(department=strict)
    with clock.at(NOON):
        do(ana, ticket, "posse")
    return now_of(ticket)


def seen(actor: Actor, at: datetime) -> None:
    assert actor.attendant
    Attendant.objects.filter(pk=actor.attendant.pk).update(last_seen_at=at)


def look(at: datetime) -> None:
    with clock.at(at):
        sweep_silence()


def test_it_goes_back_when_the_customer_waited_too_long(ana: Actor, anas: Ticket) -> None:
    seen(ana, NOON + 30 * MINUTE)
    look(NOON + 29 * MINUTE)
    assert now_of(anas).status == "open"
    look(NOON + 30 * MINUTE)
    now = now_of(anas)
    assert (now.status, now.attendant, now.department) == ("waiting", None, anas.department)
    assert now.is_new


def test_what_came_late_waits_from_when_it_came(shop: Shop, ana: Actor, strict: Department) -> None:
    phone = "+5511987654321"
    with clock.at(NOON - 300 * MINUTE):
        ticket = shop.hears(department=strict, phone=phone)
        do(ana, ticket, "posse")
        send(ana, ticket)
    with clock.at(NOON):
        shop.hears("Escrevi ontem", phone=phone, sent_at=NOON - 180 * MINUTE)
    seen(ana, NOON + 30 * MINUTE)
    look(NOON + 29 * MINUTE)
    assert now_of(ticket).status == "open"
    look(NOON + 30 * MINUTE)
    assert now_of(ticket).status == "waiting"


def test_who_is_shown_as_there_is_not_gone_however_strict_the_rule(
    shop: Shop, ana: Actor, strict: Department
) -> None:
    Department.objects.update(silence_minutes=1)
    with clock.at(NOON - 300 * MINUTE):
        ticket = shop.hears(department=strict, phone="+5511987654321")
        do(ana, ticket, "posse")
        send(ana, ticket)
    with clock.at(NOON):
        shop.hears("Oi?", phone="+5511987654321")
        seen(ana, NOON - 2 * MINUTE + timedelta(seconds=3))
        assert ana.attendant
        assert Attendant.objects.get(pk=ana.attendant.pk).is_online
    look(NOON + timedelta(seconds=2))
    assert now_of(ticket).status == "open"
    look(NOON + timedelta(seconds=3))
    assert now_of(ticket).status == "waiting"


def test_one_that_cannot_be_handed_back_keeps_no_other_waiting(
    shop: Shop, ana: Actor, anas: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON + MINUTE):
        other = shop.hears(department=shop.support, phone="+5511987654321")
        do(ana, other, "posse")

    def fail_once(row: Held, **what: Any) -> None:
        if row.ticket.pk == anas.pk:
            raise OperationalError("canceling statement due to lock timeout")
        put_back(row, **what)

    monkeypatch.setattr(silence, "put_back", fail_once)
    look(NOON + 60 * MINUTE)
    assert (now_of(anas).status, now_of(other).status) == ("open", "waiting")


def test_the_trail_says_why_and_names_nobody_as_who_did_it(ana: Actor, anas: Ticket) -> None:
    seen(ana, NOON + 30 * MINUTE)
    look(NOON + 30 * MINUTE)
    event = anas.events.get(kind="returned")
    assert (event.actor, event.attendant) == (None, ana.attendant)
    assert event.note == "Ana ficou 30 minutos sem responder ao cliente."
    page = read(ana.client.get(f"/sac/atendimento/{anas.code}/"))
    line = page.find("li", id=f"event-{event.pk}")[0]
    assert "Atendimento de Ana devolvido à fila" in " ".join(line.text.split())


def test_an_answer_in_time_keeps_it(ana: Actor, anas: Ticket) -> None:
    with clock.at(NOON + 29 * MINUTE):
        send(ana, anas)
    look(NOON + 300 * MINUTE)
    assert now_of(anas).status == "open"


def test_who_is_gone_loses_it_as_soon_as_the_customer_writes(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    with clock.at(NOON + MINUTE):
        send(ana, anas)
    seen(ana, NOON + 2 * MINUTE)
    look(NOON + 40 * MINUTE)
    assert now_of(anas).status == "open", "nobody waits"
    with clock.at(NOON + 41 * MINUTE):
        shop.hears("E aí?", phone=anas.conversation.contact.phone)
    look(NOON + 42 * MINUTE)
    assert now_of(anas).status == "waiting"
    note = anas.events.get(kind="returned").note
    assert note == "Ana está fora do sistema há mais de 30 minutos, e o cliente espera."


def test_who_just_got_it_has_the_minutes_whole(
    shop: Shop, ana: Actor, sara: Actor, strict: Department
) -> None:
    """The customer waited for an hour in the queue: that is not the attendant's silence."""
    with clock.at(NOON - 60 * MINUTE):
        ticket = shop.hears(department=strict)
    with clock.at(NOON):
        do(ana, ticket, "posse")
    seen(ana, NOON - 120 * MINUTE)
    look(NOON + 29 * MINUTE)
    assert now_of(ticket).status == "open"
    look(NOON + 30 * MINUTE)
    assert now_of(ticket).status == "waiting"


@pytest.mark.parametrize("minutes", [None, 1440])
def test_a_department_without_the_rule_or_with_a_longer_one_keeps_it(
    ana: Actor, anas: Ticket, minutes: int | None
) -> None:
    Department.objects.update(silence_minutes=minutes)
    look(NOON + 120 * MINUTE)
    assert now_of(anas).status == "open"


def test_what_waits_in_the_queue_stays_as_it_is(shop: Shop, strict: Department) -> None:
    with clock.at(NOON):
        ticket = shop.hears(department=strict)
    before = steps(ticket)
    look(NOON + 120 * MINUTE)
    assert steps(ticket) == before


def test_looking_costs_the_same_however_much_is_in_order(
    shop: Shop, ana: Actor, strict: Department
) -> None:
    for _ in range(5):
        put_ticket(shop, department=strict, attendant=ana.attendant, status="open")
    with CaptureQueriesContext(connection) as queries:
        sweep_silence()
    assert len(queries) == 1


def _answers(actor: Actor, ticket: Ticket) -> None:
    send(actor, ticket)


def _closes(actor: Actor, ticket: Ticket) -> None:
    do(actor, ticket, "encerramento")


def _is_handed_it(actor: Actor, ticket: Ticket) -> None:
    """Given back and taken again: the minutes count anew, though the customer waits on."""
    do(actor, ticket, "devolucao")
    do(actor, ticket, "posse")
    seen(actor, clock.now())


@pytest.mark.parametrize("acts", [_answers, _closes, _is_handed_it])
def test_what_changed_after_the_look_is_left_as_it_is(
    ana: Actor, anas: Ticket, acts: Callable[[Actor, Ticket], None]
) -> None:
    """A worker found it due, and somebody was quicker than its lock."""
    with clock.at(NOON + 31 * MINUTE):
        assert silence.due_for_release() == [anas.pk]
        acts(ana, anas)
        before = steps(anas)
        silence.release_if_silent(anas.pk)
    assert steps(anas) == before


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_it_back_once(ana: Actor, anas: Ticket) -> None:
    seen(ana, NOON)

    def work(_: int) -> None:
        with clock.at(NOON + 31 * MINUTE):
            silence.release_if_silent(anas.pk)
        connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(8)))
    assert steps(anas).count("returned") == 1


# --- Who is told ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_department_and_who_lost_it_are_alerted_and_nobody_else(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor, eva: Actor, anas: Ticket
) -> None:
    people = {"ana": ana, "caio": shop.hire("Caio", shop.support), "bia": bia, "eva": eva}
    tabs = {name: open_tab(actor) for name, actor in people.items()}
    look(NOON + 30 * MINUTE)
    alerts = {
        name: [frame for frame in tab.heard() if frame["t"] == "alert"]
        for name, tab in tabs.items()
    }
    assert {name: len(found) for name, found in alerts.items()} == {
        "ana": 1,
        "caio": 1,
        "bia": 0,
        "eva": 0,
    }
    assert f"O atendimento {anas.code}" in alerts["ana"][0]["html"]
    assert "voltou para a fila de" in alerts["caio"][0]["html"]
    assert set(alerts["ana"][0]) == set(alerts["caio"][0]) == {"t", "ticket", "html"}


@pytest.mark.django_db(transaction=True)
def test_who_had_it_from_another_department_is_alerted_too(
    shop: Shop, open_tab: OpenTab, bia: Actor, strict: Department
) -> None:
    ticket = put_ticket(shop, department=strict, attendant=bia.attendant, status="open")
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=NOON, taken_at=NOON)
    tab = open_tab(bia)
    look(NOON + 60 * MINUTE)
    assert [frame["t"] for frame in tab.heard()].count("alert") == 1


# --- The department's form -----------------------------------------------------------------------


def form_of(shop: Shop, minutes: str) -> dict[str, object]:
    return {
        "name": "Suporte",
        "instance": shop.instance.pk,
        "colour": "green",
        "menu_position": "1",
        "silence_minutes": minutes,
        "is_active": "on",
    }


@pytest.mark.parametrize(("typed", "kept"), [("15", 15), ("", None), ("1440", 1440), ("1", 1)])
def test_the_admin_says_after_how_many_minutes(
    shop: Shop, dono: Actor, typed: str, kept: int | None
) -> None:
    address = f"/sac/departamentos/{shop.support.pk}/"
    assert dono.client.post(address, form_of(shop, typed)).status_code == 302
    shop.support.refresh_from_db()
    assert shop.support.silence_minutes == kept
    field = read(dono.client.get(address)).find("input", id="id_silence_minutes")[0]
    assert field.attributes.get("value", "") == typed


@pytest.mark.parametrize("typed", ["0", "1441", "-5", "2,5", "dez"])
def test_what_is_no_number_of_minutes_is_said_beside_the_field(
    shop: Shop, dono: Actor, typed: str
) -> None:
    answer = dono.client.post(f"/sac/departamentos/{shop.support.pk}/", form_of(shop, typed))
    page = read(answer)
    assert "ou deixe em branco." in page.find("div", id="id_silence_minutes_error")[0].text
    assert page.find("input", id="id_silence_minutes")[0].attributes["value"] == typed
    shop.support.refresh_from_db()
    assert shop.support.silence_minutes is None
