"""Assumir what somebody else is attending to: who may, what is told, and of two who wins."""

import pytest
from django.contrib.messages import get_messages

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason, send, steps
from tests.sac.pages import Answer, read


def take_over(actor: Actor, ticket: Ticket, *, seen: Actor | None = None) -> Answer:
    """Press Assumir on a page that shows `seen`, or whoever has the ticket now."""
    attendant = seen.attendant if seen else ticket.attendant
    return do(actor, ticket, "substituicao", {"seen": str(attendant.pk if attendant else 1)})


def test_the_ticket_is_the_new_attendants(shop: Shop, sara: Actor, anas: Ticket) -> None:
    assert take_over(sara, anas).status_code == 200
    now = now_of(anas)
    assert (now.status, now.attendant, now.department) == ("open", sara.attendant, shop.support)
    assert now.taken_at
    assert anas.taken_at
    assert now.taken_at > anas.taken_at
    assert steps(anas)[-2:] == ["taken", "taken_over"]


def test_the_trail_names_both(ana: Actor, sara: Actor, anas: Ticket) -> None:
    take_over(sara, anas)
    event = anas.events.get(kind="taken_over")
    assert (event.actor, event.attendant) == (sara.user, sara.attendant)
    assert event.from_attendant == ana.attendant
    page = read(ana.client.get(f"/sac/atendimento/{anas.code}/"))
    assert "Sara assumiu o atendimento de Ana" in " ".join(
        page.find("li", id=f"event-{event.pk}")[0].text.split()
    )


def test_the_winner_may_answer_and_the_loser_is_told_who_has_it(
    ana: Actor, sara: Actor, anas: Ticket
) -> None:
    take_over(sara, anas)
    assert send(sara, anas).status_code == 200
    refused = send(ana, anas)
    assert (refused.status_code, reason(refused)) == (403, "Este atendimento está com Sara.")


def test_an_admin_who_answers_customers_may(shop: Shop, anas: Ticket) -> None:
    boss = shop.hire("Chefe", is_admin=True)
    assert take_over(boss, anas).status_code == 200
    assert now_of(anas).attendant == boss.attendant


def test_a_colleague_without_the_right_may_not(shop: Shop, anas: Ticket) -> None:
    refused = take_over(shop.hire("Caio", shop.support), anas)
    assert (refused.status_code, reason(refused)) == (403, "Este atendimento está com Ana.")
    assert steps(anas)[-1] == "taken"


def test_an_admin_who_answers_nobody_may_not(dono: Actor, anas: Ticket) -> None:
    refused = take_over(dono, anas)
    assert refused.status_code == 403
    assert reason(refused) == "Só atendentes podem assumir um atendimento."


def test_taking_over_what_is_ones_own_by_now_changes_nothing(sara: Actor, anas: Ticket) -> None:
    take_over(sara, anas)
    assert take_over(sara, anas).status_code == 200
    assert steps(anas).count("taken_over") == 1


def test_an_old_page_takes_nothing_from_a_third_person(
    shop: Shop, ana: Actor, sara: Actor, anas: Ticket
) -> None:
    vera = shop.hire("Vera", shop.support, can_take_over_any=True)
    take_over(vera, anas)
    late = take_over(sara, anas, seen=ana)
    assert (late.status_code, reason(late)) == (409, "Este atendimento agora está com Vera.")
    assert now_of(anas).attendant == vera.attendant


def test_an_old_page_is_told_what_became_of_the_ticket(
    ana: Actor, sara: Actor, anas: Ticket
) -> None:
    do(ana, anas, "devolucao")
    late = take_over(sara, anas, seen=ana)
    assert (late.status_code, reason(late)) == (409, "Este atendimento voltou para a fila.")
    do(ana, anas, "encerramento")
    do(sara, anas, "encerramento")
    late = take_over(sara, anas, seen=ana)
    assert (late.status_code, reason(late)) == (409, "Este atendimento já foi encerrado.")


@pytest.mark.parametrize("seen", ["", "Ana", "9" * 5000, "\0"])
def test_a_page_that_saw_nobody_is_out_of_date(sara: Actor, anas: Ticket, seen: str) -> None:
    refused = do(sara, anas, "substituicao", {"seen": seen})
    assert refused.status_code == 422
    assert reason(refused) == "Esta página está desatualizada. Recarregue e tente de novo."
    assert steps(anas)[-1] == "taken"


def test_the_button_stands_where_the_right_is(
    shop: Shop, ana: Actor, sara: Actor, dono: Actor, anas: Ticket
) -> None:
    address = f"/sac/atendimento/{anas.code}/substituicao/"
    people = {"sara": sara, "ana": ana, "dono": dono, "caio": shop.hire("Caio", shop.support)}
    offered = {
        name
        for name, actor in people.items()
        if read(actor.client.get(f"/sac/atendimento/{anas.code}/")).find("form", action=address)
    }
    assert offered == {"sara"}


def test_a_plain_form_takes_over_too(sara: Actor, anas: Ticket) -> None:
    page = f"/sac/atendimento/{anas.code}/"
    form = read(sara.client.get(page)).find("input", name="seen")[0]
    answer = sara.client.post(f"{page}substituicao/", {"seen": form.attributes["value"]})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert now_of(anas).attendant == sara.attendant


def test_a_plain_form_that_came_too_late_says_so(ana: Actor, sara: Actor, anas: Ticket) -> None:
    do(ana, anas, "devolucao")
    answer = sara.client.post(
        f"/sac/atendimento/{anas.code}/substituicao/", {"seen": str(anas.attendant_id)}
    )
    assert [str(told) for told in get_messages(answer.wsgi_request)] == [
        "Este atendimento voltou para a fila."
    ]


def test_whoever_was_dismissed_meanwhile_takes_nothing(sara: Actor, anas: Ticket) -> None:
    assert sara.attendant
    sara.attendant.is_active = False
    sara.attendant.save()
    assert take_over(sara, anas).status_code == 404
    assert now_of(anas).attendant == anas.attendant
