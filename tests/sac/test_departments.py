"""Sac > Departamentos: who gets in, what may be typed, and what becomes of the tickets."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from automacao.models import Instance
from evendas.accounts.models import AuditEntry
from sac.actions import departments
from sac.actions.releasing import release_stranded
from sac.models import Department
from sac.models.team import DepartmentQuerySet
from tests.conftest import Actor, Shop
from tests.sac.acts import now_of, steps
from tests.sac.board import Status, add_number, put_ticket
from tests.sac.pages import Answer, read
from tests.sac.team import error_of

pytestmark = pytest.mark.django_db

LIST, NEW = "/sac/departamentos/", "/sac/departamentos/novo/"


def address(department: Department) -> str:
    return f"/sac/departamentos/{department.pk}/"


def typed(number: Instance, /, **changed: object) -> dict[str, object]:
    data = {
        "name": "Financeiro",
        "instance": number.pk,
        "colour": "teal",
        "menu_position": 3,
        "is_active": "on",
    }
    return {name: value for name, value in {**data, **changed}.items() if value is not None}


def of(department: Department, /, **changed: object) -> dict[str, object]:
    """What the form of a department sends when nothing, or this, was changed in it."""
    return typed(
        department.instance,
        **{
            "name": department.name,
            "colour": department.colour,
            "menu_position": department.menu_position,
            **changed,
        },
    )


def test_a_department_is_made_and_stands_in_the_list(shop: Shop, dono: Actor) -> None:
    page = read(dono.client.get(LIST))
    assert page.find("a", href=NEW)[0].text.startswith("+")
    assert page.find("a", href=NEW)
    form = read(dono.client.get(NEW))
    assert [label.text for label in form.find("button", type="submit")][-1] == "Cadastrar"
    answer = dono.client.post(NEW, typed(shop.instance))
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    made = Department.objects.in_store(shop.store).get(name="Financeiro")
    assert (made.instance, made.colour, made.menu_position, made.is_active) == (
        shop.instance,
        "teal",
        3,
        True,
    )
    shown = dono.client.get(LIST).content.decode()
    assert "Financeiro" in shown
    assert "Departamento cadastrado." in shown


def test_the_form_offers_what_is_likely(shop: Shop, dono: Actor) -> None:
    page = read(dono.client.get(NEW))
    chosen = [option for option in page.find("option") if "selected" in option.attributes]
    assert [option.attributes["value"] for option in chosen] == [str(shop.instance.pk)]
    assert page.find("input", name="menu_position")[0].attributes["value"] == "2"
    assert "checked" in page.find("input", name="is_active")[0].attributes
    assert len(page.find("input", name="colour")) == 10
    assert [label.text for label in page.find("label", class_="check")][:2] == ["Verde", "Azul"]


def test_a_department_is_changed(shop: Shop, dono: Actor) -> None:
    page = read(dono.client.get(address(shop.support)))
    assert page.find("input", name="name")[0].attributes["value"] == "Suporte"
    assert page.find("button", class_="button-main")[0].text == "Salvar"
    dono.client.post(address(shop.support), of(shop.support, name="  Pós   venda 🛠️ "))
    shop.support.refresh_from_db()
    assert shop.support.name == "Pós venda 🛠️"


def test_what_was_done_is_on_record(shop: Shop, dono: Actor) -> None:
    dono.client.post(NEW, typed(shop.instance))
    dono.client.post(address(shop.support), of(shop.support, colour="red"))
    dono.client.post(address(shop.support), of(shop.support, colour="red"))
    made, changed = AuditEntry.objects.order_by("id")
    assert (made.action, made.actor, made.ip) == ("department.created", dono.user, "127.0.0.1")
    assert (changed.action, changed.target_id) == ("department.changed", shop.support.pk)
    assert changed.details == {"colour": ["green", "red"]}


# --- Who gets in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["ana", "sara"])
def test_only_admins_get_in(shop: Shop, who: str, request: pytest.FixtureRequest) -> None:
    actor: Actor = request.getfixturevalue(who)
    for page in (LIST, NEW, address(shop.support)):
        answer = actor.client.get(page)
        assert answer.status_code == 403
        assert "Só o administrador da loja faz isso." in answer.content.decode()
    for page in (NEW, address(shop.support)):
        assert actor.client.post(page, typed(shop.instance)).status_code == 403
    assert Department.objects.count() == 2


def test_another_store_finds_nothing(shop: Shop, eva: Actor) -> None:
    assert eva.client.get(address(shop.support)).status_code == 404
    answer = eva.client.post(address(shop.support), of(shop.support, name="Meu"))
    assert answer.status_code == 404
    shop.support.refresh_from_db()
    assert shop.support.name == "Suporte"
    assert "Suporte" in eva.client.get(LIST).content.decode()
    assert address(shop.support) not in eva.client.get(LIST).content.decode()


def test_a_stranger_is_led_to_the_login(shop: Shop) -> None:
    for page in (LIST, NEW, address(shop.support)):
        assert Client().get(page)["Location"] == f"/entrar/?next={page}"


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_a_department_nobody_has_is_not_found(dono: Actor, number: str) -> None:
    assert dono.client.get(f"/sac/departamentos/{number}/").status_code == 404


# --- What may be typed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "Este campo é obrigatório."),
        ("name", "  ", "Este campo é obrigatório."),
        ("name", "x" * 300, "no máximo 60 caracteres"),
        ("name", "a\0b", "nulos"),
        ("name", "SUPORTE", "já tem um departamento com este nome"),
        ("name", " suportê ", "já tem um departamento com este nome"),
        ("instance", "", "Este campo é obrigatório."),
        ("instance", "abc", "Escolha uma das opções da lista."),
        ("instance", "😀", "Escolha uma das opções da lista."),
        ("instance", "9" * 30, "Escolha uma das opções da lista."),
        ("colour", "", "Este campo é obrigatório."),
        ("colour", "banana", "Escolha uma das cores."),
        ("menu_position", "", "Este campo é obrigatório."),
        ("menu_position", "0", "maior ou igual a 1"),
        ("menu_position", "100", "menor ou igual a 99"),
        ("menu_position", "três", "número inteiro"),
        ("menu_position", "😀", "número inteiro"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_what_was_typed_stays(
    shop: Shop, dono: Actor, field: str, value: str, told: str
) -> None:
    answer = dono.client.post(NEW, typed(shop.instance, **{field: value}))
    assert told in error_of(answer, field)
    page = read(answer)
    assert page.find("div", role="alert")
    if field != "name":
        assert page.find("input", name="name")[0].attributes["value"] == "Financeiro"
    if field != "menu_position":
        assert page.find("input", name="menu_position")[0].attributes["value"] == "3"
    if field != "colour":
        (chosen,) = [
            one for one in page.find("input", name="colour") if "checked" in one.attributes
        ]
        assert chosen.attributes["value"] == "teal"
    assert Department.objects.count() == 2


def test_the_same_name_on_another_number_is_another_department(shop: Shop, dono: Actor) -> None:
    other = filled_in(add_number(shop))
    assert dono.client.post(NEW, typed(other, name="Suporte")).status_code == 302
    assert dono.client.post(address(shop.support), of(shop.support)).status_code == 302


def filled_in(instance: Instance) -> Instance:
    instance.phone = "+5511900000555"
    instance.save()
    return instance


def test_the_name_typed_by_two_at_once_is_told_too(
    shop: Shop, dono: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DepartmentQuerySet, "named", lambda rows, _name: rows.none())
    for page in (NEW, address(shop.sales)):
        answer = dono.client.post(page, typed(shop.instance, name="Suporte"))
        assert "já tem um departamento" in error_of(answer, "name")
    assert Department.objects.filter(name="Suporte").count() == 1


def test_a_number_of_another_store_is_as_if_it_were_not_there(
    shop: Shop, other_shop: Shop, dono: Actor
) -> None:
    strange = dono.client.post(NEW, typed(other_shop.instance))
    nobodys = dono.client.post(NEW, typed(shop.instance, instance=999_999))
    for answer in (strange, nobodys):
        assert answer.status_code == 404
        assert error_of(answer, "instance") == "Escolha uma das opções da lista."
        assert read(answer).find("input", name="name")[0].attributes["value"] == "Financeiro"
    assert other_shop.instance.name not in dono.client.get(NEW).content.decode()


def test_a_number_that_was_removed_is_offered_no_more(shop: Shop, dono: Actor) -> None:
    gone = filled_in(add_number(shop))
    gone.removed_at = gone.created_at
    gone.save()
    values = [one.attributes["value"] for one in read(dono.client.get(NEW)).find("option")]
    assert str(gone.pk) not in values
    assert dono.client.post(NEW, typed(gone)).status_code == 404


def test_a_number_removed_while_the_form_was_open_is_told(
    shop: Shop, dono: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removed between the look at the form and the deed."""
    real = departments.create_department

    def late(*args: object, **kwargs: object) -> Department:
        Instance.objects.update(removed_at="2026-01-01T00:00:00Z")
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("sac.views.departments.create_department", late)
    answer = dono.client.post(NEW, typed(shop.instance))
    assert error_of(answer, "instance") == "Esta instância foi removida. Escolha outra."
    assert Department.objects.count() == 2


# --- The step before -----------------------------------------------------------------------------


def test_without_a_number_the_page_points_at_the_step_before(shop: Shop, dono: Actor) -> None:
    Department.objects.all().delete()
    Instance.objects.update(phone="", name="")
    for page in (LIST, NEW):
        found = read(dono.client.get(page))
        assert found.find("a", href=reverse("instance_list"))
    assert dono.client.post(NEW, typed(shop.instance)).status_code == 200
    assert Department.objects.count() == 0


# --- What becomes of the tickets -----------------------------------------------------------------


def deactivate(actor: Actor, department: Department) -> Answer:
    return actor.client.post(address(department), of(department, is_active=None))


def test_a_deactivated_department_hands_its_tickets_back(
    shop: Shop, dono: Actor, ana: Actor, bia: Actor
) -> None:
    waiting = put_ticket(shop, department=shop.support)
    taken = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    closed = put_ticket(shop, department=shop.support, status=Status.CLOSED)
    other = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status=Status.OPEN)
    page = read(dono.client.get(address(shop.support)))
    assert "devolve à fila" in page.find("p", id="id_is_active_helptext")[0].text
    deactivate(dono, shop.support)
    for ticket in (waiting, taken):
        now = now_of(ticket)
        assert (now.status, now.department, now.attendant) == (Status.WAITING, None, None)
        (step,) = ticket.events.all()
        assert (step.kind, step.actor, step.note) == (
            "returned",
            dono.user,
            "Departamento Suporte desativado.",
        )
        assert step.from_department == shop.support
    assert taken.events.get().attendant == ana.attendant
    assert (now_of(closed).department, now_of(other).status) == (shop.support, Status.OPEN)
    # Everybody of the number sees them now.
    assert bia.client.get(f"/sac/atendimento/{waiting.code}/").status_code == 200


def test_who_waited_keeps_their_place_and_who_was_served_begins_anew(
    shop: Shop, dono: Actor, ana: Actor
) -> None:
    waiting = put_ticket(shop, department=shop.support)
    taken = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    deactivate(dono, shop.support)
    assert now_of(waiting).queued_at == waiting.queued_at
    assert now_of(taken).queued_at > taken.queued_at


def test_open_screens_follow_at_once(
    shop: Shop,
    dono: Actor,
    ana: Actor,
    pushes: list[tuple[set[str], dict[str, object]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    with django_capture_on_commit_callbacks(execute=True):
        deactivate(dono, shop.support)
    assert ({f"user.{ana.user.pk}"}, {"t": "rights"}) in pushes
    rows = [(groups, event) for groups, event in pushes if event["t"] == "row"]
    ((groups, event),) = rows
    assert event["ticket"] == ticket.pk
    assert {f"dept.{shop.support.pk}", f"inst.{shop.instance.pk}"} <= groups


def test_its_people_are_told_only_when_their_reach_changes(
    shop: Shop,
    dono: Actor,
    ana: Actor,
    pushes: list[tuple[set[str], dict[str, object]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    other = filled_in(add_number(shop))

    def told(**changed: object) -> int:
        pushes.clear()
        with django_capture_on_commit_callbacks(execute=True):
            shop.support.refresh_from_db()
            dono.client.post(address(shop.support), of(shop.support, **changed))
        return len(pushes)

    # Another colour is for the lists.
    assert told(colour="red") == 1
    assert pushes[0][1]["t"] == "list"
    assert told(instance=other.pk) == 1
    assert told(is_active=None) == 1
    assert told() == 1


def test_a_department_that_moved_keeps_its_tickets(shop: Shop, dono: Actor, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    other = filled_in(add_number(shop))
    dono.client.post(address(shop.support), of(shop.support, instance=other.pk))
    now = now_of(ticket)
    assert (now.department, now.attendant, now.instance) == (
        shop.support,
        ana.attendant,
        shop.instance,
    )
    assert ana.client.get(f"/sac/atendimento/{ticket.code}/").status_code == 200


def test_a_department_that_comes_back_works_again(shop: Shop, dono: Actor, ana: Actor) -> None:
    deactivate(dono, shop.support)
    assert ana.rights.departments == frozenset()
    assert "Inativo" in dono.client.get(LIST).content.decode()
    dono.client.post(address(shop.support), of(shop.support))
    assert ana.rights.departments == {shop.support.pk}


def test_what_a_crash_left_behind_is_found(shop: Shop, ana: Actor, dono: Actor) -> None:
    stranded = put_ticket(
        shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN
    )
    closed = put_ticket(shop, department=shop.support, status=Status.CLOSED)
    fine = put_ticket(shop, department=shop.sales)
    Department.objects.filter(pk=shop.support.pk).update(is_active=False)
    release_stranded()
    now = now_of(stranded)
    assert (now.status, now.department, steps(stranded)) == (Status.WAITING, None, ["returned"])
    assert stranded.events.get().actor is None
    release_stranded()
    assert steps(stranded) == ["returned"]
    assert (now_of(closed).department, now_of(fine).department) == (shop.support, shop.sales)


# --- What it costs -------------------------------------------------------------------------------


def test_the_list_costs_the_same_at_any_length(shop: Shop, dono: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert dono.client.get(LIST).status_code == 200
        return len(queries)

    short = cost()
    for n in range(20):
        place = Department.objects.create(
            store=shop.store, instance=shop.instance, name=f"Fila {n}"
        )
        shop.hire(f"Pessoa{n}", place)
    assert cost() == short <= 8
