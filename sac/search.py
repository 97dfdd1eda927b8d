"""Busca: contacts, codes and what was said, of what one person may see.

Sight is part of every question to the database, never taken from its answers. Messages are looked
for by the beginnings of words, accents and case apart, newest first. A word that few messages have
is found by the index of words; one that many have, by walking back in time, where it soon turns up:
through everybody's messages, or, for who may see few tickets, through those tickets' conversations.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, F, OrderBy, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from evendas import phones, tax_ids
from evendas.accounts.models import Sortable, Store
from sac.models import Contact, ContactIdentity, Message, Ticket
from sac.models.words import Says, Words, plain
from sac.permissions import Rights
from sac.snippets import Piece, snippet

PAGE = 20
# Of contacts and codes: who needs more types more.
MOST_OTHERS = 5
# So few messages that have the words are all read, whoever asks.
RARE = 2_000
# From so many on the latest WALKED are looked through first; from fewer where those are likely to
# hold DENSE pages of them, as in a small store.
COMMON = 20_000
WALKED = 10_000
DENSE = 5
# Who may see no more tickets is answered from those tickets' conversations, the latest there first.
FEW = 1_000
WALKED_AT_HOME = 4_000
MAX_LENGTH = 200
_MOST_WORDS = 8
_MOST_PEOPLE = 500
_SHORTEST = 2
_YEARS = 6
# What tells a number someone means as a phone from one that is part of an order.
_PHONE_DIGITS = 4
# By the index of time; and by no index: the database sorts what another one found.
_IN_TIME = ("-sort_key", "-id")
_SORTED = ((F("sort_key") + 0).desc(), F("id").desc())

Cursor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message, the ticket in whose thread it stands, and its words around the first found."""

    message: Message
    ticket: Ticket
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, and their newest ticket that may be seen."""

    contact: Contact
    code: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. `is_short` when there was too little to look for; `more` leads on."""

    codes: Sequence[Ticket] = ()
    people: Sequence[Person] = ()
    hits: Sequence[Hit] = ()
    more: str = ""
    is_short: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.codes or self.people or self.hits)


def search(
    text: str,
    store: Store,
    rights: Rights,
    *,
    within: Ticket | None = None,
    before: Cursor | None = None,
) -> Found:
    """Look for `text`, in the conversation of `within` only when that is given.

    After the first page (`before` is its cursor) only more messages are told.
    """
    words = words_of(text)
    if sum(map(len, words)) < _SHORTEST:
        return Found(is_short=True)
    hits, more = _said(words, store, rights, within=within, before=before)
    if within or before:
        return Found(hits=hits, more=more)
    return Found(
        codes=_codes(text, rights), people=_people(text, words, store, rights), hits=hits, more=more
    )


def words_of(text: str) -> list[str]:
    """The words as the index has them: without accents, case and signs."""
    cut = "".join(one if one.isprintable() else " " for one in text[:MAX_LENGTH])
    words = [word for word in plain(cut).split() if any(one.isalnum() for one in word)]
    return words[:_MOST_WORDS]


def _asked(words: Iterable[str]) -> SearchQuery:
    """All of the words, each by its beginning. No sign is left in them that could mean anything."""
    return SearchQuery(
        " & ".join(f"'{word}':*" for word in words), config="simple", search_type="raw"
    )


# --- What was said --------------------------------------------------------------------------------


def _said(
    words: Sequence[str],
    store: Store,
    rights: Rights,
    *,
    within: Ticket | None,
    before: Cursor | None,
) -> tuple[list[Hit], str]:
    said = Message.objects.in_store(store)
    if within:
        said = said.filter(conversation=within.conversation_id)
    if before:
        key, pk = before
        said = said.filter(Q(sort_key__lt=key) | Q(sort_key=key, pk__lt=pk), sort_key__lte=key)
    rows = _found(said, store, rights, words)
    shown = rows[:PAGE]
    more = f"{shown[-1].sort_key}-{shown[-1].pk}" if len(rows) > PAGE else ""
    return _hits(shown, words, store), more


def _found(
    said: models.QuerySet[Message], store: Store, rights: Rights, words: Sequence[str]
) -> list[Message]:
    """The newest that have the words, by the way that reads least: one more than a page."""
    known, count = _in_sight(said, store, rights), _estimate(_having(said, words))
    if count < RARE:
        return _indexed(known, words)
    homes = _homes(rights)
    rows: list[Message] | None = None
    if homes is not None:
        said, known = said.filter(conversation__in=homes), known.filter(conversation__in=homes)
        rows = _lately(said, known, words, most=WALKED_AT_HOME, newest=_SORTED)
    elif count >= COMMON or count * WALKED >= DENSE * PAGE * _estimate(said):
        rows = _lately(said, known, words, most=WALKED, newest=_IN_TIME)
    return _indexed(known, words) if rows is None else rows


def _estimate(found: models.QuerySet[Message]) -> int:
    """How many the database thinks there are: it keeps count of common words."""
    (plan,) = json.loads(found.order_by().values("pk").explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])


def _homes(rights: Rights) -> list[int] | None:
    """The conversations of the tickets they may see; None when those are many."""
    seen = Ticket.objects.visible_to(rights).each_way(rights)
    found = seen.values_list("conversation_id", flat=True)
    ids = list(found[: FEW + 1])
    return None if len(ids) > FEW else sorted(set(ids))


def _lately(
    said: models.QuerySet[Message],
    known: models.QuerySet[Message],
    words: Sequence[str],
    *,
    most: int,
    newest: Sequence[OrderBy | str],
) -> list[Message] | None:
    """A whole page of the latest, or all there are; None when the latest are not enough.

    The walk is as long for who sees little of what was said: it is counted before their sight.
    """
    keys = said.order_by(*newest).values_list("sort_key", flat=True)
    floors = list(keys[most : most + 1])
    for floor in floors:
        known = known.filter(sort_key__gte=floor)
    rows = list(_saying(known, words).order_by(*newest)[: PAGE + 1])
    return None if floors and len(rows) <= PAGE else rows


def _saying(known: models.QuerySet[Message], words: Sequence[str]) -> models.QuerySet[Message]:
    """Which have the words, by their texts and no index."""
    for word in words:
        # Wherever it stands: most texts are done with for a fifth of the time.
        known = known.filter(GreaterThan(StrIndex(Sortable("text"), Value(word)), 0))
    return known.filter(Says(Words("text"), _asked(words)))


def _indexed(known: models.QuerySet[Message], words: Sequence[str]) -> list[Message]:
    return list(_having(known, words).order_by(*_SORTED)[: PAGE + 1])


def _having(known: models.QuerySet[Message], words: Sequence[str]) -> models.QuerySet[Message]:
    return known.alias(words=Words("text")).filter(words=_asked(words))


def _in_sight(
    said: models.QuerySet[Message], store: Store, rights: Rights
) -> models.QuerySet[Message]:
    known = said
    if not store.shows_deleted:
        known = known.filter(deleted_at=None)
    known = known.exclude(state=Message.State.SUPERSEDED).annotate(chapter=_chapter(store))
    return known.filter(Exists(Ticket.objects.visible_to(rights).filter(pk=OuterRef("chapter"))))


def _chapter(store: Store) -> Coalesce:
    """In whose thread a message stands: the rule of `Message.objects.in_thread_of`."""
    own = Ticket.objects.in_store(store).filter(conversation=OuterRef("conversation"))
    chapters = own.order_by("created_at")
    begun = chapters.filter(created_at__lte=OuterRef("created_at")).order_by("-created_at")
    return Coalesce(
        F("ticket_id"), Subquery(begun.values("pk")[:1]), Subquery(chapters.values("pk")[:1])
    )


def _hits(rows: Sequence[Message], words: Sequence[str], store: Store) -> list[Hit]:
    chapters: dict[Message, int] = {row: row.chapter for row in rows}  # type: ignore[attr-defined]
    tickets = Ticket.objects.in_store(store).for_list().in_bulk(set(chapters.values()))
    return [Hit(row, tickets[chapters[row]], snippet(row.text, words)) for row in rows]


# --- Codes and contacts ---------------------------------------------------------------------------


def _codes(text: str, rights: Rights) -> list[Ticket]:
    """By a whole code, or by its number alone, in the latest years."""
    told = re.fullmatch(r"(?:(\d{4})-)?(\d{1,9})", text.strip())
    if told is None:
        return []
    year, number = told.groups()
    now = timezone.localdate().year
    years = [year] if year else [str(now - back) for back in range(_YEARS)]
    codes = {f"{one}-{number.zfill(6)}" for one in years}
    found = Ticket.objects.visible_to(rights).for_list().filter(code__in=codes)
    return list(found.order_by("-code")[:MOST_OTHERS])


def _people(text: str, words: Sequence[str], store: Store, rights: Rights) -> list[Person]:
    """By name, e-mail, phone or CPF, who has a ticket one may see; the latest to write first."""
    known = Contact.objects.in_store(store).filter(merged_into=None)
    ids = {*_named(known, words), *_phoned(known, text), *_documented(known, text)}
    visible = Ticket.objects.visible_to(rights).filter(conversation__contact=OuterRef("pk"))
    newest = visible.order_by("-last_activity_at", "-id")
    seen = known.filter(pk__in=ids).annotate(
        code=Subquery(newest.values("code")[:1]),
        wrote_at=Subquery(newest.values("last_activity_at")[:1]),
    )
    rows = seen.exclude(code=None).order_by("-wrote_at", "-id")[:MOST_OTHERS]
    return [Person(row, row.code) for row in rows]  # type: ignore[attr-defined]


def _named(known: models.QuerySet[Contact], words: Sequence[str]) -> list[int]:
    found = known.alias(words=Words("name", "email")).filter(words=_asked(words))
    return list(found.order_by("-pk").values_list("pk", flat=True)[:_MOST_PEOPLE])


def _phoned(known: models.QuerySet[Contact], text: str) -> list[int]:
    """By the whole number in any spelling, or by its last digits."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < _PHONE_DIGITS or re.search(r"[^\W\d_]", text):
        return []
    whole = phones.normalize(text) or digits
    identity = Q(identities__kind=ContactIdentity.Kind.PHONE, identities__value=whole)
    by_value = known.filter(identity).values_list("pk", flat=True)
    found = known.filter(phone__endswith=digits).order_by("-pk").values_list("pk", flat=True)
    return [*by_value, *found[:_MOST_PEOPLE]]


def _documented(known: models.QuerySet[Contact], text: str) -> list[int]:
    """By the whole CPF or CNPJ, in any spelling."""
    tax_id = tax_ids.normalize(text)
    if tax_id is None:
        return []
    found = known.filter(tax_id=tax_id).order_by("-pk")
    return list(found.values_list("pk", flat=True)[:_MOST_PEOPLE])
