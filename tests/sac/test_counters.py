"""The numbers on the tabs: those of the list, whatever became of a ticket, at any size."""

from collections import Counter
from collections.abc import Iterable
from itertools import product
from random import Random
from typing import Literal

from automacao.models import Instance
from sac.actions.closed_counts import fold_closed_counts
from sac.counters import counts
from sac.filters import NOWHERE, Filters
from sac.invariants import broken_invariants
from sac.models import ClosedCount, Tag, Ticket, TicketEvent, TicketTag
from sac.permissions import Rights
from tests.bench.filling import fill
from tests.conftest import Actor, Shop
from tests.plans import nodes_of, rows_looked_at
from tests.sac.board import Status, add_number, put_ticket

STATUSES = [status.value for status in Status]


def test_the_tabs_count_what_the_list_holds_whatever_became_of_it(
    shop: Shop, other_shop: Shop, ana: Actor, bia: Actor, sara: Actor, dono: Actor, eva: Actor
) -> None:
    chance, team = Random(7), [ana, bia, sara, shop.hire("Léo")]
    numbers = [None, None, add_number(shop)]
    tickets = [_scatter(shop, chance, team, numbers) for _ in range(60)]
    put_ticket(other_shop, status=Status.CLOSED)
    tag = Tag.objects.create(store=shop.store, name="Troca", colour="red")
    for ticket in tickets[::3]:
        TicketTag.objects.create(store=shop.store, ticket=ticket, tag=tag)
    people = [*team, dono, eva]
    _compare(people, shop, tag)
    for ticket in tickets:
        _change(ticket, shop, chance, team)
    changed = _compare(people, shop, tag)
    assert ClosedCount.objects.filter(guest__isnull=False, tickets=1).exists()
    fold_closed_counts()
    assert _compare(people, shop, tag) == changed
    assert broken_invariants(["closed_is_counted"]) == []
    kept = ClosedCount.objects.values_list(
        "instance", "department", "attendant", "guest", "tickets"
    )
    assert max(Counter(row[:4] for row in kept).values()) == 1
    assert all(row[4] > 0 for row in kept)


def _scatter(
    shop: Shop, chance: Random, team: list[Actor], numbers: list[Instance | None]
) -> Ticket:
    """A ticket anywhere, in any hands, in which anybody may have taken part."""
    status = chance.choice([*STATUSES, "closed", "closed"])
    is_held = status == "open" or (status == "closed" and chance.random() < 0.8)
    return put_ticket(
        shop,
        department=chance.choice([None, shop.support, shop.sales]),
        attendant=chance.choice(team).attendant if is_held else None,
        status=status,
        took_part=chance.choice([None, chance.choice(team).attendant]),
        instance=chance.choice(numbers),
    )


def _change(ticket: Ticket, shop: Shop, chance: Random, team: list[Actor]) -> None:
    """Close it, open it again, move it, hand it over, or take part in it once more."""
    if chance.random() < 0.5:
        ticket.department = chance.choice([None, shop.support, shop.sales])
    if chance.random() < 0.5:
        ticket.attendant = chance.choice(team).attendant
    if chance.random() < 0.5:
        ticket.status = Status.OPEN if ticket.status == Status.CLOSED else Status.CLOSED
    if ticket.status == Status.OPEN:
        ticket.attendant = ticket.attendant or team[0].attendant
    if ticket.status == Status.WAITING:
        ticket.attendant = None
    ticket.closed_at = ticket.created_at if ticket.status == Status.CLOSED else None
    ticket.save()
    TicketEvent.objects.bulk_create(
        TicketEvent(
            store=ticket.store,
            ticket=ticket,
            conversation=ticket.conversation,
            kind=TicketEvent.Kind.TAKEN,
            at=ticket.created_at,
            attendant=attendant,
            sort_key=2,
            revision=2,
        )
        for attendant in chance.choices([None, *(one.attendant for one in team)], k=3)
    )


def _compare(people: Iterable[Actor], shop: Shop, tag: Tag) -> list[dict[str, int]]:
    """Compare what each person's tabs say with the tickets one by one, under every filter."""
    told = []
    for person in people:
        for filters in _all_filters(person.rights, shop, tag):
            said = counts(person.rights, filters)
            seen = filters.narrow(Ticket.objects.visible_to(person.rights))
            held = Counter(seen.values_list("status", flat=True))
            assert said == {status: held[status] for status in STATUSES}, (person, filters)
            told.append(said)
    return told


def _all_filters(rights: Rights, shop: Shop, tag: Tag) -> Iterable[Filters]:
    places: list[int | Literal["sem"] | None]
    places = [None, NOWHERE, shop.support.pk, shop.sales.pk]
    for place, is_mine, tag_id in product(places, (False, True), (None, tag.pk)):
        is_one = is_mine and rights.attendant_id is not None
        yield Filters(
            department=place, is_mine=is_one, tag=tag_id, attendant_id=rights.attendant_id
        )
    yield Filters(is_unread=True)
    yield Filters(is_unanswered=True)


def test_counting_reads_no_closed_ticket(shop: Shop, ana: Actor, sara: Actor, dono: Actor) -> None:
    fill(shop, [ana, sara], 8_000)
    fold_closed_counts()
    live = Ticket.objects.live().count()
    closed = Ticket.objects.filter(status="closed").count()
    assert closed > 10 * live
    for person in (ana, sara, dono):
        read = nodes_of(lambda rights=person.rights: counts(rights, Filters()))  # type: ignore[misc]
        assert rows_looked_at(read, "sac_ticket") <= 2 * live
        assert 0 < rows_looked_at(read, "sac_closedcount") <= 10
        assert rows_looked_at(read, "sac_ticketevent") == 0


def test_each_closing_adds_a_row_and_waits_for_none(shop: Shop, ana: Actor, bia: Actor) -> None:
    ticket = put_ticket(shop, attendant=ana.attendant, status=Status.OPEN, took_part=bia.attendant)
    ticket.status, ticket.closed_at = Status.CLOSED, ticket.created_at
    ticket.save()
    rows = ClosedCount.objects.order_by("pk").values_list("attendant", "guest", "tickets")
    assert ana.attendant
    assert bia.attendant
    assert set(rows.all()) == {(ana.attendant.pk, None, 1), (ana.attendant.pk, bia.attendant.pk, 1)}
    ticket.status, ticket.closed_at = Status.OPEN, None
    ticket.save()
    assert sorted(one for *_, one in rows.all()) == [-1, -1, 1, 1]
    fold_closed_counts()
    assert not ClosedCount.objects.exists()
