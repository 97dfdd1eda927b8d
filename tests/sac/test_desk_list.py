"""The list: filters, sort orders, pages by key, and counters that are true."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.board import Status, add_number, put_ticket
from tests.sac.pages import Page, read

TABS = {"waiting": "aguardando", "open": "em-aberto", "closed": "encerradas"}


def _pages(actor: Actor, query: str) -> Iterator[Page]:
    """The first page, and each next one when it is asked for."""
    address = f"/sac/atendimento/{query}"
    for _ in range(20):
        page = read(actor.client.get(address))
        yield page
        address = page.next_page
        if not address:
            return
    pytest.fail("the list has no end")


def _listed(actor: Actor, query: str) -> list[int]:
    return [pk for page in _pages(actor, query) for pk in page.ticket_ids]


def _move(ticket: Ticket, **moments: int) -> int:
    """Set moments of a ticket, in minutes from now."""
    now = timezone.now()
    Ticket.objects.filter(pk=ticket.pk).update(
        **{name: now + timedelta(minutes=minutes) for name, minutes in moments.items()}
    )
    return ticket.pk


def test_the_longest_wait_stands_first(shop: Shop, ana: Actor) -> None:
    first = _move(put_ticket(shop), queued_at=-5, last_activity_at=-5)
    oldest = _move(put_ticket(shop), queued_at=-90, last_activity_at=-1)
    newest = _move(put_ticket(shop), queued_at=-1, last_activity_at=-60)
    assert _listed(ana, "") == [oldest, first, newest]


@pytest.mark.parametrize("status", [Status.OPEN, Status.CLOSED])
def test_the_newest_activity_stands_first(shop: Shop, ana: Actor, status: Status) -> None:
    owner = ana.attendant
    old, new = (put_ticket(shop, attendant=owner, status=status) for _ in range(2))
    _move(old, queued_at=-1, last_activity_at=-60)
    _move(new, queued_at=-90, last_activity_at=-2)
    assert _listed(ana, f"?situacao={TABS[status]}") == [new.pk, old.pk]


def test_a_customer_who_writes_again_moves_up_but_keeps_their_place_in_the_queue(
    shop: Shop, ana: Actor
) -> None:
    first, second = shop.hears(), shop.hears()
    shop.hears("Alguém aí?", phone=first.conversation.contact.phone)
    assert _listed(ana, "") == [first.pk, second.pk]
    for ticket in (first, second):
        ana.client.post(f"/sac/atendimento/{ticket.code}/posse/")
    assert _listed(ana, "?situacao=em-aberto") == [first.pk, second.pk]
    shop.hears("Oi?", phone=second.conversation.contact.phone)
    assert _listed(ana, "?situacao=em-aberto") == [second.pk, first.pk]


@pytest.mark.parametrize("status", list(Status))
def test_pages_neither_repeat_nor_skip_while_rows_arrive(
    shop: Shop, ana: Actor, status: Status
) -> None:
    owner = None if status == Status.WAITING else ana.attendant
    there = {put_ticket(shop, status=status, attendant=owner).pk for _ in range(35)}
    seen: list[int] = []
    for page in _pages(ana, f"?situacao={TABS[status]}"):
        seen += page.ticket_ids
        _move(put_ticket(shop, status=status, attendant=owner), queued_at=1, last_activity_at=1)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize("status", [Status.WAITING, Status.CLOSED])
def test_pages_are_whole_when_everybody_came_at_the_same_moment(
    shop: Shop, ana: Actor, status: Status
) -> None:
    there = {put_ticket(shop, status=status).pk for _ in range(62)}
    Ticket.objects.update(queued_at=timezone.now(), last_activity_at=timezone.now())
    pages = [page.ticket_ids for page in _pages(ana, f"?situacao={TABS[status]}")]
    assert [len(page) for page in pages] == [30, 30, 2]
    assert {pk for page in pages for pk in page} == there


def test_a_full_page_with_nothing_behind_it_is_the_last(shop: Shop, ana: Actor) -> None:
    for _ in range(30):
        put_ticket(shop)
    assert [len(page.ticket_ids) for page in _pages(ana, "")] == [30]


def test_the_next_page_keeps_the_filters(shop: Shop, sara: Actor) -> None:
    for department in (shop.support, shop.sales):
        for _ in range(32):
            put_ticket(shop, department=department)
    listed = _listed(sara, f"?departamento={shop.sales.pk}")
    assert len(listed) == 32
    assert set(listed) == set(shop.sales.tickets.values_list("id", flat=True))


def test_counters_count_what_each_person_can_list(
    shop: Shop, other_shop: Shop, ana: Actor, bia: Actor
) -> None:
    _fill(shop, ana, bia)
    _fill(other_shop, other_shop.hire("Eva", other_shop.support), other_shop.hire("Edu"))
    people = [
        ana,
        bia,
        shop.hire("Sara", shop.support, can_view_all=True, can_close_any=True),
        shop.hire("Dono", is_admin=True),
        shop.hire("Nova"),
    ]
    places = ("sem", shop.support.pk, shop.sales.pk)
    filters = ["", *(f"&departamento={place}" for place in places)]
    for person in people:
        for department in filters:
            listed = {
                status: len(_listed(person, f"?situacao={slug}{department}"))
                for status, slug in TABS.items()
            }
            for address in ("", "contadores/"):
                answer = person.client.get(f"/sac/atendimento/{address}?{department}")
                assert read(answer).counts == listed


def _fill(shop: Shop, one: Actor, two: Actor) -> None:
    """Tickets of each kind, different numbers of each."""
    far = add_number(shop)
    put_ticket(shop, instance=far)
    for department, times in ((shop.support, 2), (shop.sales, 3), (None, 1)):
        for _ in range(times):
            put_ticket(shop, department=department)
            put_ticket(shop, department=department, attendant=one.attendant, status=Status.OPEN)
            put_ticket(shop, department=department, attendant=two.attendant, status=Status.CLOSED)
            put_ticket(shop, department=department, status=Status.CLOSED, took_part=one.attendant)


def test_home_counts_what_the_desk_counts(shop: Shop, ana: Actor, bia: Actor) -> None:
    _fill(shop, ana, bia)
    page = read(ana.client.get("/"))
    figures = [page.find("b", id=name)[0] for name in ("waiting-now", "open-now", "closed-now")]
    counts = read(ana.client.get("/sac/atendimento/")).counts
    assert [int(figure.text) for figure in figures] == list(counts.values())


def test_only_departments_one_can_see_are_offered(
    shop: Shop, ana: Actor, sara: Actor, other_shop: Shop
) -> None:
    def offered(actor: Actor) -> list[str]:
        options = read(actor.client.get("/sac/atendimento/")).find("option")
        return [option.text for option in options if "primeiro" not in option.text]

    assert offered(ana) == ["Todos os departamentos", "Suporte", "Sem departamento"]
    assert offered(sara) == ["Todos os departamentos", "Suporte", "Vendas", "Sem departamento"]


def test_without_department_is_a_choice_of_its_own(shop: Shop, ana: Actor, dono: Actor) -> None:
    led, loose = put_ticket(shop, department=shop.support), put_ticket(shop)
    far = put_ticket(shop, instance=add_number(shop))
    assert _listed(ana, "?departamento=sem") == [loose.pk]
    assert _listed(dono, "?departamento=sem") == [loose.pk, far.pk]
    assert _listed(dono, f"?departamento={shop.support.pk}") == [led.pk]
    page = read(ana.client.get("/sac/atendimento/?departamento=sem"))
    chosen, _ = [option for option in page.find("option") if "selected" in option.attributes]
    assert chosen.text == "Sem departamento"


NONSENSE = [
    "situacao=%00",
    "situacao=abertas&departamento=abc",
    "departamento=-1",
    "departamento=99999999999999999999999",
    "departamento=%D9%A3",
    "departamento=%00",
    "depois=%00",
    "depois=ontem~1",
    "depois=2026-01-01T00:00:00~1",
    "depois=2026-01-01T00:00:00%2B00:00~-5",
    "depois=2026-01-01T00:00:00%2B00:00~99999999999999999999999999",
    "depois=2026-01-01T00:00:00%2B00:00~" + "9" * 5000,
    "depois=0001-01-01T00:00:00%2B23:59~1",
    "depois=9999-12-31T23:59:59-23:59~1",
    "situacao=encerradas&depois=0001-01-01T00:00:00%2B23:59~1",
    "depois[]=1&departamento[]=2",
    "%",
]


@pytest.mark.parametrize("noun", ["", "lista/", "contadores/"])
def test_nonsense_in_the_address_is_no_error(shop: Shop, ana: Actor, noun: str) -> None:
    put_ticket(shop)
    for query in NONSENSE:
        address = f"/sac/atendimento/{noun}?{query}"
        assert ana.client.get(address).status_code == 200, query


def test_an_unknown_choice_means_waiting_and_everybody(shop: Shop, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    assert _listed(ana, "?situacao=abertas&departamento=tudo&depois=ontem") == [ticket.pk]


CURSORS = [
    "desde=",
    "desde=-3",
    "desde=abc",
    "desde=%00",
    "desde=" + "9" * 18,
    "desde=" + "9" * 19,
    "desde=" + "9" * 60,
    "antes=",
    "antes=1",
    "antes=-",
    "antes=a-b",
    "antes=1-%00",
    "antes=" + "9" * 19 + "-1",
    "antes=1-" + "9" * 19,
    "antes=" + "9" * 60 + "-1",
]


@pytest.mark.parametrize("noun", ["", "novidades/", "anteriores/"])
def test_nonsense_for_a_cursor_is_no_error(shop: Shop, ana: Actor, noun: str) -> None:
    code = put_ticket(shop).code
    for query in CURSORS:
        address = f"/sac/atendimento/{code}/{noun}?{query}"
        assert ana.client.get(address).status_code == 200, query
