"""What a row of the list says, and what a page of them costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sac.models import Tag, Ticket, TicketTag
from tests.conftest import Actor, Shop
from tests.sac.acts import do, send
from tests.sac.board import Status, put_ticket, type_on_phone
from tests.sac.pages import Page, read


def rows(actor: Actor, query: str = "") -> Page:
    return read(actor.client.get(f"/sac/atendimento/lista/{query}"))


def author(actor: Actor) -> list[str]:
    """Who spoke last, on each row, as this person reads it."""
    return [one.text for one in rows(actor, "?situacao=em-aberto").find("span", class_="row-by")]


def tag(ticket: Ticket, *names: str) -> None:
    for name in names:
        made, _ = Tag.objects.get_or_create(store=ticket.store, name=name)
        TicketTag.objects.create(store=ticket.store, ticket=ticket, tag=made)


def test_a_row_says_who_spoke_last(shop: Shop, ana: Actor, sara: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    send(ana, ticket)
    assert author(ana) == ["Você:"]
    assert author(sara) == ["Ana:"]
    # Their words stay theirs in other hands.
    do(sara, ticket, "substituicao", {"seen": str(ana.attendant.pk if ana.attendant else 0)})
    assert author(sara) == ["Ana:"]
    type_on_phone(shop, ticket, "Já respondi pelo celular")
    assert author(ana) == ["Pelo celular:"]
    shop.hears("Obrigada", phone=ticket.conversation.contact.phone)
    assert author(ana) == []


@pytest.mark.parametrize(
    ("waited", "level", "words"),
    [(4, "", ""), (5, "warning", "espera longa"), (15, "alarm", "espera crítica")],
)
def test_a_wait_stands_against_the_limits_of_the_store(
    shop: Shop, ana: Actor, waited: int, level: str, words: str
) -> None:
    ticket = put_ticket(shop)
    Ticket.objects.filter(pk=ticket.pk).update(
        queued_at=timezone.now() - timedelta(minutes=waited, seconds=5),
        waiting_since=timezone.now(),
    )
    page = rows(ana)
    (wait,) = page.find("span", class_="row-wait")
    assert wait.attributes["data-level"] == level
    assert page.find("span", class_="wait-words")[0].text == words
    shop.store.wait_warns_after, shop.store.wait_alarms_after = waited + 1, waited + 2
    shop.store.save()
    (wait,) = rows(ana).find("span", class_="row-wait")
    assert wait.attributes["data-level"] == ""


def test_two_tags_are_shown_and_the_others_counted(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop)
    tag(ticket, "Troca", "Atacado", "Urgente", "VIP")
    page = rows(ana)
    (shown,) = page.find("span", class_="row-tags")
    assert " ".join(shown.text.split()) == "Etiquetas: Atacado Troca +2Urgente, VIP"
    assert len(page.find("li", class_="row")[0].attributes["data-tags"].split()) == 4


def test_a_row_says_in_whose_hands_it_is(shop: Shop, ana: Actor) -> None:
    put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    (owner,) = rows(ana, "?situacao=em-aberto").find("span", class_="row-owner")
    assert owner.attributes["title"] == "Ana"
    assert " ".join(owner.text.split()) == "Acom Ana,"


COSTS = {
    "lista/": 4,
    "lista/?departamento={place}&etiqueta={tag}": 5,
    "lista/?quem=minhas&novas=sim&resposta=pendente&ordem=recentes": 4,
    "lista/?numeros=atendidos": 5,
    "lista/?aberta={other}": 5,
    "contadores/": 7,
    "contadores/?departamento={place}&etiqueta={tag}": 8,
}


@pytest.mark.parametrize("address", COSTS)
def test_a_page_costs_the_same_with_one_row_and_with_thirty(
    shop: Shop, ana: Actor, address: str
) -> None:
    other = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)

    def cost() -> int:
        place = Tag.objects.get(name="Urgente").pk
        path = address.format(place=shop.support.pk, tag=place, other=other.pk)
        with CaptureQueriesContext(connection) as queries:
            assert ana.client.get(f"/sac/atendimento/{path}").status_code == 200
        return len(queries)

    found = []
    for count in (1, 29):
        for number in range(count):
            ticket = put_ticket(shop, department=shop.support, took_part=ana.attendant)
            tag(ticket, "Urgente", f"Outra {count} {number}")
        found.append(cost())
    assert found == [COSTS[address]] * 2


def test_filters_and_a_figure_cost_the_page_one_look_at_what_is_in_sight(
    shop: Shop, ana: Actor
) -> None:
    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.client.get(f"/sac/atendimento/{query}").status_code == 200
        return len(queries)

    put_ticket(shop, department=shop.support, took_part=ana.attendant)
    filtered = f"?departamento={shop.support.pk}&quem=minhas&novas=sim&resposta=pendente"
    plain = cost("")
    # Under a filter the menu's count of all who wait is asked for by itself.
    assert (cost(filtered), cost("?numeros=atendidos")) == (plain + 1, plain + 1)
