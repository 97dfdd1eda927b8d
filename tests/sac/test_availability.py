"""Disponível, Em pausa, Indisponível: one's own switch, and what colleagues see of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac.actions.availability import note_seen
from sac.consumers import DeskConsumer
from sac.models import Attendant, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX
from tests.sac.conftest import OpenTab
from tests.sac.pages import Answer, Page, read

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
Pushes = list[tuple[set[str], dict[str, object]]]


def choose(actor: Actor, wanted: str, **headers: str) -> Answer:
    data = {"availability": wanted}
    return actor.client.post("/sac/disponibilidade/", data, headers=headers or HTMX)


def row_of(actor: Actor) -> Attendant:
    assert actor.attendant
    return Attendant.objects.get(pk=actor.attendant.pk)


def seen(actor: Actor, ago: timedelta = timedelta(), **state: str) -> None:
    """Let a screen of theirs have been open so long ago."""
    assert actor.attendant
    rows = Attendant.objects.filter(pk=actor.attendant.pk)
    rows.update(last_seen_at=clock.now() - ago, **state)


def test_one_click_changes_it_and_says_since_when(ana: Actor) -> None:
    with clock.at(NOON):
        answer = choose(ana, "paused")
    assert answer.status_code == 200
    pressed = read(answer).find("button", **{"aria-pressed": "true"})
    assert [button.text.strip() for button in pressed] == ["Em pausa"]
    row = row_of(ana)
    assert (row.availability, row.availability_since) == ("paused", NOON)


def test_the_same_again_does_not_begin_anew(ana: Actor) -> None:
    with clock.at(NOON):
        choose(ana, "paused")
    with clock.at(NOON + timedelta(hours=1)):
        choose(ana, "paused")
    assert row_of(ana).availability_since == NOON


def test_without_javascript_it_leads_back_to_the_page(ana: Actor) -> None:
    page = "http://testserver/sac/atendimento/"
    answer = choose(ana, "away", referer=page)
    assert (answer.status_code, answer["Location"]) == (302, page)
    answer = choose(ana, "away", referer="https://elsewhere.test/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("wanted", ["", "gone", "AVAILABLE"])
def test_anything_else_is_refused_in_words(ana: Actor, wanted: str) -> None:
    answer = choose(ana, wanted)
    assert answer.status_code == 422
    assert "Escolha Disponível" in answer.content.decode()
    assert row_of(ana).availability == "available"


def test_who_attends_nobody_has_no_availability(dono: Actor) -> None:
    answer = choose(dono, "paused")
    assert answer.status_code == 403
    assert "Só atendentes" in answer.content.decode()
    assert not read(dono.client.get("/")).find("form", id="availability")


def test_the_menu_of_every_page_shows_it(ana: Actor) -> None:
    choose(ana, "paused")
    for address in ("/", "/sac/atendimento/"):
        page = read(ana.client.get(address))
        assert page.find("button", value="paused")[0].attributes["aria-pressed"] == "true"
        assert page.find("span", id="my-dot")[0].attributes["data-state"] == "paused"


@pytest.fixture
def told(
    pushes: Pushes, django_capture_on_commit_callbacks: Callable[..., object]
) -> Callable[[Callable[[], None]], list[object]]:
    """Do something, commit, and return whose presence the team was told of."""

    def doing(act: Callable[[], None]) -> list[object]:
        pushes.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            act()
        return [frame["attendant"] for _, frame in pushes if frame["t"] == "team"]

    return doing


def test_being_seen_is_written_once_a_minute(ana: Actor) -> None:
    pk = row_of(ana).pk
    for second, kept in ((0, 0), (20, 0), (44, 0), (60, 60), (90, 60)):
        with clock.at(NOON + timedelta(seconds=second)):
            note_seen(pk)
        assert row_of(ana).last_seen_at == NOON + timedelta(seconds=kept)


def test_the_team_is_told_only_of_who_was_gone(
    ana: Actor, told: Callable[[Callable[[], None]], list[object]]
) -> None:
    pk = row_of(ana).pk

    def at(second: int) -> list[object]:
        with clock.at(NOON + timedelta(seconds=second)):
            return told(lambda: note_seen(pk))

    assert at(0) == [pk]
    assert at(60) == []
    assert at(60 + 119) == []
    assert at(60 + 119 + 121) == [pk]


def test_who_was_seen_within_two_minutes_is_online(ana: Actor) -> None:
    with clock.at(NOON):
        seen(ana, timedelta(seconds=119))
        assert row_of(ana).is_available
        seen(ana, timedelta(seconds=121))
        assert not row_of(ana).is_online
        assert not Attendant.objects.available()


def dialog(actor: Actor, ticket: Ticket) -> Page:
    return read(actor.client.get(f"/sac/atendimento/{ticket.code}/transferencia/", headers=HTMX))


def lines(page: Page) -> list[str]:
    return [" ".join(line.text.split()) for line in page.find("label", class_="destination")]


def test_transferring_shows_who_is_available_and_who_is_not(
    shop: Shop, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    caio = shop.hire("Caio", shop.sales)
    lia = shop.hire("Lia", shop.sales)
    seen(caio)
    seen(lia, availability="paused")
    seen(bia, timedelta(hours=2))
    seen(ana)
    assert lines(dialog(ana, anas)) == [
        "Suporte está aqui · 1 disponível",
        "Vendas 0 aguardando · 1 disponível",
        "Ana Disponível atende agora",
        "Caio Disponível 0 em aberto",
        "Bia visto há 2 h 0 em aberto",
        "Lia Em pausa 0 em aberto",
    ]


def test_several_available_people_are_counted(shop: Shop, ana: Actor, anas: Ticket) -> None:
    for name in ("Caio", "Lia"):
        seen(shop.hire(name, shop.sales))
    assert "Vendas 0 aguardando · 2 disponíveis" in lines(dialog(ana, anas))


def test_the_switch_costs_the_same_in_a_store_of_any_size(shop: Shop, ana: Actor) -> None:
    def cost(wanted: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            choose(ana, wanted)
        return len(queries)

    before = cost("paused")
    for number in range(5):
        shop.hire(f"Pessoa {number}", shop.support)
    assert cost("away") == before <= 10


# --- The socket ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_open_tab_is_seen_and_the_colleagues_hear_of_it(
    open_tab: OpenTab, ana: Actor, bia: Actor
) -> None:
    bias = open_tab(bia)
    bias.hears_team = True
    assert bias.next()["attendant"] == row_of(bia).pk
    open_tab(ana)
    frame = bias.next()
    assert (frame["t"], frame["attendant"]) == ("team", row_of(ana).pk)
    assert "Disponível" in frame["html"]
    assert row_of(ana).is_available


@pytest.mark.django_db(transaction=True)
def test_a_tab_goes_on_being_seen(
    open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeskConsumer, "recheck_seconds", 0.02)
    tab = open_tab(ana)
    tab.hears_team = True
    tab.next()
    seen(ana, timedelta(hours=1))
    assert tab.next()["t"] == "team"
    assert row_of(ana).is_online


@pytest.mark.django_db(transaction=True)
def test_the_whole_store_hears_of_a_change_and_no_other_store(
    open_tab: OpenTab, ana: Actor, bia: Actor, dono: Actor, eva: Actor
) -> None:
    tabs = {name: open_tab(actor) for name, actor in (("bia", bia), ("dono", dono), ("eva", eva))}
    seen(ana)
    for tab in tabs.values():
        tab.hears_team = True
    choose(ana, "paused")
    pk = row_of(ana).pk
    told = {
        name: [frame for frame in tab.heard() if frame.get("attendant") == pk]
        for name, tab in tabs.items()
    }
    assert {name: len(frames) for name, frames in told.items()} == {"bia": 1, "dono": 1, "eva": 0}
    assert "Em pausa" in told["bia"][0]["html"]
