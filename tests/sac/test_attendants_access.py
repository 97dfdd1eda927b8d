"""Shutting an attendant out, letting them back in, and the admin who answers as well."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from evendas.accounts.models import AuditEntry, User
from sac.actions.releasing import release_stranded
from sac.models import Attendant
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.acts import now_of, steps
from tests.sac.board import Status, put_ticket
from tests.sac.pages import Answer, read
from tests.sac.team import LIST, LONG, SELF, address, error_of, join, value_of

pytestmark = pytest.mark.django_db

Pushes = list[tuple[set[str], dict[str, object]]]


# --- Shutting out, letting back in ---------------------------------------------------------------


def set_state(actor: Actor, attendant: Attendant | None, ativo: str) -> Answer:
    return actor.client.post(f"{address(attendant)}situacao/", {"ativo": ativo}, follow=True)


def test_whoever_is_shut_out_is_out_at_once(dono: Actor, ana: Actor) -> None:
    assert "não tem mais acesso" in set_state(dono, ana.attendant, "0").content.decode()
    assert ana.client.get("/").status_code == 302
    answer = Client().post("/entrar/", {"username": ana.user.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Desativado" in dono.client.get(LIST).content.decode()
    assert AuditEntry.objects.get().action == "attendant.deactivated"


def test_their_tickets_wait_for_somebody_else_where_they_were(
    shop: Shop, dono: Actor, ana: Actor, bia: Actor
) -> None:
    own = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    loose = put_ticket(shop, attendant=ana.attendant, status=Status.OPEN)
    waiting = put_ticket(shop, department=shop.support)
    other = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status=Status.OPEN)
    set_state(dono, ana.attendant, "0")
    for ticket, department in ((own, shop.support), (loose, None)):
        now = now_of(ticket)
        assert (now.status, now.attendant, now.department) == (Status.WAITING, None, department)
        (step,) = ticket.events.all()
        assert (step.kind, step.actor, step.attendant) == ("returned", dono.user, ana.attendant)
        assert step.note == "Acesso de Ana desativado."
    assert (steps(waiting), now_of(other).status) == ([], Status.OPEN)


def test_their_sockets_are_told_at_once(
    dono: Actor,
    ana: Actor,
    pushes: Pushes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        set_state(dono, ana.attendant, "0")
    assert pushes == [({f"user.{ana.user.pk}"}, {"t": "rights"})]


def test_whoever_comes_back_has_what_they_had(shop: Shop, dono: Actor, sara: Actor) -> None:
    before = sara.rights
    set_state(dono, sara.attendant, "0")
    assert "Reativar" in dono.client.get(address(sara.attendant)).content.decode()
    set_state(dono, sara.attendant, "1")
    assert sara.rights == before
    data = {"username": sara.user.email, "password": PASSWORD}
    assert Client().post("/entrar/", data).status_code == 302


def test_the_last_admin_cannot_shut_themself_out(shop: Shop, dono: Actor) -> None:
    own = join(shop, dono)
    answer = set_state(dono, own, "0")
    assert "pelo menos um administrador ativo" in answer.content.decode()
    assert dono.client.get("/").status_code == 200
    assert Attendant.objects.get(pk=own.pk).is_active


def test_an_admin_who_is_not_the_last_may_leave(shop: Shop, dono: Actor) -> None:
    shop.hire("Outra", shop.support, is_admin=True)
    own = join(shop, dono)
    set_state(dono, own, "0")
    assert dono.client.get("/").status_code == 302


def test_an_admin_who_is_out_already_is_no_other_admin(shop: Shop, dono: Actor) -> None:
    other = shop.hire("Outra", shop.support, is_admin=True)
    own = join(shop, dono)
    set_state(dono, other.attendant, "0")
    assert "pelo menos um administrador" in set_state(dono, own, "0").content.decode()


def test_what_a_crash_left_behind_is_found(shop: Shop, ana: Actor, bia: Actor) -> None:
    stranded = put_ticket(
        shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN
    )
    fine = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status=Status.OPEN)
    Attendant.objects.filter(user=ana.user).update(is_active=False)
    release_stranded()
    assert (now_of(stranded).status, steps(stranded)) == (Status.WAITING, ["returned"])
    assert (now_of(fine).status, steps(fine)) == (Status.OPEN, [])


# --- "Também quero atender" ----------------------------------------------------------------------


def test_an_admin_may_answer_as_well(shop: Shop, dono: Actor) -> None:
    assert (
        read(dono.client.get(LIST)).find("a", href=SELF)[0].text.strip() == "Também quero atender"
    )
    own = join(shop, dono)
    assert dono.rights.attendant_id == own.pk
    assert dono.rights.departments == {shop.support.pk}
    assert own.terms_acceptance
    assert own.terms_acceptance.user == dono.user
    assert not read(dono.client.get(LIST)).find("a", href=SELF)
    ticket = put_ticket(shop, department=shop.support)
    dono.client.post(f"/sac/atendimento/{ticket.code}/posse/")
    assert now_of(ticket).attendant == own
    assert AuditEntry.objects.get().action == "attendant.joined"


def test_an_admin_may_stop_answering_and_begin_again(shop: Shop, dono: Actor) -> None:
    own = join(shop, dono)
    ticket = put_ticket(shop, department=shop.support, attendant=own, status=Status.OPEN)
    dono.client.post(f"{SELF}saida/")
    assert dono.rights.attendant_id is None
    assert now_of(ticket).status == Status.WAITING
    page = dono.client.get(LIST)
    assert "Não atende" in page.content.decode()
    assert value_of(read(dono.client.get(SELF)), "nickname") == "Dono – Geral"
    assert join(shop, dono, "Dono de volta") == own
    assert dono.rights.attendant_id == own.pk


def test_who_never_answered_cannot_stop(dono: Actor) -> None:
    assert dono.client.post(f"{SELF}saida/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("nickname", ""), ("nickname", LONG), ("departments", [])]
)
def test_what_is_missing_is_told(shop: Shop, dono: Actor, field: str, value: object) -> None:
    data = {"nickname": "Dono", "departments": [shop.support.pk], field: value}
    answer = dono.client.post(SELF, data)
    assert error_of(answer, field)
    assert not Attendant.objects.exists()


@pytest.mark.parametrize("data", [{}, {"ativo": ""}, {"ativo": "sim"}, {"estado": "0"}])
def test_a_form_that_says_neither_changes_nothing(
    dono: Actor, ana: Actor, data: dict[str, str]
) -> None:
    answer = dono.client.post(f"{address(ana.attendant)}situacao/", data, follow=True)
    assert "Nada foi mudado" in answer.content.decode()
    assert User.objects.get(pk=ana.user.pk).is_active
