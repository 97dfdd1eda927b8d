"""Sac > Atendentes: hiring, changing, shutting out and letting back in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from evendas.accounts.models import AuditEntry, TermsAcceptance, User, UserManager
from evendas.accounts.terms import current_terms
from sac.models import Attendant, AttendantDepartment, Department
from sac.permissions import FLAGS
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.pages import read
from tests.sac.team import (
    LIST,
    LONG,
    NEW,
    SELF,
    address,
    checked,
    error_of,
    join,
    of,
    typed,
    value_of,
)

pytestmark = pytest.mark.django_db

Pushes = list[tuple[set[str], dict[str, object]]]


# --- Hiring --------------------------------------------------------------------------------------


def test_an_attendant_is_hired_and_may_sign_in(shop: Shop, dono: Actor) -> None:
    assert read(dono.client.get(LIST)).find("a", href=NEW)[0].text.startswith("+")
    answer = dono.client.post(NEW, typed(shop.support, can_close_any="on"))
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    hired = Attendant.objects.get(nickname="Tamiris – Suporte")
    assert (hired.user.full_name, hired.user.email) == ("Tamiris Alves", "tamiris@loja.test")
    assert (hired.user.store, hired.user.is_admin) == (shop.store, False)
    assert list(hired.departments.all()) == [shop.support]
    assert [flag for flag in FLAGS if getattr(hired, flag)] == ["can_close_any"]
    client = Client()
    client.post("/entrar/", {"username": "tamiris@loja.test", "password": PASSWORD})
    assert client.get("/")["Location"] == "/termos/?next=%2F"
    client.post("/termos/", {"accepts_terms": "on"})
    assert client.get("/sac/atendimento/").status_code == 200


def test_the_labels_are_those_of_the_guide(shop: Shop, dono: Actor) -> None:
    page = read(dono.client.get(NEW))
    labels = [label.text for label in page.find("label")]
    assert labels == [
        "Nome Completo",
        "E-mail",
        "Senha",
        "Apelido",
        "Suporte",
        "Vendas",
        "Visualiza qualquer conversa ativa no painel",
        "Pode encerrar qualquer atendimento ativo",
        "Pode assumir qualquer atendimento ativo no painel",
        "Visualizar Painel de Movimento Financeiro",
        "Aceito as condições da política de ingresso",
    ]
    assert [legend.text for legend in page.find("legend")] == [
        "Departamento",
        "Opções de Personalização (Atribuições)",
    ]
    assert page.find("button", class_="button-main")[0].text == "Cadastrar"
    assert current_terms().body.splitlines()[-1] in page.find("div", class_="terms-text")[0].text


def test_the_tick_is_a_record_of_who_ticked_it_for_whom(shop: Shop, dono: Actor) -> None:
    dono.client.post(NEW, typed(shop.support), headers={"User-Agent": "Navegador"})
    hired = Attendant.objects.get(nickname="Tamiris – Suporte")
    record = hired.terms_acceptance
    assert record
    assert (record.user, record.accepted_by) == (hired.user, dono.user)
    assert (record.screen, record.sha256) == ("attendant_form", current_terms().sha256)
    assert (record.ip, record.user_agent) == ("127.0.0.1", "Navegador")
    assert "aceitas em" in dono.client.get(address(hired)).content.decode()


def test_without_the_tick_nobody_is_hired(shop: Shop, dono: Actor) -> None:
    answer = dono.client.post(NEW, typed(shop.support, accepts_terms=None, can_view_all="on"))
    assert error_of(answer, "accepts_terms") == "Para continuar é preciso aceitar as condições."
    page = read(answer)
    assert value_of(page, "nickname") == "Tamiris – Suporte"
    assert checked(page, "departments") == [str(shop.support.pk)]
    assert "checked" in page.find("input", name="can_view_all")[0].attributes
    assert value_of(page, "password") == ""
    assert not User.objects.filter(email="tamiris@loja.test").exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("full_name", "", "Este campo é obrigatório."),
        ("full_name", LONG, "no máximo 120 caracteres"),
        ("full_name", "a\0b", "nulos"),
        ("email", "", "Este campo é obrigatório."),
        ("email", "tamiris", "email válido"),
        ("email", "😀@loja.test", "sem acentos"),
        ("email", f"{LONG}@loja.test", "no máximo 254"),
        ("password", "", "Este campo é obrigatório."),
        ("password", "curta", "pelo menos 8 caracteres"),
        ("password", "Tamiris Alves", "parecida"),
        ("password", "tamiris@loja", "parecida"),
        ("password", LONG, "no máximo 128 caracteres"),
        ("nickname", "", "Este campo é obrigatório."),
        ("nickname", LONG, "no máximo 60 caracteres"),
        ("departments", [], "Marque pelo menos um departamento."),
        ("departments", ["abc"], "Escolha uma das opções da lista."),
        ("departments", ["😀"], "Escolha uma das opções da lista."),
        ("departments", ["9" * 30], "Escolha uma das opções da lista."),
    ],
)
def test_bad_input_is_told_beside_its_field_and_what_was_typed_stays(
    shop: Shop, dono: Actor, field: str, value: object, told: str
) -> None:
    answer = dono.client.post(NEW, typed(shop.support, **{field: value}))
    assert told in error_of(answer, field)
    page = read(answer)
    good = typed(shop.support)
    for name in {"full_name", "email", "nickname"} - {field}:
        assert value_of(page, name) == good[name]
    assert "tamiris@loja.test" not in User.objects.values_list("email", flat=True)


def test_an_email_of_any_store_is_taken_in_one_sentence(
    shop: Shop, dono: Actor, ana: Actor, eva: Actor
) -> None:
    for email in (ana.user.email, eva.user.email.upper(), dono.user.email):
        answer = dono.client.post(NEW, typed(shop.support, email=email))
        assert error_of(answer, "email") == "Este e-mail já está em uso."


def test_an_email_taken_between_look_and_deed_is_told_too(
    shop: Shop, dono: Actor, ana: Actor, bia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserManager, "is_taken", lambda *_: False)
    for page, data in (
        (NEW, typed(shop.support, email=ana.user.email)),
        (address(bia.attendant), of(bia.attendant, email=ana.user.email)),
    ):
        assert error_of(dono.client.post(page, data), "email") == "Este e-mail já está em uso."
    assert TermsAcceptance.objects.filter(screen="attendant_form").count() == 0


def test_emoji_are_letters_like_others(shop: Shop, dono: Actor) -> None:
    data = typed(shop.support, full_name="🦊🦊", nickname="🦊", password="🐎🔋📎🧷🦊🐻🐼🐨")
    assert dono.client.post(NEW, data).status_code == 302
    assert "🦊" in dono.client.get(LIST).content.decode()


def test_a_department_of_another_store_is_as_if_it_were_not_there(
    shop: Shop, other_shop: Shop, dono: Actor, ana: Actor
) -> None:
    for place in (other_shop.support.pk, 999_999):
        for page, data in (
            (NEW, typed(shop.support, departments=[shop.support.pk, place])),
            (address(ana.attendant), of(ana.attendant, departments=[place])),
            (SELF, {"nickname": "Dono", "departments": [place]}),
        ):
            answer = dono.client.post(page, data)
            assert answer.status_code == 404
            assert error_of(answer, "departments") == "Escolha uma das opções da lista."
            assert value_of(read(answer), "nickname") == data["nickname"]
    assert not AttendantDepartment.objects.filter(department=other_shop.support).exists()
    assert Attendant.objects.count() == 1


def test_a_department_that_is_off_is_offered_to_nobody_new(
    shop: Shop, dono: Actor, bia: Actor
) -> None:
    Department.objects.filter(pk=shop.sales.pk).update(is_active=False)
    offered = read(dono.client.get(NEW)).find("input", name="departments")
    assert [box.attributes["value"] for box in offered] == [str(shop.support.pk)]
    assert dono.client.post(NEW, typed(shop.sales)).status_code == 404
    # Who was in it stays in it, for the day it comes back.
    assert checked(read(dono.client.get(address(bia.attendant))), "departments") == [
        str(shop.sales.pk)
    ]
    assert dono.client.post(address(bia.attendant), of(bia.attendant)).status_code == 302


def test_without_a_department_the_page_points_at_the_step_before(shop: Shop, dono: Actor) -> None:
    Department.objects.all().delete()
    for page in (LIST, NEW, SELF):
        found = read(dono.client.get(page))
        main = found.find("a", href="/sac/departamentos/")
        assert main
    answer = dono.client.post(NEW, typed(shop.support))
    assert "pelo menos 1 departamento" in answer.content.decode()
    assert not Attendant.objects.exists()


# --- Who gets in ---------------------------------------------------------------------------------


def pages_of(attendant: Attendant | None) -> dict[str, str]:
    return {
        "list": LIST,
        "new": NEW,
        "self": SELF,
        "edit": address(attendant),
        "state": f"{address(attendant)}situacao/",
        "self_end": f"{SELF}saida/",
    }


@pytest.mark.parametrize("who", ["ana", "sara"])
def test_only_admins_get_in(shop: Shop, who: str, request: pytest.FixtureRequest) -> None:
    actor: Actor = request.getfixturevalue(who)
    pages = pages_of(actor.attendant)
    for name in ("list", "new", "self", "edit"):
        answer = actor.client.get(pages[name])
        assert answer.status_code == 403
        assert "Só o administrador da loja faz isso." in answer.content.decode()
    for name in ("new", "self", "edit", "state", "self_end"):
        data = of(actor.attendant, can_view_all="on", ativo="0")
        assert actor.client.post(pages[name], data).status_code == 403
    assert User.objects.get(pk=actor.user.pk).is_active


def test_another_store_finds_nothing(shop: Shop, ana: Actor, eva: Actor) -> None:
    pages = pages_of(ana.attendant)
    assert eva.client.get(pages["edit"]).status_code == 404
    for name in ("edit", "state"):
        answer = eva.client.post(pages[name], of(ana.attendant, nickname="Minha", ativo="0"))
        assert answer.status_code == 404
    assert ana.user.email not in eva.client.get(LIST).content.decode()
    assert User.objects.get(pk=ana.user.pk).is_active
    assert Attendant.objects.get(user=ana.user).nickname == "Ana"


def test_a_stranger_is_led_to_the_login(ana: Actor) -> None:
    for name, page in pages_of(ana.attendant).items():
        if name in {"state", "self_end"}:
            assert Client().post(page)["Location"] == "/entrar/?next=/"
        else:
            assert Client().get(page)["Location"] == f"/entrar/?next={page}"


def test_the_wrong_method_is_refused(dono: Actor, ana: Actor) -> None:
    pages = pages_of(ana.attendant)
    for name in ("state", "self_end"):
        assert dono.client.get(pages[name]).status_code == 405
    assert dono.client.post(LIST).status_code == 405
    assert dono.client.delete(pages["edit"]).status_code == 405


# --- Changing ------------------------------------------------------------------------------------


def test_everything_of_an_attendant_can_be_changed(shop: Shop, dono: Actor, ana: Actor) -> None:
    page = read(dono.client.get(address(ana.attendant)))
    assert value_of(page, "full_name") == "Ana"
    assert checked(page, "departments") == [str(shop.support.pk)]
    assert page.find("button", class_="button-main")[0].text == "Salvar"
    assert not page.find("input", name="accepts_terms")
    data = of(
        ana.attendant,
        full_name="Ana Souza",
        email="ana.souza@loja.test",
        nickname="Ana – Vendas",
        departments=[shop.sales.pk],
        can_view_all="on",
    )
    assert dono.client.post(address(ana.attendant), data).status_code == 302
    now = Attendant.objects.get(user=ana.user)
    assert (now.user.full_name, now.user.email) == ("Ana Souza", "ana.souza@loja.test")
    assert (now.nickname, now.can_view_all, now.can_close_any) == ("Ana – Vendas", True, False)
    assert list(now.departments.all()) == [shop.sales]
    assert ana.rights.departments == {shop.sales.pk}
    # Nothing of it ends their session, and the password is as it was.
    assert ana.client.get("/").status_code == 200
    assert User.objects.get(pk=ana.user.pk).check_password(PASSWORD)


def test_only_what_changed_is_on_record(shop: Shop, dono: Actor, ana: Actor) -> None:
    dono.client.post(address(ana.attendant), of(ana.attendant))
    assert not AuditEntry.objects.exists()
    places = [shop.support.pk, shop.sales.pk]
    data = of(ana.attendant, departments=places, can_view_all="on")
    dono.client.post(address(ana.attendant), data)
    line = AuditEntry.objects.get()
    assert (line.action, line.actor) == ("attendant.changed", dono.user)
    assert line.details == {
        "departments": [[shop.support.pk], places],
        "can_view_all": [False, True],
    }


def test_hiring_is_on_record_without_the_password(shop: Shop, dono: Actor) -> None:
    dono.client.post(NEW, typed(shop.support))
    line = AuditEntry.objects.get()
    assert (line.action, line.actor, line.ip) == ("attendant.created", dono.user, "127.0.0.1")
    assert PASSWORD not in str(vars(line))


def test_a_new_password_from_the_admin_ends_their_sessions(dono: Actor, ana: Actor) -> None:
    new = "senha-dada-pelo-dono-3"
    dono.client.post(address(ana.attendant), of(ana.attendant, password=new))
    assert ana.client.get("/").status_code == 302
    assert User.objects.get(pk=ana.user.pk).check_password(new)
    line = AuditEntry.objects.get()
    assert line.details == {"password": "changed"}


def test_a_bad_new_password_is_told(dono: Actor, ana: Actor) -> None:
    answer = dono.client.post(address(ana.attendant), of(ana.attendant, password="123"))
    assert "muito curta" in error_of(answer, "password")
    assert ana.client.get("/").status_code == 200


def test_an_admin_changes_their_own_password_elsewhere(shop: Shop, dono: Actor) -> None:
    own = join(shop, dono)
    page = read(dono.client.get(address(own)))
    assert not page.find("input", name="password")
    assert page.find("a", href="/conta/senha/")
    dono.client.post(address(own), of(own, password="senha-de-outro-lugar-4"))
    assert User.objects.get(pk=dono.user.pk).check_password(PASSWORD)
    assert dono.client.get("/").status_code == 200


def test_open_screens_follow_at_once(
    dono: Actor,
    ana: Actor,
    pushes: Pushes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        dono.client.post(address(ana.attendant), of(ana.attendant, can_view_all="on"))
    assert pushes == [({f"user.{ana.user.pk}"}, {"t": "rights"})]


# --- What it costs -------------------------------------------------------------------------------


def test_the_list_costs_the_same_at_any_length(shop: Shop, dono: Actor, ana: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert dono.client.get(LIST).status_code == 200
        return len(queries)

    short = cost()
    for n in range(20):
        shop.hire(f"Pessoa{n}", shop.support, shop.sales)
    assert cost() == short <= 8
