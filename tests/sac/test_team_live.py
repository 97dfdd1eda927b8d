"""What an admin changes in the team reaches open screens at once, and two at once do no harm."""

import time

import pytest
from django.urls import reverse

from evendas.accounts.models import User
from sac.models import Attendant, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import now_of
from tests.sac.board import Status, put_ticket
from tests.sac.conftest import OpenTab
from tests.sac.team import address, of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def save(admin: Actor, attendant: Attendant | None, **changed: object) -> None:
    assert admin.client.post(address(attendant), of(attendant, **changed)).status_code == 302


def set_state(admin: Actor, attendant: Attendant | None, ativo: str) -> None:
    admin.client.post(f"{address(attendant)}situacao/", {"ativo": ativo})


def set_active(admin: Actor, shop: Shop, *, is_active: bool) -> None:
    place = shop.support
    data = {"name": place.name, "instance": shop.instance.pk, "colour": "green"}
    data |= {"menu_position": 1} | ({"is_active": "on"} if is_active else {})
    page = reverse("department_edit", args=[place.pk])
    assert admin.client.post(page, data).status_code == 302


def test_whoever_is_shut_out_is_cut_off_within_seconds(
    open_tab: OpenTab, dono: Actor, ana: Actor
) -> None:
    tab = open_tab(ana)
    began = time.monotonic()
    set_state(dono, ana.attendant, "0")
    assert tab.code_of_close() == 4403
    assert time.monotonic() - began < 5
    set_state(dono, ana.attendant, "1")
    assert ana.client.get("/").status_code == 200


def test_a_password_from_the_admin_cuts_off_what_was_open(
    open_tab: OpenTab, dono: Actor, ana: Actor
) -> None:
    tab = open_tab(ana)
    save(dono, ana.attendant, password="senha-dada-pelo-dono-3")
    assert tab.code_of_close() == 4403


def test_a_new_department_is_heard_of_at_once(
    shop: Shop, open_tab: OpenTab, dono: Actor, ana: Actor
) -> None:
    tab = open_tab(ana)
    shop.hears("Oi", department=shop.sales)
    tab.heard()
    save(dono, ana.attendant, departments=[shop.support.pk, shop.sales.pk])
    tab.heard()
    ticket = shop.hears("Olá", department=shop.sales)
    ticket.refresh_from_db()
    dono.client.post(f"/sac/atendimento/{ticket.code}/encerramento/")
    assert ticket.pk in [frame.get("ticket") for frame in tab.heard()]


def test_whoever_sees_no_more_of_a_department_hears_no_more_of_it(
    shop: Shop, open_tab: OpenTab, dono: Actor, ana: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    save(dono, ana.attendant, departments=[shop.sales.pk])
    tab.heard()
    dono.client.post(f"/sac/atendimento/{ticket.code}/encerramento/")
    assert tab.heard() == []


def test_the_tickets_of_a_deactivated_department_show_up_with_the_others_of_its_number(
    shop: Shop, open_tab: OpenTab, dono: Actor, bia: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(bia)
    set_active(dono, shop, is_active=False)
    rows = [frame["ticket"] for frame in tab.heard() if frame["t"] == "row"]
    assert rows == [ticket.pk]


def test_its_own_people_lose_them_from_their_screens(
    shop: Shop, open_tab: OpenTab, dono: Actor, ana: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    tab.next()
    set_active(dono, shop, is_active=False)
    # The page is told to ask for everything anew; of the ticket itself it hears nothing more.
    # Whether the change of rights or the ticket's leaving reaches it first is a matter of luck.
    heard = tab.heard()
    assert {"t": "rights"} in heard
    assert [frame for frame in heard if frame["t"] not in {"rights", "gone"}] == []
    assert ana.client.get(f"/sac/atendimento/{ticket.code}/").status_code == 404


def test_of_two_admins_who_shut_each_other_out_one_stays(shop: Shop, dono: Actor) -> None:
    other = shop.hire("Outra", shop.support, is_admin=True)
    data = {"nickname": "Dono", "departments": [shop.support.pk]}
    dono.client.post("/sac/atendentes/eu/", data)
    own = Attendant.objects.get(user=dono.user)
    together(
        lambda: set_state(dono, other.attendant, "0"),
        lambda: set_state(other, own, "0"),
    )
    assert User.objects.filter(store=shop.store, is_admin=True, is_active=True).count() == 1


@pytest.mark.parametrize("_round", range(3))
def test_whoever_is_shut_out_while_they_take_a_ticket_keeps_none(
    shop: Shop, dono: Actor, ana: Actor, _round: int
) -> None:
    tickets = [put_ticket(shop, department=shop.support) for _ in range(4)]
    together(
        lambda: set_state(dono, ana.attendant, "0"),
        lambda: (
            [ana.client.post(f"/sac/atendimento/{one.code}/posse/") for one in tickets] and None
        ),
    )
    assert {now_of(ticket).status for ticket in tickets} == {Status.WAITING}


def _take(actor: Actor, tickets: list[Ticket]) -> None:
    for ticket in tickets:
        actor.client.post(f"/sac/atendimento/{ticket.code}/posse/")
