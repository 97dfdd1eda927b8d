"""Conversas ativas: everything that waits or is open, for who leads, and handed on at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac.active import SHOWN
from sac.models import Attendant, Department, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of
from tests.sac.board import put_ticket
from tests.sac.pages import Answer, Page, read

ADDRESS = "/sac/ativas/"
NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def board(actor: Actor, query: str = "") -> Page:
    answer = actor.client.get(ADDRESS + query)
    assert answer.status_code == 200
    return read(answer)


def words(text: str) -> str:
    return " ".join(text.split())


def piles(page: Page) -> list[str]:
    return [words(pile.text) for pile in page.find("h3", class_="pile-head")]


def places(page: Page) -> list[str]:
    return [words(place.text) for place in page.find("header", class_="staffed-head")]


def hand_on(actor: Actor, tickets: list[Ticket], destination: str) -> Answer:
    data = {"ticket": [ticket.code for ticket in tickets], "destination": destination}
    return actor.client.post(f"{ADDRESS}redistribuicao/", data)


def outcomes(answer: Answer) -> list[str]:
    assert answer.status_code == 200
    shown = read(answer).find("ul", class_="outcomes")
    lines = re.findall(r"<li>(.*?)</li>", answer.content.decode(), re.DOTALL) if shown else []
    told = [words(re.sub(r"<[^>]*>", "", line)) for line in lines]
    return [line for line in told if re.search(r"\d{4}-\d{6}: ", line)]


def to(actor: Actor) -> str:
    assert actor.attendant
    return f"pessoa-{actor.attendant.pk}"


# --- Who sees it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "told"), [("ana", 403), ("sara", 200), ("dono", 200)])
def test_it_is_for_who_sees_everything_active(
    request: pytest.FixtureRequest, who: str, told: int
) -> None:
    actor = request.getfixturevalue(who)
    assert actor.client.get(ADDRESS).status_code == told
    menu = read(actor.client.get("/")).find("a", href=ADDRESS)
    assert bool(menu) == (told == 200)


def test_who_only_sees_marks_nothing(shop: Shop) -> None:
    vera = shop.hire("Vera", shop.support, can_view_all=True)
    ticket = put_ticket(shop, department=shop.support)
    page = board(vera)
    assert not page.find("input", name="ticket")
    assert hand_on(vera, [ticket], to(vera)).status_code == 403
    assert now_of(ticket).status == "waiting"


# --- What it shows --------------------------------------------------------------------------------


def test_every_department_with_its_queue_and_its_people(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor
) -> None:
    for attendant, department in ((None, shop.support), (ana.attendant, shop.support)):
        status = "open" if attendant else "waiting"
        put_ticket(shop, department=department, attendant=attendant, status=status)
    put_ticket(shop)
    put_ticket(shop, department=shop.sales, attendant=ana.attendant, status="open")
    put_ticket(shop, department=shop.sales, status="closed")
    Attendant.objects.filter(pk=ana.attendant.pk if ana.attendant else 0).update(
        last_seen_at=clock.now()
    )
    page = board(dono)
    assert places(page) == [
        "Suporte 1 aguardando · 1 em aberto · 1 disponível",
        "Vendas 0 aguardando · 1 em aberto · 1 disponível",
        "Sem departamento 1 aguardando · 0 em aberto",
    ]
    assert [re.sub(r" espera.*", "", told) for told in piles(page)] == [
        "Na fila 1 conversa",
        "Ana Disponível 1 conversa",
        "Na fila 0 conversas",
        "Bia ainda não entrou 0 conversas",
        "Ana Disponível 1 conversa",
        "Na fila 1 conversa",
    ]


def test_a_wait_turns_amber_and_red_at_the_stores_limits(
    shop: Shop, ana: Actor, dono: Actor
) -> None:
    waits = {4: "calm", 5: "warn", 14: "warn", 15: "alarm"}
    for minutes in waits:
        ticket = put_ticket(shop, department=shop.support)
        Ticket.objects.filter(pk=ticket.pk).update(queued_at=NOON - minutes * MINUTE)
    answered = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    Ticket.objects.filter(pk=answered.pk).update(waiting_since=None)
    with clock.at(NOON):
        page = board(dono)
    lines = page.find("li", class_="pile-line")
    assert [words(line.text).endswith("respondida") for line in lines].count(True) == 1
    shown = [one.attributes["class"] for one in page.find("span", class_="wait")]
    assert [str(one).split("wait-")[-1] for one in shown] == [
        "alarm",
        *reversed(waits.values()),
        "none",
    ]
    assert "espera crítica" in words(lines[0].text)


def test_of_a_long_pile_the_longest_waits_and_a_way_to_all(shop: Shop, dono: Actor) -> None:
    tickets = [put_ticket(shop, department=shop.support) for _ in range(SHOWN + 3)]
    for number, ticket in enumerate(tickets):
        Ticket.objects.filter(pk=ticket.pk).update(queued_at=NOON + number * MINUTE)
    page = board(dono)
    marks = [mark.attributes["value"] for mark in page.find("input", name="ticket")]
    assert marks == [ticket.code for ticket in tickets[:SHOWN]]
    (link,) = page.find("a", class_="button-link")
    assert words(link.text) == f"Ver todas as {SHOWN + 3}"
    whole = read(dono.client.get(str(link.attributes["href"])))
    assert len(whole.find("input", name="ticket")) == SHOWN + 3


def test_a_whole_pile_goes_on_from_page_to_page(
    shop: Shop, dono: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sac.active.PAGE", 3)
    tickets = [put_ticket(shop, department=shop.support) for _ in range(5)]
    query, seen = f"?pilha={shop.support.pk}-0", []
    for _ in range(2):
        page = board(dono, query)
        seen += [mark.attributes["value"] for mark in page.find("input", name="ticket")]
        more = [link for link in page.find("a", class_="button") if "Mais" in link.text]
        query = "?" + str(more[0].attributes["href"]).partition("?")[2] if more else ""
    assert seen == [ticket.code for ticket in tickets]
    assert query == ""


@pytest.mark.parametrize("key", ["x", "1", "1-2-3", "-1-2", "9" * 30 + "-1", "0-0", "٣-١", "1-999"])
def test_a_pile_that_is_none_is_empty(dono: Actor, key: str) -> None:
    assert not board(dono, f"?pilha={key}&depois=x").find("input", name="ticket")


def test_another_stores_pile_is_empty_too(shop: Shop, other_shop: Shop, dono: Actor) -> None:
    put_ticket(other_shop, department=other_shop.support)
    assert not board(dono, f"?pilha={other_shop.support.pk}-0").find("li", class_="pile-line")
    assert not board(dono).find("li", class_="pile-line")


def test_it_asks_the_same_of_the_database_at_any_size(shop: Shop, dono: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            board(dono)
        return len(queries)

    put_ticket(shop, department=shop.support)
    before = cost()
    for number in range(6):
        place = Department.objects.create(
            store=shop.store, instance=shop.instance, name=f"Setor {number}"
        )
        person = shop.hire(f"P{number}", place)
        for _ in range(4):
            put_ticket(shop, department=place)
            put_ticket(shop, department=place, attendant=person.attendant, status="open")
    assert cost() == before <= 20


# --- Handing on -----------------------------------------------------------------------------------


def test_several_go_to_a_person_each_with_its_trail(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    tickets = [
        put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
        for _ in range(3)
    ]
    told = outcomes(hand_on(sara, tickets, to(bia)))
    assert [line.endswith("passou adiante.") for line in told] == [True] * 3
    for ticket in tickets:
        assert now_of(ticket).attendant == bia.attendant
        assert ticket.events.get(kind="transferred_in").actor == sara.user


def test_several_go_back_to_their_queues(shop: Shop, ana: Actor, bia: Actor, sara: Actor) -> None:
    tickets = [
        put_ticket(shop, department=place, attendant=person.attendant, status="open")
        for place, person in ((shop.support, ana), (shop.sales, bia))
    ]
    assert len(outcomes(hand_on(sara, tickets, "fila"))) == 2
    assert [(now_of(one).status, now_of(one).department) for one in tickets] == [
        ("waiting", shop.support),
        ("waiting", shop.sales),
    ]


def test_to_a_department(shop: Shop, ana: Actor, dono: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    hand_on(dono, [ticket], f"departamento-{shop.sales.pk}")
    assert (now_of(ticket).status, now_of(ticket).department) == ("waiting", shop.sales)


def test_what_is_refused_stays_and_the_others_go(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    bias = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status="open")
    anas = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    told = outcomes(hand_on(sara, [bias, anas], to(bia)))
    assert sorted(line.split(": ")[1] for line in told) == [
        "Este atendimento já está com Bia.",
        "passou adiante.",
    ]
    assert now_of(anas).attendant == bia.attendant


def test_one_that_was_closed_meanwhile_is_said(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor
) -> None:
    vera = shop.hire("Vera", shop.sales, can_view_all=True, can_take_over_any=True)
    closed = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    kept = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    do(ana, closed, "encerramento")
    answer = hand_on(vera, [closed, kept], to(bia))
    assert len(outcomes(answer)) == 1
    assert "Uma das marcadas não está mais ao seu alcance" in answer.content.decode()
    assert any("já foi encerrado" in line for line in outcomes(hand_on(dono, [closed], to(bia))))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"destination": "fila"}, "Marque as conversas"),
        ({"ticket": "2026-000001"}, "Escolha para quem vão"),
        ({"ticket": "2026-000001", "destination": "pessoa-999999"}, "não recebe mais"),
        ({"ticket": "2026-000001", "destination": "fila-1"}, "não recebe mais"),
        ({"ticket": "2026-\0", "destination": "fila"}, "ao seu alcance"),
    ],
)
def test_what_is_missing_is_said(sara: Actor, fields: dict[str, str], said: str) -> None:
    answer = sara.client.post(f"{ADDRESS}redistribuicao/", fields, headers=HTMX)
    assert said in answer.content.decode()


def test_what_was_marked_stays_marked_until_somebody_is_chosen(shop: Shop, sara: Actor) -> None:
    first, second = (put_ticket(shop, department=shop.support) for _ in range(2))
    answer = hand_on(sara, [second], "")
    assert answer.status_code == 422
    marks = read(answer).find("input", name="ticket")
    told = {mark.attributes["value"]: "checked" in mark.attributes for mark in marks}
    assert told == {first.code: False, second.code: True}


def test_nobody_of_another_store_is_a_receiver(
    shop: Shop, ana: Actor, sara: Actor, eva: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    assert hand_on(sara, [ticket], to(eva)).status_code == 422
    assert now_of(ticket).attendant == ana.attendant
