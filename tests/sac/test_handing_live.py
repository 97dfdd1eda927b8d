"""What open screens hear when a ticket changes hands, and who is alerted."""

import json

import pytest

from sac.models import Department, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of
from tests.sac.board import add_number, put_ticket
from tests.sac.conftest import OpenTab
from tests.sac.pages import read
from tests.sac.tabs import Tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anas(shop: Shop, ana: Actor) -> Ticket:
    """A ticket of Suporte that Ana is attending to."""
    ticket = put_ticket(
        shop, department=shop.support, attendant=ana.attendant, status=Ticket.Status.OPEN
    )
    return now_of(ticket)


@pytest.fixture
def everybody(shop: Shop, open_tab: OpenTab, request: pytest.FixtureRequest) -> dict[str, Tab]:
    """A tab of each actor; Caio answers in Vendas too, Lia on the store's other number."""
    people = {name: request.getfixturevalue(name) for name in ("ana", "bia", "sara", "dono", "eva")}
    far = Department.objects.create(store=shop.store, instance=add_number(shop), name="Longe")
    people |= {
        "lia": shop.hire("Lia", far),
        "caio": shop.hire("Caio", shop.sales, shop.support),
        "vera": shop.hire("Vera", shop.sales, can_view_all=True),
    }
    return {name: open_tab(actor) for name, actor in people.items()}


def transfer(actor: Actor, ticket: Ticket, destination: str, note: str = "") -> None:
    data = {"destination": destination, "note": note}
    assert do(actor, ticket, "transferencia", data).status_code == 200


def kinds(everybody: dict[str, Tab]) -> dict[str, list[str]]:
    return {name: [frame["t"] for frame in tab.heard()] for name, tab in everybody.items()}


def test_a_department_is_alerted_and_the_others_only_see_the_row(
    shop: Shop, everybody: dict[str, Tab], ana: Actor, anas: Ticket
) -> None:
    transfer(ana, anas, f"departamento-{shop.sales.pk}")
    assert kinds(everybody) == {
        "ana": ["gone"],
        "bia": ["row", "alert"],
        "caio": ["row", "alert"],
        "vera": ["row", "alert"],
        "sara": ["row"],
        "dono": ["row"],
        "eva": [],
        "lia": [],
    }


def test_a_person_is_alerted_alone(
    shop: Shop, everybody: dict[str, Tab], ana: Actor, bia: Actor, anas: Ticket
) -> None:
    assert bia.attendant
    transfer(ana, anas, f"pessoa-{bia.attendant.pk}")
    heard = kinds(everybody)
    assert {name for name, frames in heard.items() if "alert" in frames} == {"bia"}
    assert heard["ana"] == ["gone"]


def test_who_sends_it_to_a_department_of_their_own_is_not_alerted(
    shop: Shop, open_tab: OpenTab, anas: Ticket
) -> None:
    vera = shop.hire("Vera", shop.sales, can_view_all=True, can_take_over_any=True)
    tab = open_tab(vera)
    transfer(vera, anas, f"departamento-{shop.sales.pk}")
    assert [frame["t"] for frame in tab.heard()] == ["row"]


def test_the_alert_says_who_sends_whom_with_the_note_and_leads_there(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    tab = open_tab(bia)
    transfer(ana, anas, f"departamento-{shop.sales.pk}", "Quer <b>dois</b>")
    alert = next(frame for frame in tab.heard() if frame["t"] == "alert")
    assert set(alert) == {"t", "ticket", "html"}
    page = read(alert["html"])
    told = " ".join(page.find("p")[0].text.split())
    assert told == "Ana transferiu Cliente para Vendas."
    assert page.find("q")[0].text == "Quer <b>dois</b>"
    assert page.find("a")[0].attributes["href"] == f"/sac/atendimento/{anas.code}/"


def test_a_row_in_new_hands_is_new_there(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    assert bia.attendant
    tab = open_tab(bia)
    transfer(ana, anas, f"pessoa-{bia.attendant.pk}")
    row = next(frame for frame in tab.heard() if frame["t"] == "row")
    (line,) = read(row["html"]).find("li", class_="row")
    assert "data-new" in line.attributes
    assert line.attributes["data-attendant"] == str(bia.attendant.pk)


def test_who_watches_is_told_to_look_at_the_header_again(
    shop: Shop, open_tab: OpenTab, ana: Actor, sara: Actor, anas: Ticket
) -> None:
    tabs = {"ana": open_tab(ana), "sara": open_tab(sara)}
    for tab in tabs.values():
        tab.watch(anas.conversation_id)
        assert tab.next()["t"] == "watching"
    do(sara, anas, "substituicao", {"seen": str(anas.attendant_id)})
    for tab in tabs.values():
        thread = next(frame for frame in tab.heard() if frame["t"] == "thread")
        assert thread["header"]
        assert "assumiu o atendimento de" in thread["html"]


def test_the_loser_who_saw_it_only_as_its_attendant_is_told_it_is_gone(
    shop: Shop, open_tab: OpenTab, ana: Actor, sara: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.sales, attendant=ana.attendant, status="open")
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    tab.next()
    do(sara, ticket, "substituicao", {"seen": str(ticket.attendant_id)})
    assert [(frame["t"], frame["ticket"]) for frame in tab.heard()] == [("gone", ticket.pk)]


def test_a_return_is_told_to_the_department(
    shop: Shop, open_tab: OpenTab, ana: Actor, anas: Ticket
) -> None:
    tab = open_tab(shop.hire("Caio", shop.support))
    do(ana, anas, "devolucao")
    (frame,) = tab.heard()
    assert (frame["t"], frame["counts"]) == ("row", True)
    assert read(frame["html"]).find("li", class_="row")[0].attributes["data-status"] == "waiting"


def test_an_edited_contact_is_told_to_lists_and_to_who_watches(
    shop: Shop, open_tab: OpenTab, ana: Actor, sara: Actor, bia: Actor, anas: Ticket
) -> None:
    tabs = {name: open_tab(actor) for name, actor in (("sara", sara), ("bia", bia))}
    tabs["sara"].watch(anas.conversation_id)
    before = tabs["sara"].next()["revision"]
    do(ana, anas, "contato", {"name": "Marina", "entry_channel": "lead"})
    thread, row = tabs["sara"].heard()
    assert (thread["t"], thread["header"], thread["to"]) == ("thread", True, before + 1)
    assert (row["t"], row["counts"]) == ("row", False)
    assert "Marina" in row["html"]
    assert tabs["bia"].heard() == []


def test_what_is_needed_to_judge_a_push_stays_on_the_server(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor, anas: Ticket
) -> None:
    tab = open_tab(bia)
    transfer(ana, anas, f"departamento-{shop.sales.pk}")
    for frame in tab.heard():
        told = json.dumps(frame)
        assert not {"sight", "by", "to_user", "to_department", "push"} & set(frame)
        assert "user_id" not in told
