"""Início: who sees the money, whose day the team's table tells, and what it all costs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from evendas import clock
from tests.conftest import Actor, Shop
from tests.pedidos.shelf import order
from tests.sac.acts import HTMX, do, send
from tests.sac.pages import Page, read

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
MONEY = "Movimento financeiro"
Sell = Callable[[str], None]


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def sell(shop: Shop) -> Sell:
    """A paid order of an hour ago."""

    def sold(total: str) -> None:
        hour_ago = NOON - timedelta(hours=1)
        order(shop.store, total, hour_ago, paid=hour_ago)

    return sold


def home(actor: Actor, query: str = "") -> Page:
    return read(actor.client.get(f"/{query}"))


def told(actor: Actor, query: str = "") -> str:
    return " ".join(home(actor, query).find("main")[0].text.split())


def team(actor: Actor) -> list[list[str]]:
    """The words of each line of the team's table."""
    return [row.text.split() for row in home(actor).find("tr", class_="team-line")]


def test_money_is_for_who_may_see_it(
    ana: Actor, sara: Actor, dono: Actor, eva: Actor, sell: Sell
) -> None:
    sell("1234.56")
    assert MONEY not in told(ana)
    for actor in (sara, dono):
        assert MONEY in told(actor)
        assert "R$ 1.234,56" in told(actor)
    # The admin of another store sees their own, in which nothing was sold.
    assert "1.234,56" not in told(eva)
    assert "Nenhum pedido feito neste mês." in told(eva)


@pytest.mark.parametrize(
    "month",
    ["2026-02", "2999-01", "1999-12", "2026-13", "0000-00", "x", "2026-02-01", "\0", "9" * 99],
)
def test_a_month_is_chosen_in_the_address_and_none_that_is_no_month(
    sara: Actor, sell: Sell, month: str
) -> None:
    sell("1234.56")
    page = sara.client.get("/", {"mes": month})
    is_chosen = month == "2026-02"
    said = " ".join(read(page).find("nav", class_="panel-months")[0].text.split())
    assert said == ("‹ Fevereiro de 2026 ›" if is_chosen else "‹ Março de 2026")


def test_the_team_is_told_to_who_sees_everything_and_to_each_their_own_line(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor, dono: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    send(ana, ticket)
    shown = {line[0]: line for line in team(sara)}
    assert shown.keys() == {"Ana", "Bia", "Sara"}
    assert [line[0] for line in team(dono)] == [line[0] for line in team(sara)]
    assert [line[0] for line in team(ana)] == ["Ana"]
    assert shown["Ana"][-6:] == ["1", "0", "0", "s", "—", "—"]
    do(ana, ticket, "encerramento")
    assert team(ana)[0][-7:] == ["0", "1", "0", "s", "0", "s", "—"]
    assert bia.attendant
    assert team(bia)[0][-5:] == ["0", "0", "—", "—", "—"]


def test_what_was_done_yesterday_is_not_of_today(shop: Shop, ana: Actor) -> None:
    with clock.at(NOON - timedelta(days=1)):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
        do(ana, ticket, "encerramento")
    assert team(ana)[0][-5:] == ["0", "0", "—", "—", "—"]


def test_one_who_answers_reads_their_month_and_an_admin_who_does_not_has_none(
    ana: Actor, dono: Actor
) -> None:
    assert "Seu mês" in told(ana)
    assert "Seu mês" not in told(dono)


def test_what_is_read_again_at_each_change_is_not_the_money(sara: Actor, sell: Sell) -> None:
    sell("1234.56")
    again = read(sara.client.get("/", headers=HTMX))
    assert again.find("b", id="waiting-now")
    assert MONEY not in again.find("main")[0].text


def test_ten_orders_and_ten_colleagues_cost_no_more_queries(
    shop: Shop, sara: Actor, sell: Sell, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sara.client.get("/")
    with CaptureQueriesContext(connection) as few:
        sara.client.get("/")
    most = len(few)
    for number in range(10):
        shop.hire(f"Colega {number}", shop.support)
        sell("10.00")
    with django_assert_max_num_queries(most):
        sara.client.get("/")
