"""Transferir: where to, with what note, what the receiver gets, and what cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac.actions.transfers import transfer_to_department
from sac.destinations import destinations
from sac.models import Attendant, Department, Ticket
from sac.refusals import Refused
from sac.views import transfers
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, reason, send, steps
from tests.sac.board import add_number, put_ticket
from tests.sac.pages import Answer, Page, read

MORNING = datetime(2026, 3, 10, 12, tzinfo=UTC)
Receiver = Department | Actor


def transfer(actor: Actor, ticket: Ticket, to: Receiver | str, note: str = "") -> Answer:
    """Choose `to` in the dialog and press Transferir."""
    data = {"destination": to if isinstance(to, str) else value_of(to), "note": note}
    return do(actor, ticket, "transferencia", data)


def value_of(to: Receiver) -> str:
    if isinstance(to, Department):
        return f"departamento-{to.pk}"
    return f"pessoa-{to.attendant.pk if to.attendant else 0}"


def dialog(actor: Actor, ticket: Ticket) -> Page:
    answer = actor.client.get(f"/sac/atendimento/{ticket.code}/transferencia/", headers=HTMX)
    assert answer.status_code == 200
    return read(answer)


def fault(answer: Answer) -> str:
    """What stands beside the field that is wrong."""
    assert answer.status_code == 422
    return " ".join(found.text.strip() for found in read(answer).find("div", class_="field-error"))


# --- To a department -----------------------------------------------------------------------------


def test_it_waits_in_the_other_department(shop: Shop, ana: Actor, anas: Ticket) -> None:
    with clock.at(MORNING + timedelta(days=300)):
        assert transfer(ana, anas, shop.sales).status_code == 200
    now = now_of(anas)
    assert (now.status, now.department, now.attendant) == ("waiting", shop.sales, None)
    assert now.queued_at == MORNING + timedelta(days=300)
    assert now.taken_at is None
    assert now.is_new


def test_who_waited_already_keeps_their_place_in_the_other_line(shop: Shop, ana: Actor) -> None:
    with clock.at(MORNING):
        ticket = shop.hears(department=shop.support)
    with clock.at(MORNING + timedelta(minutes=40)):
        transfer(ana, ticket, shop.sales)
    now = now_of(ticket)
    assert (now.status, now.department) == ("waiting", shop.sales)
    assert now.queued_at == MORNING


def test_both_departments_and_the_one_who_had_it_are_on_the_trail(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    transfer(ana, anas, shop.sales, "Quer comprar outro par")
    out, into = anas.events.filter(kind__startswith="transferred").order_by("id")
    assert (out.kind, out.department, out.attendant) == (
        "transferred_out",
        shop.support,
        ana.attendant,
    )
    assert (into.kind, into.department, into.attendant) == ("transferred_in", shop.sales, None)
    assert (into.from_department, into.from_attendant) == (shop.support, ana.attendant)
    assert into.note == "Quer comprar outro par"
    assert out.actor == into.actor == ana.user


def test_the_receiver_reads_where_it_came_from_and_the_note(
    shop: Shop, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    transfer(ana, anas, shop.sales, 'Quer "outro" par <b>')
    page = read(bia.client.get(f"/sac/atendimento/{anas.code}/"))
    line = " ".join(page.find("li", class_="event")[-1].text.split())
    assert line.startswith("Ana transferiu o atendimento de Suporte para Vendas")
    assert line.endswith('Nota: Quer "outro" par <b>')


def test_who_may_not_see_it_any_more_goes_back_to_the_list(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    answer = transfer(ana, anas, shop.sales)
    assert answer.content == b""
    assert '"isGone": true' in answer["HX-Trigger"]
    assert "Atendimento transferido para Vendas." in answer["HX-Trigger"]
    assert ana.client.get(f"/sac/atendimento/{anas.code}/").status_code == 404


def test_who_still_sees_it_stays_with_it(shop: Shop, sara: Actor, anas: Ticket) -> None:
    answer = transfer(sara, anas, shop.sales)
    assert "Aguardando" in read(answer).find("header")[0].text
    assert '"isGone": false' in answer["HX-Trigger"]


def test_a_waiting_ticket_is_led_elsewhere_by_who_may_assume_it(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    ticket = shop.hears()
    assert transfer(ana, ticket, shop.sales).status_code == 200
    assert now_of(ticket).department == shop.sales
    assert do(ana, ticket, "posse").status_code == 404
    assert do(bia, ticket, "posse").status_code == 200


def test_the_customers_patience_counts_from_the_first_queue(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    with clock.at(MORNING):
        ticket = shop.hears(department=shop.support)
    with clock.at(MORNING + timedelta(minutes=20)):
        do(ana, ticket, "posse")
        transfer(ana, ticket, shop.sales)
    with clock.at(MORNING + timedelta(minutes=22)):
        send(bia, ticket)
    waits = dict(ticket.events.exclude(wait_seconds=None).values_list("kind", "wait_seconds"))
    assert waits == {"taken": 120, "first_reply": 22 * 60}


# --- To a person ---------------------------------------------------------------------------------


def test_it_is_open_with_the_colleague_in_their_department(
    shop: Shop, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    with clock.at(MORNING + timedelta(days=300)):
        assert transfer(ana, anas, bia).status_code == 200
    now = now_of(anas)
    assert (now.status, now.department, now.attendant) == ("open", shop.sales, bia.attendant)
    assert now.taken_at == MORNING + timedelta(days=300)
    assert now.queued_at == anas.queued_at
    assert now.is_new
    assert send(bia, anas).status_code == 200


def test_the_department_stays_when_it_is_theirs_too(shop: Shop, ana: Actor, anas: Ticket) -> None:
    shop.support.menu_position = 2
    shop.support.save()
    transfer(ana, anas, shop.hire("Caio", shop.sales, shop.support))
    assert now_of(anas).department == shop.support


def test_else_it_is_the_first_of_theirs_on_that_number(
    shop: Shop, ana: Actor, anas: Ticket
) -> None:
    shop.sales.menu_position = 2
    shop.sales.save()
    elsewhere, first, closed = (
        Department.objects.create(store=shop.store, instance=instance, name=name, **facts)
        for name, instance, facts in (
            ("Outro número", add_number(shop), {}),
            ("Trocas", shop.instance, {"menu_position": 1}),
            ("Fechado", shop.instance, {"menu_position": 1, "is_active": False}),
        )
    )
    transfer(ana, anas, shop.hire("Caio", elsewhere, closed, shop.sales, first))
    assert now_of(anas).department == first


def test_the_line_names_the_colleague(shop: Shop, ana: Actor, bia: Actor, anas: Ticket) -> None:
    transfer(ana, anas, bia, "É com você")
    page = read(bia.client.get(f"/sac/atendimento/{anas.code}/"))
    line = " ".join(page.find("li", class_="event")[-1].text.split())
    assert line.startswith("Ana transferiu o atendimento de Suporte para Bia, em Vendas")


def test_the_receivers_look_clears_new_and_nobody_elses_does(
    ana: Actor, bia: Actor, sara: Actor, anas: Ticket
) -> None:
    transfer(ana, anas, bia)
    do(sara, anas, "visualizacao")
    assert now_of(anas).is_new
    do(bia, anas, "visualizacao")
    assert not now_of(anas).is_new


def test_who_gave_it_away_goes_on_seeing_it_once_it_is_closed(
    ana: Actor, bia: Actor, anas: Ticket
) -> None:
    transfer(ana, anas, bia)
    assert ana.client.get(f"/sac/atendimento/{anas.code}/").status_code == 404
    do(bia, anas, "encerramento")
    assert ana.client.get(f"/sac/atendimento/{anas.code}/").status_code == 200


# --- The dialog ----------------------------------------------------------------------------------


def test_it_lists_the_numbers_departments_and_people_with_their_load(
    shop: Shop, other_shop: Shop, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    far = Department.objects.create(store=shop.store, instance=add_number(shop), name="Longe")
    shop.hire("Nina", far)
    shop.hire("Sem lugar")
    other_shop.hire("Eva", other_shop.support)
    for department in (shop.sales, shop.sales, shop.support):
        put_ticket(shop, department=department)
    put_ticket(shop, department=shop.sales, attendant=bia.attendant, status="open")
    lines = dialog(ana, anas).find("label", class_="destination")
    assert [" ".join(line.text.split()) for line in lines] == [
        "Suporte está aqui · ninguém disponível",
        "Vendas 2 aguardando · ninguém disponível",
        "Ana ainda não entrou atende agora",
        "Bia ainda não entrou 1 em aberto",
    ]


def test_it_asks_the_same_of_the_database_at_any_size(shop: Shop, ana: Actor, anas: Ticket) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            dialog(ana, anas)
        return len(queries)

    before = cost()
    for number in range(8):
        place = Department.objects.create(
            store=shop.store, instance=shop.instance, name=f"Setor {number}"
        )
        put_ticket(shop, department=place, attendant=shop.hire("X", place).attendant, status="open")
    assert cost() == before <= 10


def test_without_javascript_it_is_a_page(shop: Shop, ana: Actor, anas: Ticket) -> None:
    address = f"/sac/atendimento/{anas.code}/transferencia/"
    page = read(ana.client.get(address))
    assert page.find("nav")
    assert page.find("form", action=address)
    answer = ana.client.post(address, {"destination": value_of(shop.sales), "note": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/sac/atendimento/")
    assert [str(told) for told in get_messages(answer.wsgi_request)] == [
        "Atendimento transferido para Vendas."
    ]


def test_without_javascript_faults_stand_on_the_page(ana: Actor, anas: Ticket) -> None:
    answer = ana.client.post(
        f"/sac/atendimento/{anas.code}/transferencia/", {"note": "Cliente difícil"}
    )
    assert fault(answer) == "Escolha um departamento ou uma pessoa."
    assert read(answer).find("textarea")[0].text.strip() == "Cliente difícil"
    assert read(answer).find("nav")


# --- What cannot be ------------------------------------------------------------------------------


def test_nothing_chosen(ana: Actor, anas: Ticket) -> None:
    answer = transfer(ana, anas, "", "Olhe isto")
    assert fault(answer) == "Escolha um departamento ou uma pessoa."
    assert answer["HX-Retarget"] == "#dialog"
    page = read(answer)
    assert page.find("textarea")[0].text.strip() == "Olhe isto"
    assert all(box.attributes["aria-invalid"] for box in page.find("input", type="radio"))


def test_a_note_that_is_too_long(shop: Shop, ana: Actor, anas: Ticket) -> None:
    answer = transfer(ana, anas, shop.sales, "ç" * 1001)
    assert "1000 caracteres" in fault(answer).replace(".", "")
    page = read(answer)
    assert page.find("textarea")[0].text.strip() == "ç" * 1001
    (chosen,) = [box for box in page.find("input", type="radio") if "checked" in box.attributes]
    assert chosen.attributes["value"] == value_of(shop.sales)
    assert transfer(ana, anas, shop.sales, "ç" * 1000).status_code == 200


def test_emoji_and_nul_in_a_note(shop: Shop, sara: Actor, anas: Ticket) -> None:
    assert transfer(sara, anas, shop.sales, "👟\0 \u202eaté").status_code == 200
    assert anas.events.get(kind="transferred_in").note == "👟 \u202eaté"


def _another_store(shop: Shop, other_shop: Shop) -> list[Receiver]:
    return [other_shop.support, other_shop.hire("Eva", other_shop.support)]


def _another_number(shop: Shop, other_shop: Shop) -> list[Receiver]:
    far = Department.objects.create(store=shop.store, instance=add_number(shop), name="Longe")
    return [far, shop.hire("Nina", far)]


def _no_longer_active(shop: Shop, other_shop: Shop) -> list[Receiver]:
    place = Department.objects.create(
        store=shop.store, instance=shop.instance, name="Fechado", is_active=False
    )
    gone = shop.hire("Zé", shop.sales)
    Attendant.objects.filter(user=gone.user).update(is_active=False)
    locked_out = shop.hire("Ivo", shop.sales)
    locked_out.user.is_active = False
    locked_out.user.save()
    return [place, gone, locked_out, shop.hire("Ida", place), shop.hire("Sem lugar")]


@pytest.mark.parametrize("somewhere", [_another_store, _another_number, _no_longer_active])
def test_a_destination_that_is_not_on_the_list(
    shop: Shop,
    other_shop: Shop,
    sara: Actor,
    anas: Ticket,
    somewhere: Callable[[Shop, Shop], list[Receiver]],
) -> None:
    for to in somewhere(shop, other_shop):
        answer = transfer(sara, anas, to, "fica")
        assert fault(answer) == "Escolha um departamento ou uma pessoa da lista."
        assert read(answer).find("textarea")[0].text.strip() == "fica"
    assert steps(anas)[-1] == "taken"


@pytest.mark.parametrize(
    "nonsense", ["1", "departamento-", "pessoa-x", "departamento-99999999999999999999", "\0", "💥"]
)
def test_nonsense_in_place_of_a_destination(ana: Actor, anas: Ticket, nonsense: str) -> None:
    assert transfer(ana, anas, nonsense).status_code == 422
    assert steps(anas)[-1] == "taken"


def test_where_it_is_already(shop: Shop, ana: Actor, anas: Ticket) -> None:
    assert fault(transfer(ana, anas, shop.support)) == "Este atendimento já está em Suporte."
    assert fault(transfer(ana, anas, ana)) == "Este atendimento já está com Ana."
    assert steps(anas)[-1] == "taken"


def test_somebody_elses_ticket(shop: Shop, anas: Ticket) -> None:
    caio = shop.hire("Caio", shop.support)
    refused = transfer(caio, anas, shop.sales)
    assert (refused.status_code, reason(refused)) == (403, "Este atendimento está com Ana.")
    shown = caio.client.get(f"/sac/atendimento/{anas.code}/transferencia/", headers=HTMX)
    assert shown.status_code == 403


def test_a_closed_ticket(shop: Shop, ana: Actor, anas: Ticket) -> None:
    do(ana, anas, "encerramento")
    refused = transfer(ana, anas, shop.sales)
    assert (refused.status_code, reason(refused)) == (403, "Este atendimento foi encerrado.")


def test_a_supervisor_and_an_admin_may_move_what_is_anothers(
    shop: Shop, bia: Actor, sara: Actor, dono: Actor, anas: Ticket
) -> None:
    assert transfer(dono, anas, bia).status_code == 200
    assert transfer(sara, anas, shop.support).status_code == 200
    assert now_of(anas).department == shop.support


def test_an_admin_who_answers_nobody_leaves_the_queue_to_the_attendants(
    shop: Shop, dono: Actor
) -> None:
    refused = transfer(dono, shop.hears(department=shop.support), shop.sales)
    assert refused.status_code == 403
    assert reason(refused) == "Só atendentes podem transferir um atendimento da fila."


def test_a_place_that_closed_between_the_list_and_the_click(
    shop: Shop, ana: Actor, bia: Actor, anas: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = destinations(anas)
    monkeypatch.setattr(transfers, "destinations", lambda _: known)
    Department.objects.filter(pk=shop.sales.pk).update(is_active=False)
    for to in (shop.sales, bia):
        answer = transfer(ana, anas, to, "fica")
        assert fault(answer) == "Esse destino não recebe mais atendimentos. Escolha outro."
        assert read(answer).find("textarea")[0].text.strip() == "fica"
    assert steps(anas)[-1] == "taken"


def test_whoever_lost_sight_of_it_meanwhile_moves_nothing(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    seen = shop.hears(department=shop.support)
    transfer(sara, seen, shop.sales)
    with pytest.raises(Refused, match="saiu dos seus departamentos"):
        transfer_to_department(seen, shop.support, by=ana.user, rights=ana.rights)
    assert now_of(seen).department == shop.sales
