"""What may be filtered by: what an address means, what is left of nonsense, and what it finds."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from sac.filters import Choice, Choices, Filters
from sac.models import Tag, Ticket, TicketTag
from tests.conftest import Actor, Shop
from tests.sac.board import Status, put_ticket
from tests.sac.pages import Page, read
from tests.sac.test_desk_list import _listed, _move

ME, SALES, URGENT = 7, 3, 9
MINE = Choices(ME, [Choice(SALES, "Vendas")], [Choice(URGENT, "Urgente")])
NOBODYS = Choices(None, MINE.departments, MINE.tags)

# What an address asks for, what it means to an attendant, and what people call its filters.
MEANINGS = [
    ("", "situacao=aguardando", ""),
    ("situacao=encerradas", "situacao=encerradas", ""),
    ("situacao=abertas", "situacao=aguardando", ""),
    ("departamento=3", "situacao=aguardando&departamento=3", "Vendas"),
    ("departamento=sem", "situacao=aguardando&departamento=sem", "Sem departamento"),
    ("departamento=4", "situacao=aguardando", ""),
    ("departamento=-3", "situacao=aguardando", ""),
    ("departamento=٣", "situacao=aguardando", ""),
    ("quem=minhas", "situacao=aguardando&quem=minhas", "Minhas"),
    ("quem=suas", "situacao=aguardando", ""),
    ("novas=sim", "situacao=aguardando&novas=sim", "Não lidas"),
    ("novas=1", "situacao=aguardando", ""),
    ("resposta=pendente", "situacao=aguardando&resposta=pendente", "Não respondidas"),
    ("resposta=sim", "situacao=aguardando", ""),
    ("etiqueta=9", "situacao=aguardando&etiqueta=9", "Urgente"),
    ("etiqueta=8", "situacao=aguardando", ""),
    ("etiqueta=sem", "situacao=aguardando", ""),
    ("ordem=recentes", "situacao=aguardando&ordem=recentes", ""),
    ("ordem=antigas", "situacao=aguardando", ""),
    ("ordem=alfabetica", "situacao=aguardando", ""),
    ("situacao=em-aberto&ordem=antigas", "situacao=em-aberto&ordem=antigas", ""),
    ("situacao=em-aberto&ordem=recentes", "situacao=em-aberto", ""),
    (
        "ordem=recentes&etiqueta=9&resposta=pendente&novas=sim&quem=minhas&departamento=3",
        "situacao=aguardando&departamento=3&quem=minhas&novas=sim&resposta=pendente&etiqueta=9&ordem=recentes",
        "Vendas · Minhas · Não lidas · Não respondidas · Urgente",
    ),
    ("numeros=atendidos", "numeros=atendidos", ""),
    ("numeros=atendidos&situacao=encerradas&quem=minhas&etiqueta=9", "numeros=atendidos", ""),
    ("numeros=lucros&quem=minhas", "situacao=aguardando&quem=minhas", "Minhas"),
]


def meaning(address: str, choices: Choices = MINE) -> Filters:
    return Filters.read(dict(parse_qsl(address))).within(choices)


@pytest.mark.parametrize(("address", "query", "names"), MEANINGS)
def test_an_address_means_what_is_known_of_it(address: str, query: str, names: str) -> None:
    found = meaning(address)
    assert found.query == f"?{query}"
    assert " · ".join(found.names(MINE)) == names
    assert found.narrows == bool(names)
    # What is written is read as the same again.
    assert meaning(query) == found


def test_who_answers_nobody_has_nothing_of_their_own() -> None:
    assert meaning("quem=minhas", NOBODYS).query == "?situacao=aguardando"
    assert meaning("numeros=atendidos", NOBODYS).query == "?situacao=aguardando"


def test_tabs_keep_the_filters_and_not_the_order_nor_the_figure() -> None:
    tabs = {slug: query for slug, _, _, query in meaning("quem=minhas&ordem=recentes").tabs}
    assert tabs["encerradas"] == "?situacao=encerradas&quem=minhas"
    assert meaning("numeros=tma").tabs[0][3] == "?situacao=aguardando"


Marked = Callable[..., Ticket]


@pytest.fixture
def marked(shop: Shop) -> Marked:
    """Put an open ticket on the board with these facts."""

    def put(attendant: Actor, **facts: object) -> Ticket:
        ticket = put_ticket(
            shop, department=shop.support, attendant=attendant.attendant, status=Status.OPEN
        )
        Ticket.objects.filter(pk=ticket.pk).update(**facts)
        return ticket

    return put


def test_each_filter_finds_what_it_says(
    shop: Shop, ana: Actor, sara: Actor, marked: Marked
) -> None:
    now = timezone.now()
    plain, new, asking = marked(ana), marked(ana, new_since=now), marked(ana, waiting_since=now)
    theirs = marked(sara, new_since=now, waiting_since=now)
    tag = Tag.objects.create(store=shop.store, name="Urgente", colour="red")
    TicketTag.objects.create(store=shop.store, ticket=plain, tag=tag)
    found = {
        query: set(_listed(ana, f"?situacao=em-aberto&{query}"))
        for query in ("quem=minhas", "novas=sim", "resposta=pendente", f"etiqueta={tag.pk}")
    }
    assert list(found.values()) == [
        {plain.pk, new.pk, asking.pk},
        {new.pk, theirs.pk},
        {asking.pk, theirs.pk},
        {plain.pk},
    ]
    both = "?situacao=em-aberto&quem=minhas&novas=sim"
    assert _listed(ana, both) == [new.pk]
    page = read(ana.client.get(f"/sac/atendimento/{both}"))
    assert page.counts == {"waiting": 0, "open": 1, "closed": 0}


def test_another_stores_tag_is_no_filter(
    shop: Shop, other_shop: Shop, ana: Actor, marked: Marked
) -> None:
    marked(ana)
    theirs = Tag.objects.create(store=other_shop.store, name="Deles")
    page = read(ana.client.get(f"/sac/atendimento/?situacao=em-aberto&etiqueta={theirs.pk}"))
    assert len(page.ticket_ids) == page.counts["open"] == 1
    assert "Deles" not in "".join(option.text for option in page.find("option"))


def test_a_tag_out_of_use_is_offered_only_while_it_is_chosen(shop: Shop, ana: Actor) -> None:
    old = Tag.objects.create(store=shop.store, name="Antiga", is_active=False)

    def offered(query: str) -> str:
        page = read(ana.client.get(f"/sac/atendimento/{query}"))
        return " ".join(option.text for option in page.find("option"))

    assert "Antiga" not in offered("")
    assert "Antiga" in offered(f"?etiqueta={old.pk}")


@pytest.mark.parametrize("status", list(Status))
def test_each_order_goes_through_all_pages(shop: Shop, ana: Actor, status: Status) -> None:
    owner = None if status == Status.WAITING else ana.attendant
    tickets = [put_ticket(shop, status=status, attendant=owner) for _ in range(33)]
    for place, ticket in enumerate(tickets):
        # Who waits longest wrote last.
        _move(ticket, queued_at=-place, last_activity_at=-(place * 7 % 33))
    slug = {"waiting": "aguardando", "open": "em-aberto", "closed": "encerradas"}[status]
    by_activity = [
        pk for (pk,) in Ticket.objects.order_by("-last_activity_at", "-id").values_list("id")
    ]
    newest = _listed(ana, f"?situacao={slug}&ordem=recentes")
    oldest = _listed(ana, f"?situacao={slug}&ordem=antigas")
    assert newest == by_activity
    longest_wait = [ticket.pk for ticket in reversed(tickets)]
    assert oldest == (longest_wait if status == Status.WAITING else by_activity[::-1])


def empty_state(page: Page) -> str:
    (shown,) = [one for one in page.find("div", class_="nobody") if "hidden" not in one.attributes]
    return " ".join(shown.text.split())


def test_an_empty_list_names_the_filters_that_emptied_it(shop: Shop, ana: Actor) -> None:
    query = f"departamento={shop.support.pk}&quem=minhas&novas=sim"
    told = empty_state(read(ana.client.get(f"/sac/atendimento/?{query}")))
    assert "Filtrado por: Suporte · Minhas · Não lidas" in told
    assert told.endswith("Limpar filtros")


def test_the_open_conversation_comes_along_where_it_no_longer_fits(
    shop: Shop, ana: Actor, bia: Actor, marked: Marked
) -> None:
    ticket, waiting = marked(ana), put_ticket(shop, department=shop.support)

    def rows(actor: Actor, open_id: object) -> Page:
        return read(actor.client.get(f"/sac/atendimento/lista/?aberta={open_id}"))

    page = rows(ana, ticket.pk)
    assert page.ticket_ids == [waiting.pk, ticket.pk]
    assert [row.attributes["data-ticket"] for row in page.find("li", class_="is-pinned")] == [
        str(ticket.pk)
    ]
    assert rows(ana, waiting.pk).ticket_ids == [waiting.pk]
    assert rows(ana, "9" * 25).ticket_ids == [waiting.pk]
    # Only for who may see it.
    assert rows(bia, ticket.pk).ticket_ids == []
