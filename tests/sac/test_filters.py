"""The filter by department: what is offered, what means nothing, and what an empty list says."""

import pytest

from sac.models import Department
from tests.conftest import Actor, Shop
from tests.sac.board import Status, put_ticket
from tests.sac.pages import Page, read

ADDRESSES = ["", "lista/", "contadores/"]


def ask(actor: Actor, noun: str, **choice: object) -> Page:
    query = "&".join(f"{name}={value}" for name, value in choice.items())
    return read(actor.client.get(f"/sac/atendimento/{noun}?{query}"))


def empty_state(page: Page) -> str:
    (shown,) = [one for one in page.find("div", class_="nobody") if "hidden" not in one.attributes]
    return " ".join(shown.text.split())


@pytest.fixture
def strange(shop: Shop, other_shop: Shop) -> list[int]:
    """Departments that mean nothing to ana, and of which the first means nothing to anybody."""
    put_ticket(shop, department=shop.support)
    put_ticket(other_shop, department=other_shop.support)
    return [987_654_321, other_shop.support.pk, shop.sales.pk]


@pytest.mark.parametrize("noun", ADDRESSES)
def test_a_department_that_is_no_choice_of_ones_own_is_no_filter(
    ana: Actor, strange: list[int], noun: str
) -> None:
    whole = ask(ana, noun)
    for department in strange:
        page = ask(ana, noun, departamento=department)
        assert (page.ticket_ids, page.counts) == (whole.ticket_ids, whole.counts)
        assert not [one for one in page.find("a") if "departamento" in one.attributes["href"]]
    assert whole.ticket_ids or whole.counts["waiting"] == 1


def test_the_admin_of_a_store_filters_by_its_departments_and_by_no_other(
    shop: Shop, dono: Actor, strange: list[int]
) -> None:
    nowhere, theirs, ours = strange
    assert ask(dono, "lista/", departamento=ours).ticket_ids == []
    for department in (nowhere, theirs):
        assert len(ask(dono, "lista/", departamento=department).ticket_ids) == 1


def test_under_a_filter_nobody_is_said_to_have_been_served(shop: Shop, sara: Actor) -> None:
    put_ticket(shop, department=shop.support)
    for choice in (shop.sales.pk, "sem"):
        page = ask(sara, "", departamento=choice)
        assert "Nenhuma conversa com este filtro" in empty_state(page)
        ways_out = [one for one in page.find("a") if "data-unfilter" in one.attributes]
        assert {one.attributes["href"] for one in ways_out} == {
            "/sac/atendimento/?situacao=aguardando"
        }
    assert "Todo mundo foi atendido" not in empty_state(ask(sara, "", departamento="sem"))
    assert "Nada encerrado" in empty_state(ask(sara, "", situacao="encerradas"))


def test_what_was_closed_in_a_department_out_of_use_is_found_by_it(
    shop: Shop, ana: Actor, dono: Actor
) -> None:
    past = put_ticket(shop, department=shop.sales, status=Status.CLOSED)
    put_ticket(shop, department=shop.support, status=Status.CLOSED)
    Department.objects.filter(pk=shop.sales.pk).update(is_active=False)
    page = ask(dono, "", situacao="encerradas", departamento=shop.sales.pk)
    assert page.ticket_ids == [past.pk]
    (group,) = page.find("optgroup")
    assert (group.attributes["label"], group.text.strip()) == ("Fora de uso", "Vendas")
    # Who serves it no more sees none of its tickets either.
    assert ask(ana, "").find("optgroup") == []
