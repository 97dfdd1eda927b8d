"""Pedidos na loja: the orders of a contact, read by what ties them. Nothing of it is stored.

So what a person edits in a contact counts at once. What somebody of the team said of an order
(`OrderLink`) goes before everything the two have in common.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from evendas.accounts.models import Store
from pedidos.models import Order
from sac.matching import Buyer, Match, Person, Word, match, numbers_told
from sac.models import Contact, ContactIdentity, Conversation, Message, OrderLink, Ticket

# Shown of one contact, newest first; what they spent is of all of theirs.
LAST = 10
# Of so many things the customer said last, order numbers are read out.
_HEARD = 100
# What was paid for, though some of it may have been given back since.
_PAID = (Order.Payment.PAID, Order.Payment.PARTIALLY_REFUNDED)


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
    """Return what stands beside a ticket's conversation."""
    conversation = ticket.conversation
    return orders_of(conversation.contact, ticket.store, chat=conversation)


def orders_of(contact: Contact, store: Store, *, chat: Conversation | None = None) -> Purchases:
    """Return a contact's orders in their store; of `chat` also those whose number they wrote there.

    Four indexed questions where there is nothing, four more at most however much there is.
    """
    links = list(contact.order_links.select_related("by__attendant", "order").order_by("-id"))
    person = person_of(contact, told=_told_in(chat))
    sure = _sure(person, store, links)
    found = _candidates(person, sure, store, links)
    rows = found.prefetch_related("items", "shipments", "phones").order_by("-placed_at", "-id")
    last = [*_tied(rows[:LAST], person, {one.order_id: _word(one) for one in links})]
    count, spent = _sums(found, sure, last)
    return Purchases(last, [one.order for one in links if not one.is_confirmed], count, spent)


def person_of(contact: Contact, *, told: frozenset[str] = frozenset()) -> Person:
    """What is known of a contact that may tie an order to them."""
    known = [one.value for one in contact.identities.all() if one.kind == _PHONE]
    return Person(
        phones=frozenset(filter(None, [contact.phone, *known])),
        tax_id=contact.tax_id,
        email=contact.email,
        told=told,
    )


def buyer_of(order: Order) -> Buyer:
    """What an order tells of its buyer."""
    return Buyer(
        number=order.number,
        phones=frozenset(one.phone for one in order.phones.all()),
        tax_id=order.buyer_document,
        email=order.buyer_email,
    )


_PHONE = ContactIdentity.Kind.PHONE


def _told_in(chat: Conversation | None) -> frozenset[str]:
    if chat is None:
        return frozenset()
    said = chat.messages.order_by("-sort_key", "-id").values_list("direction", "text")[:_HEARD]
    return numbers_told(text for way, text in said if way == Message.Direction.IN)


def _sure(person: Person, store: Store, links: Sequence[OrderLink]) -> QuerySet[Order, Any]:
    """The ids of what is theirs without a doubt: each part by its own index."""
    orders = Order.objects.in_store(store).order_by()
    confirmed = [one.order_id for one in links if one.is_confirmed]
    parts = [orders.filter(pk__in=confirmed)]
    if own := person.own_phones:
        parts.append(orders.filter(phones__store=store, phones__phone__in=own))
    if person.tax_id:
        parts.append(orders.filter(buyer_document=person.tax_id))
    if person.own_email:
        parts.append(orders.filter(buyer_email=person.own_email))
    first, *others = (part.values("pk") for part in parts)
    return first.union(*others) if others else first


def _candidates(
    person: Person, sure: QuerySet[Order, Any], store: Store, links: Sequence[OrderLink]
) -> QuerySet[Order]:
    """All that may be theirs, the refused ones left out."""
    orders = Order.objects.in_store(store)
    refused = [one.order_id for one in links if not one.is_confirmed]
    if person.told:
        told = [form for number in person.told for form in (number, f"#{number}")]
        sure = sure.union(orders.order_by().filter(number__in=told).values("pk"))
    return orders.filter(pk__in=sure).exclude(pk__in=refused)


def _tied(rows: QuerySet[Order], person: Person, words: Mapping[int, Word]) -> Iterator[Purchase]:
    for order in rows:
        word = words.get(order.pk)
        if found := match(buyer_of(order), person, word):
            yield Purchase(order, found, is_confirmed=word is not None)


def _word(link: OrderLink) -> Word:
    return Word(is_confirmed=link.is_confirmed, who=link.who)


def _sums(
    found: QuerySet[Order], sure: QuerySet[Order, Any], last: Sequence[Purchase]
) -> tuple[int, Decimal]:
    """How many are surely theirs and what was paid for them: asked only where not all are shown."""
    if len(last) == LAST:
        theirs = found.filter(pk__in=sure)
        paid = theirs.filter(payment__in=_PAID, currency="BRL", is_test=False, cancelled_at=None)
        told = paid.aggregate(spent=Sum(F("total") - F("refunded")))
        return theirs.count(), told["spent"] or Decimal(0)
    mine = [one.order for one in last if one.match.is_sure]
    return len(mine), sum((_paid_for(order) for order in mine), Decimal(0))


def _paid_for(order: Order) -> Decimal:
    """What this order adds to what was spent."""
    is_paid = order.payment in _PAID and order.cancelled_at is None
    if not is_paid or order.is_test or order.currency != "BRL":
        return Decimal(0)
    return order.total - order.refunded
