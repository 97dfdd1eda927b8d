"""Pedidos na loja: the orders of a contact, read by what ties them. Nothing of it is stored.

So what a person edits in a contact counts at once. What somebody of the team said of an order
(`OrderLink`) goes before everything the two have in common.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import JSONObject

from evendas.accounts.models import Store
from pedidos.finance import KEPT, SOLD, sold_for
from pedidos.models import Order, OrderPhone
from sac.matching import Buyer, Match, Person, Word, match, numbers_told
from sac.models import Contact, ContactIdentity, Conversation, Message, OrderLink, Ticket

# Shown of one contact, newest first; what they spent is of all of theirs.
LAST = 10
# Of so many things the customer said last, order numbers are read out.
_HEARD = 100


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order of a contact, and why it is taken for theirs."""

    order: Order
    match: Match
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Purchases:
    """The LAST orders of a contact; `count` of all that are surely theirs, and what was paid.

    `spent` is of reais alone, less what was given back and without orders made to try the shop out.
    `refused` are those somebody said are not theirs.
    """

    last: Sequence[Purchase] = ()
    refused: Sequence[Order] = ()
    count: int = 0
    spent: Decimal = Decimal(0)

    @property
    def is_empty(self) -> bool:
        return not (self.last or self.refused)

    @property
    def more(self) -> int:
        """How many there are beyond those shown."""
        return max(0, self.count - sum(one.match.is_sure for one in self.last))

    @property
    def sure(self) -> list[Order]:
        """Those that may be spoken of to this customer."""
        return [one.order for one in self.last if one.match.is_sure]


def purchases_of(ticket: Ticket) -> Purchases:
    """Return what stands beside a ticket's conversation: its contact's orders in the store.

    Two indexed questions where there is nothing, four more at most however much there is.
    """
    store = ticket.store
    known, words = _known_of(ticket.conversation, store)
    refused = [pk for pk, word in words.items() if not word.is_confirmed]
    sure = sure_orders([known], store, set(words).difference(refused))
    found = _candidates(known, sure, store).exclude(pk__in=refused)
    last = [*_tied(_shown(found, store), known, words)]
    count, spent = _sums(found, sure, last)
    said = Order.objects.in_store(store).in_bulk(refused)
    return Purchases(last, [said[pk] for pk in refused], count, spent)


def person_of(contact: Contact) -> Person:
    """What is known of a contact that may tie an order to them; of identities read before."""
    return person(contact, [one.value for one in contact.identities.all() if one.kind == _PHONE])


def person(contact: Contact, phones: Iterable[str], told: frozenset[str] = frozenset()) -> Person:
    """What is known of a contact who has these phones and told these numbers of orders."""
    return Person(
        phones=frozenset(filter(None, [contact.phone, *phones])),
        tax_id=contact.tax_id,
        email=contact.email,
        told=told,
    )


def buyer_of(order: Order, phones: Iterable[str]) -> Buyer:
    """What an order tells of its buyer, who has these phones."""
    return Buyer(
        number=order.number,
        phones=frozenset(phones),
        tax_id=order.buyer_document,
        email=order.buyer_email,
    )


def sure_orders(
    people: Collection[Person], store: Store, confirmed: Collection[int]
) -> QuerySet[Order, Any]:
    """The ids of what is one of theirs without a doubt: each part by its own index."""
    orders = Order.objects.in_store(store).order_by()
    parts = [orders.filter(pk__in=confirmed)]
    if own := {phone for one in people for phone in one.own_phones}:
        parts.append(orders.filter(phones__store=store, phones__phone__in=own))
    if tax_ids := {one.tax_id for one in people} - {""}:
        parts.append(orders.filter(buyer_document__in=tax_ids))
    if emails := {one.own_email for one in people} - {""}:
        parts.append(orders.filter(buyer_email__in=emails))
    first, *others = (part.values("pk") for part in parts)
    return first.union(*others) if others else first


def told_phones(orders: QuerySet[Order], store: Store) -> QuerySet[Order]:
    """With `called`, the phones of each one's buyer, in the same query."""
    phones = OrderPhone.objects.in_store(store).filter(order=OuterRef("pk"))
    return orders.annotate(called=ArraySubquery(phones.values("phone")))


def word_of(kind: str, who: str) -> Word:
    """What a link says of a contact and an order: see `OrderLink.WHO`."""
    return Word(is_confirmed=kind == OrderLink.Kind.CONFIRMED, who=who)


_PHONE = ContactIdentity.Kind.PHONE


def _known_of(chat: Conversation, store: Store) -> tuple[Person, dict[int, Word]]:
    """Who a contact is, what they told, and what the team said of orders: one question for all."""
    contact = chat.contact
    phones = contact.identities.filter(kind=_PHONE).values("value")
    facts = JSONObject(order="order", kind="kind", who=OrderLink.WHO)
    links = contact.order_links.order_by("-id").values(facts=facts)
    own = Contact.objects.in_store(store).filter(pk=contact.pk)
    parts = [ArraySubquery(part) for part in (phones, _said_in(chat), links)]
    numbers, said, told = own.values_list(*parts).get()
    words = {one["order"]: word_of(one["kind"], one["who"]) for one in told}
    return person(contact, numbers, numbers_told(said)), words


def _said_in(chat: Conversation) -> QuerySet[Message, Any]:
    """The customer's words among the last that were said; "" in the place of everybody else's."""
    heard = Case(
        When(direction=Message.Direction.IN, then=F("text")),
        default=Value(""),
        output_field=TextField(),
    )
    said: QuerySet[Message, Any] = chat.messages.order_by("-sort_key", "-id").values(heard=heard)
    return said[:_HEARD]


def _candidates(person: Person, sure: QuerySet[Order, Any], store: Store) -> QuerySet[Order]:
    """All that may be theirs: also those whose numbers they told."""
    orders = Order.objects.in_store(store)
    if person.told:
        told = [form for number in person.told for form in (number, f"#{number}")]
        sure = sure.union(orders.order_by().filter(number__in=told).values("pk"))
    return orders.filter(pk__in=sure)


def _shown(found: QuerySet[Order], store: Store) -> QuerySet[Order]:
    """The LAST of them, with what is said of each, and its buyer's phones."""
    told = told_phones(found, store)
    return told.prefetch_related("items", "shipments").order_by("-placed_at", "-id")[:LAST]


def _tied(rows: QuerySet[Order], person: Person, words: Mapping[int, Word]) -> Iterator[Purchase]:
    for order in rows:
        word = words.get(order.pk)
        buyer = buyer_of(order, order.called)  # type: ignore[attr-defined]
        if found := match(buyer, person, word):
            yield Purchase(order, found, is_confirmed=word is not None)


def _sums(
    found: QuerySet[Order], sure: QuerySet[Order, Any], last: Sequence[Purchase]
) -> tuple[int, Decimal]:
    """How many are surely theirs and what was paid for them: asked only where not all are shown."""
    if len(last) == LAST:
        spent = Sum(KEPT, filter=SOLD)
        told = found.filter(pk__in=sure).aggregate(count=Count("pk"), spent=spent)
        return told["count"], told["spent"] or Decimal(0)
    mine = [one.order for one in last if one.match.is_sure]
    return len(mine), sum((sold_for(order) for order in mine), Decimal(0))
