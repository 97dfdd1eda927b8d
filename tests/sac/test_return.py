"""Devolver à fila: back where it was, for whoever may assume it."""

from datetime import UTC, datetime, timedelta

from evendas import clock
from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason, steps
from tests.sac.pages import read

MORNING = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_it_waits_again_where_it_was(shop: Shop, ana: Actor, anas: Ticket) -> None:
    do(ana, anas, "visualizacao")
    with clock.at(MORNING + timedelta(days=300)):
        assert do(ana, anas, "devolucao").status_code == 200
    now = now_of(anas)
    assert (now.status, now.department, now.attendant) == ("waiting", shop.support, None)
    assert now.queued_at == MORNING + timedelta(days=300)
    event = anas.events.get(kind="returned")
    assert (event.actor, event.attendant, event.department) == (
        ana.user,
        ana.attendant,
        shop.support,
    )


def test_the_line_says_who_returned_whose(
    shop: Shop, ana: Actor, sara: Actor, anas: Ticket
) -> None:
    def last_line() -> str:
        page = read(sara.client.get(f"/sac/atendimento/{anas.code}/"))
        return " ".join(page.find("li", class_="event")[-1].text.split()).partition(" ·")[0]

    do(ana, anas, "devolucao")
    assert last_line() == "Ana devolveu o atendimento à fila"
    do(ana, anas, "posse")
    do(sara, anas, "devolucao")
    assert last_line() == "Sara devolveu à fila o atendimento de Ana"


def test_what_waits_already_is_not_returned(shop: Shop, ana: Actor, anas: Ticket) -> None:
    do(ana, anas, "devolucao")
    again = do(ana, anas, "devolucao")
    assert (again.status_code, reason(again)) == (409, "Este atendimento já está na fila.")
    assert steps(anas).count("returned") == 1


def test_a_plain_form_returns_and_leads_back(shop: Shop, ana: Actor, anas: Ticket) -> None:
    page = f"/sac/atendimento/{anas.code}/"
    answer = ana.client.post(f"{page}devolucao/")
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "Atendimento devolvido à fila." in ana.client.get(page).content.decode()
