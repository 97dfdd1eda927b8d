"""What people do with a ticket, through the addresses of the desk: assume, close, look, draft."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages

from evendas import clock
from sac.models import Draft, Ticket, TicketEvent
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason, steps
from tests.sac.pages import read

MORNING = datetime(2026, 3, 10, 12, tzinfo=UTC)


# --- Assumir -------------------------------------------------------------------------------------


def test_whoever_assumes_first_has_the_ticket(shop: Shop, ana: Actor, sara: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    assert do(ana, ticket, "posse").status_code == 200
    late = do(sara, ticket, "posse")
    assert (late.status_code, reason(late)) == (409, "Ana já assumiu este atendimento.")
    assert (now_of(ticket).status, now_of(ticket).attendant) == ("open", ana.attendant)
    assert steps(ticket) == ["created", "queued", "taken"]


def test_assuming_again_what_is_ones_own_changes_nothing(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    first = now_of(ticket)
    assert do(ana, ticket, "posse").status_code == 200
    assert now_of(ticket).taken_at == first.taken_at
    assert steps(ticket) == ["created", "queued", "taken"]


def test_assuming_shows_the_new_header_and_a_free_composer(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    page = read(do(ana, ticket, "posse"))
    assert "Em aberto" in page.find("header")[0].text
    assert page.find("textarea")
    assert page.find("a", class_="close-button")


def test_an_admin_who_answers_nobody_cannot_assume(shop: Shop, dono: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    refused = do(dono, ticket, "posse")
    assert refused.status_code == 403
    assert reason(refused) == "Só atendentes podem assumir um atendimento."
    assert now_of(ticket).attendant is None


def test_a_closed_ticket_cannot_be_assumed(shop: Shop, sara: Actor, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(sara, ticket, "encerramento")
    late = do(ana, ticket, "posse")
    assert (late.status_code, reason(late)) == (409, "Este atendimento já foi encerrado.")


def test_the_wait_until_assumed_is_kept_in_seconds(shop: Shop, ana: Actor) -> None:
    with clock.at(MORNING):
        ticket = shop.hears(department=shop.support)
    with clock.at(MORNING + timedelta(minutes=3, seconds=20, milliseconds=900)):
        do(ana, ticket, "posse")
    taken = ticket.events.get(kind="taken")
    assert taken.wait_seconds == 200
    assert (taken.actor, taken.attendant) == (ana.user, ana.attendant)
    assert taken.department == shop.support
    assert taken.at == now_of(ticket).taken_at == MORNING + timedelta(seconds=200.9)


def test_a_clock_that_was_set_back_gives_no_negative_wait(shop: Shop, ana: Actor) -> None:
    with clock.at(MORNING):
        ticket = shop.hears(department=shop.support)
    with clock.at(MORNING - timedelta(minutes=1)):
        do(ana, ticket, "posse")
    assert ticket.events.get(kind="taken").wait_seconds == 0


# --- Encerrar ------------------------------------------------------------------------------------


def test_its_attendant_closes_it(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    with clock.at(MORNING):
        assert do(ana, ticket, "encerramento").status_code == 200
    closed = now_of(ticket)
    assert (closed.status, closed.closed_at) == ("closed", MORNING)
    assert (closed.closed_by, closed.close_reason) == (ana.attendant, "")
    assert not closed.is_new
    assert closed.waiting_since is None
    assert steps(ticket)[-1] == "closed"


@pytest.mark.parametrize("who", ["sara", "dono"])
def test_supervisor_and_admin_close_anybodys(
    shop: Shop, ana: Actor, request: pytest.FixtureRequest, who: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    assert do(actor, ticket, "encerramento").status_code == 200
    assert now_of(ticket).closed_by == actor.attendant
    assert ticket.events.get(kind="closed").actor == actor.user


def test_a_colleague_may_not_close_it(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    refused = do(shop.hire("Caio", shop.support), ticket, "encerramento")
    assert refused.status_code == 403
    assert reason(refused) == "Só quem está atendendo pode encerrar este atendimento."
    assert now_of(ticket).status == "open"


def test_closing_twice_says_so(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "encerramento")
    again = do(ana, ticket, "encerramento")
    assert (again.status_code, reason(again)) == (409, "Este atendimento já foi encerrado.")
    assert steps(ticket).count("closed") == 1


def test_a_customer_who_writes_again_gets_a_new_ticket_with_a_new_code(
    shop: Shop, ana: Actor
) -> None:
    first = shop.hears(department=shop.support)
    do(ana, first, "posse")
    do(ana, first, "encerramento")
    second = shop.hears("Voltei", phone=first.conversation.contact.phone)
    assert second.code > first.code
    assert (second.status, second.attendant) == ("waiting", None)
    assert second.conversation == first.conversation
    assert now_of(first).status == "closed"
    assert [message.text for message in second.messages.all()] == ["Voltei"]


# --- NOVO ----------------------------------------------------------------------------------------


def test_the_attendants_look_clears_new(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    assert now_of(ticket).is_new
    assert do(ana, ticket, "visualizacao").status_code == 204
    assert not now_of(ticket).is_new


def test_new_comes_back_with_the_customers_next_message(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    shop.hears("E aí?", phone=ticket.conversation.contact.phone)
    assert now_of(ticket).is_new
    do(ana, ticket, "visualizacao")
    assert not now_of(ticket).is_new


@pytest.mark.parametrize("who", ["sara", "dono"])
def test_a_peek_at_somebody_elses_ticket_clears_nothing(
    shop: Shop, ana: Actor, request: pytest.FixtureRequest, who: str
) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    shop.hears("E aí?", phone=ticket.conversation.contact.phone)
    assert do(request.getfixturevalue(who), ticket, "visualizacao").status_code == 204
    assert now_of(ticket).is_new


def test_a_peek_at_another_departments_queue_clears_nothing(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    theirs = shop.hears(department=shop.sales)
    assert do(sara, theirs, "visualizacao").status_code == 204
    assert now_of(theirs).is_new
    # In a department of her own she is one of the team.
    hers = shop.hears(department=shop.support)
    do(sara, hers, "visualizacao")
    assert not now_of(hers).is_new


def test_reading_writes_nothing(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    before = Ticket.objects.values().get(pk=ticket.pk)
    nouns = ("", "cabecalho/", "novidades/", "anteriores/")
    addresses = [f"/sac/atendimento/{ticket.code}/{noun}" for noun in nouns]
    for address in [*addresses, "/", "/sac/atendimento/", "/sac/atendimento/lista/"]:
        ana.client.get(address)
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    assert now_of(ticket).is_new
    assert TicketEvent.objects.count() == 2


# --- Drafts --------------------------------------------------------------------------------------


def test_a_draft_follows_its_writer_and_nobody_else(shop: Shop, ana: Actor, sara: Actor) -> None:
    def box(actor: Actor) -> str:
        page = read(actor.client.get(f"/sac/atendimento/{ticket.code}/"))
        return page.find("textarea")[0].text

    ticket = shop.hears(department=shop.support)
    for text in ("Bom", "Bom dia,\nMarina"):
        assert do(ana, ticket, "rascunho", {"text": text}).status_code == 204
    assert box(ana) == "Bom dia,\nMarina"
    assert box(sara) == ""
    assert do(ana, ticket, "rascunho", {"text": " \n"}).status_code == 204
    assert not Draft.objects.exists()


def test_a_draft_that_is_too_long_is_refused(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    refused = do(ana, ticket, "rascunho", {"text": "a" * 10_001})
    assert refused.status_code == 422
    assert "10000 caracteres" in reason(refused).replace(".", "")


# --- Without JavaScript --------------------------------------------------------------------------


def test_a_plain_form_leads_back_to_the_page(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    page = f"/sac/atendimento/{ticket.code}/"
    answer = ana.client.post(f"{page}posse/")
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert now_of(ticket).attendant == ana.attendant


def test_a_plain_form_that_was_refused_says_why_on_the_page(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    do(sara, ticket, "posse")
    page = f"/sac/atendimento/{ticket.code}/"
    answer = ana.client.post(f"{page}posse/")
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert [str(told) for told in get_messages(answer.wsgi_request)] == [
        "Sara já assumiu este atendimento."
    ]
    assert "Sara já assumiu este atendimento." in ana.client.get(page).content.decode()
    assert "Sara já assumiu este atendimento." not in ana.client.get(page).content.decode()
