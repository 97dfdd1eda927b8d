"""The checklist of a new store: number, department, attendant, message; then it is gone."""

import pytest
from django.urls import reverse

from automacao.models import Instance
from evendas.accounts.models import AuditEntry
from sac.models import Attendant, Department
from tests.conftest import Actor, Shop
from tests.sac.acts import do
from tests.sac.pages import Page, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_store(shop: Shop, dono: Actor) -> Actor:
    """The admin of a store that was just opened."""
    Department.objects.filter(store=shop.store).delete()
    own = Instance.objects.filter(store=shop.store)
    own.update(phone="", name="", connected_phone=None, state="disconnected")
    return dono


def steps(page: Page) -> list[str]:
    """How each step stands."""
    items = page.find("li", class_="first-run-step")
    return [
        next(
            (word for word in ("done", "next") if f"is-{word}" in item.attributes["class"]), "later"
        )
        for item in items
    ]


def home(actor: Actor) -> Page:
    return read(actor.client.get("/"))


def test_each_step_leads_to_where_it_is_done_until_all_are(shop: Shop, new_store: Actor) -> None:
    def check(*expected: str, url_name: str) -> None:
        page = home(new_store)
        assert steps(page) == list(expected)
        (link,) = [a for a in page.find("a", class_="button-main") if a.text in LINKS]
        assert link.attributes["href"] == reverse(url_name)

    check("next", "later", "later", "later", url_name="instance_list")
    Instance.objects.update(phone="+5511900000123", connected_phone="+5511900000123")
    check("done", "next", "later", "later", url_name="department_list")
    place = Department.objects.create(store=shop.store, instance=shop.instance, name="Suporte")
    check("done", "done", "next", "later", url_name="attendant_list")
    shop.hire("Ana", place)
    page = home(new_store)
    assert steps(page) == ["done", "done", "done", "next"]
    assert "(11) 90000-0123" in page.find("li", class_="is-next")[0].text
    shop.hears("Oi")
    assert steps(home(new_store)) == []
    assert "Tudo pronto" in home(new_store).find("section", class_="steps")[0].text


LINKS = {"Sincronizar WhatsApp", "Departamentos", "Atendentes"}


def test_a_step_done_out_of_turn_counts(shop: Shop, dono: Actor, ana: Actor) -> None:
    Instance.objects.update(connected_phone=None, state="disconnected")
    assert steps(home(dono)) == ["next", "done", "done", "later"]


def test_a_step_that_is_undone_comes_back(shop: Shop, dono: Actor, ana: Actor) -> None:
    shop.hears("Oi")
    assert steps(home(dono)) == []
    Attendant.objects.update(is_active=False)
    assert steps(home(dono)) == ["done", "done", "next", "done"]


def put_away(actor: Actor) -> int:
    status: int = actor.client.post("/primeiros-passos/").status_code
    return status


def has_tips(actor: Actor) -> bool:
    return home(actor).find("section", class_="steps") != []


def test_that_all_is_ready_is_put_away_once_for_the_whole_store(
    shop: Shop, dono: Actor, ana: Actor, other_shop: Shop, eva: Actor
) -> None:
    for one in (shop, other_shop):
        one.hears("Oi")
    assert put_away(ana) == 403
    assert has_tips(dono)
    assert has_tips(ana)
    assert put_away(dono) == put_away(dono) == 302
    assert not has_tips(dono)
    assert not has_tips(ana)
    assert has_tips(eva)
    assert AuditEntry.objects.filter(action="store.changed").count() == 1
    # What is to be done again is told again, and then it is over.
    Attendant.objects.update(is_active=False)
    assert steps(home(dono)) == ["done", "done", "next", "done"]


def test_what_is_left_to_do_cannot_be_put_away(shop: Shop, new_store: Actor) -> None:
    assert put_away(new_store) == 302
    shop.store.refresh_from_db()
    assert shop.store.shows_first_steps


def test_who_had_a_conversation_needs_no_tips(shop: Shop, ana: Actor, bia: Actor) -> None:
    ticket = shop.hears("Oi", department=shop.support)
    assert has_tips(ana)
    assert do(ana, ticket, "posse").status_code == 200
    assert not has_tips(ana)
    assert has_tips(bia)


def test_it_is_the_admins_alone(shop: Shop, ana: Actor, sara: Actor) -> None:
    Instance.objects.update(connected_phone=None)
    for actor in (ana, sara):
        assert steps(home(actor)) == []
        assert "Assuma e responda" in actor.client.get("/").content.decode()


def test_another_stores_steps_are_not_ours(
    shop: Shop, other_shop: Shop, eva: Actor, new_store: Actor
) -> None:
    other_shop.hears("Oi")
    assert steps(home(eva)) == []
    assert steps(home(new_store)) == ["next", "later", "later", "later"]


def test_an_empty_desk_points_at_it(shop: Shop, new_store: Actor) -> None:
    def hint(actor: Actor) -> bool:
        page = actor.client.get("/sac/atendimento/").content.decode()
        return "Ainda faltam passos" in page

    assert hint(new_store)
    assert not hint(shop.hire("Rui"))
    shop.hears("Oi")
    assert not hint(new_store)
