"""What a waiting customer most likely asks about: the newest of their orders that is still open.

Read for all rows of a page together, by the rules of `matching`; what only may be theirs is not
told. Nothing is asked in stores that do not show it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from evendas import clock
from evendas.accounts.models import Store
from pedidos.models import Label, Order
from sac.matching import Buyer, Person, Word, match
from sac.models import Contact, ContactIdentity, OrderLink, Ticket
from sac.purchases import buyer_of, person, sure_orders, told_phones, word_of

# Shops seldom tell that a parcel arrived: what was ordered earlier is taken for delivered.
OPEN_FOR = timedelta(days=60)
# Of a page of thirty people together; who resells buys much.
_MOST = 600
_OPEN = (
    Label.WAITING_PAYMENT,
    Label.IN_ANALYSIS,
    Label.REFUSED,
    Label.PAID,
    Label.SEPARATING,
    Label.READY_FOR_PICKUP,
    Label.SHIPPED,
)


@dataclass(frozen=True, slots=True)
class NewestOrder:
    """An open order, and for how many days it should have been delivered; 0 when it is in time."""

    order: Order
    days_late: int


class _Known(NamedTuple):
    """A contact, and what the team said of orders, by order."""

    person: Person
    words: Mapping[int, Word]


class _Sold(NamedTuple):
    """An order and who bought it."""

    order: Order
    buyer: Buyer


def tell_newest_orders(store: Store, tickets: Sequence[Ticket]) -> None:
    """Set `newest_order` of these tickets: None where there is none, or nobody waits.

    Two queries, however many tickets they are.
    """
    waiting = [one for one in tickets if one.status == Ticket.Status.WAITING]
    found = _newest(store, [one.conversation.contact for one in waiting], clock.now())
    for ticket in tickets:
        is_waiting = ticket.status == Ticket.Status.WAITING
        ticket.newest_order = found.get(ticket.conversation.contact_id) if is_waiting else None


def days_late(order: Order, store: Store, now: datetime) -> int:
    """For how many days, by the store's own, an order should have been delivered.

    The store has `delivers_within` days from the payment. What is not paid, or waits in the shop
    to be fetched, is not late.
    """
    if order.paid_at is None or order.label == Label.READY_FOR_PICKUP:
        return 0
    paid, today = (timezone.localdate(at, store.zone) for at in (order.paid_at, now))
    return max(0, (today - paid).days - store.delivers_within)


def _newest(store: Store, contacts: Sequence[Contact], now: datetime) -> Mapping[int, NewestOrder]:
    """By contact; of those without an open order nothing."""
    if not contacts or not store.shows_waiting_order:
        return {}
    known = _known(store, contacts)
    orders = _open_orders(store, known.values(), now)
    pairs = ((pk, _first_of(one, orders)) for pk, one in known.items())
    return {pk: NewestOrder(one, days_late(one, store, now)) for pk, one in pairs if one}


def _known(store: Store, contacts: Sequence[Contact]) -> dict[int, _Known]:
    """All that ties orders to these contacts, by contact, in one query."""
    is_phone = Q(identities__kind=ContactIdentity.Kind.PHONE)
    numbers = ArrayAgg("identities__value", filter=is_phone, default=Value([]))
    links = OrderLink.objects.in_store(store).filter(contact=OuterRef("pk"))
    told = ArraySubquery(links.values(facts=JSONObject(order="order", kind="kind")))
    by_id = {one.pk: one for one in contacts}
    own = Contact.objects.in_store(store).filter(pk__in=by_id)
    rows = own.values("pk").annotate(called=numbers, told=told)
    return {
        pk: _Known(
            person(by_id[pk], called),
            {link["order"]: word_of(link["kind"], "") for link in said},
        )
        for pk, called, said in rows.values_list("pk", "called", "told")
    }


def _open_orders(store: Store, known: Collection[_Known], now: datetime) -> list[_Sold]:
    """All that may be anybody's of them, the newest first."""
    words = [pair for one in known for pair in one.words.items()]
    confirmed = [pk for pk, word in words if word.is_confirmed]
    theirs = sure_orders([one.person for one in known], store, confirmed)
    orders = Order.objects.in_store(store).filter(pk__in=theirs, label__in=_OPEN, is_test=False)
    still = orders.filter(placed_at__gt=now - OPEN_FOR)
    still = still.exclude(fulfillment=Order.Fulfillment.RETURNED)
    rows = told_phones(still, store).order_by("-placed_at", "-id")[:_MOST]
    return [_Sold(one, buyer_of(one, one.called)) for one in rows]  # type: ignore[attr-defined]


def _first_of(one: _Known, orders: Iterable[_Sold]) -> Order | None:
    theirs = (
        sold.order for sold in orders if match(sold.buyer, one.person, one.words.get(sold.order.pk))
    )
    return next(theirs, None)
