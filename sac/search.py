"""Busca: contacts, codes and what was said, of what one person may see.

Sight is part of every question to the database, never taken from its answers. Messages are looked
for by the beginnings of words, accents and case apart, newest first. A word that few messages have
is found by the index of words; one that many have, by walking back in time, where it soon turns up.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from evendas import phones, tax_ids
from evendas.accounts.models import Store
from sac.models import Contact, ContactIdentity, Message, Ticket
from sac.models.words import Says, Words, plain
from sac.permissions import Rights
from sac.snippets import Piece, snippet

PAGE = 20
# Of contacts and codes: who needs more types more.
MOST_OTHERS = 5
# From so many messages on that have the words, the latest WALKED are looked through first.
COMMON = 20_000
WALKED = 4_000
MAX_LENGTH = 200
_MOST_WORDS = 8
_MOST_PEOPLE = 500
_SHORTEST = 2
_YEARS = 6
# What tells a number someone means as a phone from one that is part of an order.
_PHONE_DIGITS = 4

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
    known, asked = _in_sight(said, store, rights), _asked(words)
    rows = _lately(said, known, asked) or list(_indexed(known, asked)[: PAGE + 1])
    shown = rows[:PAGE]
    more = f"{shown[-1].sort_key}-{shown[-1].pk}" if len(rows) > PAGE else ""
    return _hits(shown, words, store), more


def _lately(
    said: models.QuerySet[Message], known: models.QuerySet[Message], asked: SearchQuery
) -> list[Message]:
    """A whole page of the latest messages, where the words are common enough to give one soon.

    The walk is as long for who sees little of what was said: it is counted before their sight.
    """
    if _estimate(_having(known, asked)) < COMMON:
        return []
    walked = known.order_by("-sort_key", "-id")
    keys = said.order_by("-sort_key", "-id").values_list("sort_key", flat=True)
    for floor in keys[WALKED : WALKED + 1]:
        walked = walked.filter(sort_key__gte=floor)
    rows = list(walked.filter(Says(Words("text"), asked))[: PAGE + 1])
    return rows if len(rows) > PAGE else []


def _estimate(found: models.QuerySet[Message]) -> int:
    """How many the database thinks there are: it keeps count of common words."""
    (plan,) = json.loads(found.order_by().values("pk").explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])


def _indexed(known: models.QuerySet[Message], asked: SearchQuery) -> models.QuerySet[Message]:
    # A sum is in no index: the database sorts what the index of words found.
    return _having(known, asked).order_by((F("sort_key") + 0).desc(), "-id")


def _having(known: models.QuerySet[Message], asked: SearchQuery) -> models.QuerySet[Message]:
    return known.alias(words=Words("text")).filter(words=asked)


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
