"""Busca has several ways to the same answer: nobody could tell which, and each reads little."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas import clock
from sac import search as searching
from sac.models import Department, Message, Ticket, TicketEvent
from sac.models.words import plain
from sac.ordering import sort_key
from sac.permissions import Rights, may_see
from sac.search import Cursor, search
from tests.bench.filling import fill
from tests.conftest import Actor, Shop

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
ALWAYS, NEVER = 10**9, 0
# By the bounds that lead to each.
WAYS = {
    "index of words": {"RARE": ALWAYS},
    "own conversations": {"RARE": NEVER, "FEW": ALWAYS, "WALKED_AT_HOME": ALWAYS},
    "the latest of own conversations": {"RARE": NEVER, "FEW": ALWAYS, "WALKED_AT_HOME": 12},
    "back in time": {"RARE": NEVER, "FEW": NEVER, "COMMON": NEVER, "WALKED": 40},
    "back in time to the beginning": {
        "RARE": NEVER,
        "FEW": NEVER,
        "COMMON": NEVER,
        "WALKED": ALWAYS,
    },
}
# The indexes that begin with the conversation.
OF_CONVERSATIONS = {"sac_thread", "sac_catch_up"}
VOCABULARY = ("Olá", "pedido", "Pedidos", "AÇÃO", "ação-pedido", "troca")


# --- The same answer ------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "is_kept"), [(["pedido"], False), (["acao", "ped"], True)])
def test_every_way_finds_what_may_be_seen_in_its_order(
    shop: Shop,
    ana: Actor,
    sara: Actor,
    dono: Actor,
    eva: Actor,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    is_kept: bool,
) -> None:
    leo = shop.hire("Léo")
    _talk_at_random(shop, [ana, sara, leo], Random(len(words)))
    monkeypatch.setattr(searching, "PAGE", 15)
    shop.store.shows_deleted = is_kept
    for actor in (ana, sara, leo, dono, eva):
        seen = _seen(shop, actor.rights, words)
        assert bool(seen) is (actor is not eva)
        for way, bounds in WAYS.items():
            _take(monkeypatch, bounds)
            found = list(_all_pages(" ".join(words), shop, actor.rights))
            assert found == seen, f"{actor.user.full_name}, {way}"


def test_every_way_may_be_narrowed_to_one_conversation(
    shop: Shop, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _talk_at_random(shop, [ana], Random(3))
    seen = _seen(shop, ana.rights, ["pedido"])
    homes = dict(Message.objects.filter(pk__in=seen).values_list("pk", "conversation"))
    assert len(set(homes.values())) > 1
    for home, (way, bounds) in product(set(homes.values()), WAYS.items()):
        ticket = Ticket.objects.filter(conversation=home).latest("created_at")
        _take(monkeypatch, bounds)
        found = search("pedido", shop.store, ana.rights, within=ticket).hits
        assert [hit.message.pk for hit in found] == [pk for pk in seen if homes[pk] == home], way


def _take(monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int]) -> None:
    for name, value in bounds.items():
        monkeypatch.setattr(searching, name, value)


def _all_pages(text: str, shop: Shop, rights: Rights) -> Iterator[int]:
    """The ids of what is found, page after page."""
    before: Cursor | None = None
    while True:
        found = search(text, shop.store, rights, before=before)
        yield from (hit.message.pk for hit in found.hits)
        if not found.more:
            return
        key, pk = found.more.split("-")
        before = int(key), int(pk)


def _seen(shop: Shop, rights: Rights, words: list[str]) -> list[int]:
    """The same, looked through one by one: the newest first."""
    parts = TicketEvent.objects.filter(attendant=rights.attendant_id).values_list("ticket")
    took_part = {pk for (pk,) in parts} if rights.attendant_id else set()
    seen = {
        ticket.pk
        for ticket in Ticket.objects.all()
        if may_see(rights, ticket, took_part=ticket.pk in took_part)
    }
    kept = Message.objects.in_store(shop.store).exclude(state=Message.State.SUPERSEDED)
    if not shop.store.shows_deleted:
        kept = kept.filter(deleted_at=None)
    rows = kept.order_by("-sort_key", "-id")
    return [row.pk for row in rows if _has(row.text, words) and _home(row) in seen]


def _has(text: str, words: list[str]) -> bool:
    return all(any(one.startswith(word) for one in plain(text).split()) for word in words)


def _home(message: Message) -> int:
    """Its ticket; what was said outside of any has the one before it, else the first of all."""
    if message.ticket_id:
        return message.ticket_id
    chapters = Ticket.objects.filter(conversation=message.conversation_id).order_by("created_at")
    begun = chapters.filter(created_at__lte=message.created_at).last()
    return (begun or chapters[0]).pk


# --- What was said, at random ---------------------------------------------------------------------


def _talk_at_random(shop: Shop, people: list[Actor], chance: Random) -> None:
    """Ten conversations of three tickets each, in any hands and places or in none."""
    with clock.at(NOON):
        first = [shop.hears("Olá pedido", department=shop.support) for _ in range(10)]
    for ticket in first:
        chapters = [ticket.pk, *(_chapter(shop, ticket, people, chance, day) for day in (1, 2))]
        Message.objects.bulk_create(
            _said(ticket.messages.get(), chapters, chance) for _ in range(9)
        )


def _chapter(shop: Shop, first: Ticket, people: list[Actor], chance: Random, day: int) -> int:
    """A day later: another ticket, of which the last may be live."""
    if day == 1:
        _close(first)
    ticket = Ticket.objects.get(pk=first.pk)
    ticket.pk, ticket.code = None, f"{first.code}-{day}"
    ticket.created_at = NOON + timedelta(days=day)
    ticket.department = chance.choice([None, shop.support, shop.sales])
    status = "closed" if day == 1 else chance.choice(["waiting", "open", "closed"])
    ticket.status, ticket.closed_at = Ticket.Status(status), None
    ticket.attendant = None if status == "waiting" else chance.choice(people).attendant
    if status == "closed":
        ticket.closed_at = ticket.created_at
    ticket.save()
    if chance.random() < 0.5:
        _take_part(ticket, chance.choice(people))
    return ticket.pk


def _close(ticket: Ticket) -> None:
    ticket.status, ticket.closed_at = Ticket.Status.CLOSED, ticket.created_at
    ticket.save()


def _take_part(ticket: Ticket, actor: Actor) -> None:
    TicketEvent.objects.create(
        store_id=ticket.store_id,
        ticket=ticket,
        conversation_id=ticket.conversation_id,
        kind=TicketEvent.Kind.TAKEN,
        at=ticket.created_at,
        attendant=actor.attendant,
        sort_key=0,
        revision=0,
    )


def _said(model: Message, chapters: list[int], chance: Random) -> Message:
    """Another message of that conversation: some deleted, some taken back, some at once."""
    moment = NOON + timedelta(hours=chance.randrange(-12, 72))
    row = Message.objects.get(pk=model.pk)
    row.pk, row.provider_id = None, None
    row.ticket_id = chance.choice([*chapters, None])
    row.text = " ".join(chance.choices(VOCABULARY, k=chance.randrange(1, 4)))
    row.created_at = row.sent_at = moment
    row.sort_key = sort_key(moment, chance.randrange(2))
    row.deleted_at = chance.choice([None] * 9 + [NOON])
    if chance.random() < 0.1:
        row.state = Message.State.SUPERSEDED
    return row


# --- What is read for it --------------------------------------------------------------------------


def test_each_is_asked_the_way_that_reads_little(
    shop: Shop, sara: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    nara, own = _of_a_small_department(shop, sara), 300
    _take(monkeypatch, {"RARE": 200, "FEW": 100, "COMMON": 1_000, "WALKED": 500})

    def asks(actor: Actor, text: str) -> Asked:
        return _asked_by(lambda: search(text, shop.store, actor.rights))

    first, rare = asks(nara, "entrega"), asks(sara, "Oi")
    fill(shop, [sara], 5_000)
    narrow, wide = asks(nara, "entrega"), asks(sara, "entrega")
    assert narrow.indexes <= OF_CONVERSATIONS >= first.indexes
    assert narrow.queries == first.queries
    assert narrow.messages <= 3 * own
    assert narrow.tickets < own
    monkeypatch.setattr(searching, "RARE", NEVER)
    assert asks(nara, "nada disso").indexes <= OF_CONVERSATIONS
    assert wide.indexes == {"sac_message_by_time"}
    assert rare.indexes == {"sac_message_words"}
    # Not so many, but in every few messages.
    _take(monkeypatch, {"COMMON": ALWAYS, "WALKED": 4_000})
    assert asks(sara, "entrega").indexes == {"sac_message_by_time"}
    _take(monkeypatch, {"DENSE": ALWAYS})
    assert asks(sara, "entrega").indexes != {"sac_message_by_time"}


def _of_a_small_department(shop: Shop, others: Actor) -> Actor:
    """Somebody of one, in a store where others do nearly all of the work."""
    place = Department.objects.create(
        store=shop.store, instance=shop.instance, name="Garantia", colour="orange"
    )
    nara = shop.hire("Nara", place)
    fill(shop, [nara], 300, departments=[place])
    fill(shop, [others], 5_000)
    return nara


@dataclass(frozen=True, slots=True)
class Asked:
    """What a piece of work asked of the database: the indexes of messages, and rows looked at."""

    queries: int
    indexes: set[str]
    messages: int
    tickets: int


def _asked_by(work: Callable[[], object]) -> Asked:
    with CaptureQueriesContext(connection) as asked:
        work()
    plans = [_plan(query["sql"]) for query in asked if "EXPLAIN" not in query["sql"]]
    nodes = [node for plan in plans for node in _nodes(plan)]
    return Asked(
        len(asked),
        {node["Index Name"] for node in nodes if "Index Name" in node} & _indexes_of_messages(),
        sum(_rows(node) for node in nodes if node.get("Relation Name") == "sac_message"),
        sum(_rows(node) for node in nodes if node.get("Relation Name") == "sac_ticket"),
    )


def _plan(query: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        (plan,) = cursor.fetchone()[0]
    return dict(plan["Plan"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def _rows(node: dict[str, Any]) -> int:
    """How many rows of the table it looked at, those it threw away too."""
    kinds = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return int(sum(node.get(kind, 0) for kind in kinds) * node["Actual Loops"])


def _indexes_of_messages() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'sac_message'")
        return {name for (name,) in cursor.fetchall()}
