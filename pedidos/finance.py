"""Movimento financeiro: what came into the store in a month, read off its orders.

Captado: placed, whatever became of it; what was cancelled counts, and is told apart. Pago: what was
confirmed, less what was given back, in the month of the payment. Ticket médio: the one by the
other. Aprovação: of those placed in the month, how many are paid by now. Days are the store's.
Only reais are added up: other money is told beside it. Freight and discounts are in each total;
orders made to try the shop out are in none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from evendas.accounts.models import Store
from pedidos.models import Label, Order

CURRENCY = "BRL"
# What was paid for, though some of it may have been given back since.
_PAID = (Order.Payment.PAID, Order.Payment.PARTIALLY_REFUNDED)
# A sale that stands, and what was kept of it; `sold_for` says the same of one in memory.
SOLD = Q(payment__in=_PAID, currency=CURRENCY, is_test=False, cancelled_at=None)
KEPT = F("total") - F("refunded")


@dataclass(frozen=True, slots=True)
class Amount:
    """How many orders and how much they make together."""

    count: int = 0
    total: Decimal = Decimal(0)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.total + other.total)

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def mean(self) -> Decimal | None:
        """None without orders."""
        return self.total / self.count if self.count else None


class Day(NamedTuple):
    """A day of the month; `before` is the same day of the month before, None where it has none."""

    date: date
    placed: Amount
    paid: Amount
    before: Amount | None


class Part(NamedTuple):
    """The orders of one label; `share` of all that were placed, from 0 to 1."""

    label: Label
    amount: Amount
    share: Decimal

    @property
    def hundredths(self) -> str:
        """As SVG reads it."""
        return f"{100 * self.share:.2f}"


@dataclass(frozen=True, slots=True)
class Movement:
    """A month so far. `before` is the month before up to the same moment, None without orders."""

    begins: date
    placed: Amount
    placed_before: Amount | None
    placed_today: Amount | None
    paid: Amount
    paid_before: Amount | None
    paid_today: Amount | None
    approved: int
    by_label: list[Part]
    by_day: list[Day]
    abroad: dict[str, Amount]

    @property
    def approval(self) -> Decimal | None:
        return Decimal(self.approved) / self.placed.count if self.placed.count else None


@dataclass(frozen=True, slots=True)
class _Span:
    """A month up to its end or to now, and as much of the month before."""

    begins: datetime
    ends: datetime
    before_begins: datetime
    before_ends: datetime

    @property
    def days(self) -> int:
        """How many days of the month have begun."""
        return max(1, -(-(self.ends - self.begins) // timedelta(days=1)))

    def holds(self, name: str) -> Q:
        """Within one of the two, by this moment of an order."""
        here = Q((f"{name}__gte", self.begins), (f"{name}__lt", self.ends))
        return here | Q((f"{name}__gte", self.before_begins), (f"{name}__lt", self.before_ends))


@dataclass(frozen=True, slots=True)
class _Group:
    """Orders placed on one day that have the same label and currency."""

    day: date
    label: str
    currency: str
    count: int
    total: Decimal
    approved: int

    @property
    def amount(self) -> Amount:
        return Amount(self.count, self.total)


def movement(store: Store, month: date, *, now: datetime) -> Movement:
    """Return the figures of the month this day is in, up to `now`. Two queries."""
    span = _span(store, month, now)
    first = span.begins.date()
    groups = _placed(store, span)
    mine = [group for group in groups if group.day >= first and group.currency == CURRENCY]
    placed = _per_day(group for group in groups if group.currency == CURRENCY)
    paid = _paid(store, span)
    today = timezone.localtime(now, store.zone).date()
    is_current = (today.year, today.month) == (first.year, first.month)
    return Movement(
        begins=first,
        placed=_since(placed, first),
        placed_before=_until(placed, first),
        placed_today=placed.get(today, Amount()) if is_current else None,
        paid=_since(paid, first),
        paid_before=_until(paid, first),
        paid_today=paid.get(today, Amount()) if is_current else None,
        approved=sum(group.approved for group in mine),
        by_label=_by_label(mine),
        by_day=_by_day(span, placed, paid),
        abroad=_abroad(group for group in groups if group.day >= first),
    )


def sold_for(order: Order) -> Decimal:
    """What the store kept of a sale that stands, nothing of any other order."""
    is_sold = order.payment in _PAID and order.cancelled_at is None
    if not is_sold or order.is_test or order.currency != CURRENCY:
        return Decimal(0)
    return order.total - order.refunded


def _span(store: Store, month: date, now: datetime) -> _Span:
    """Both months by the wall clock of the store, whatever its jumps."""
    local = timezone.localtime(now, store.zone)
    begins = datetime(month.year, month.month, 1, tzinfo=store.zone)
    ends = min((begins + timedelta(days=31)).replace(day=1), local)
    before = (begins - timedelta(days=1)).replace(day=1)
    return _Span(begins, ends, before, min(before + (ends - begins), begins))


def _placed(store: Store, span: _Span) -> list[_Group]:
    told = _counted(store).filter(span.holds("placed_at"))
    days = told.annotate(day=TruncDate("placed_at", tzinfo=store.zone)).order_by()
    sums = days.values("day", "label", "currency").annotate(
        orders=Count("id"), sum=Sum("total"), approved=Count("paid_at")
    )
    rows = sums.values_list("day", "label", "currency", "orders", "sum", "approved")
    return [_Group(*row) for row in rows]


def _paid(store: Store, span: _Span) -> dict[date, Amount]:
    told = _counted(store).filter(span.holds("paid_at"), currency=CURRENCY)
    days = told.annotate(day=TruncDate("paid_at", tzinfo=store.zone)).order_by()
    sums = days.values("day").annotate(orders=Count("id"), sum=Sum(KEPT))
    return {row["day"]: Amount(row["orders"], row["sum"]) for row in sums}


def _counted(store: Store) -> QuerySet[Order]:
    return Order.objects.in_store(store).filter(is_test=False)


def _per_day(groups: Iterable[_Group]) -> dict[date, Amount]:
    days: dict[date, Amount] = {}
    for group in groups:
        days[group.day] = days.get(group.day, Amount()) + group.amount
    return days


def _since(days: dict[date, Amount], first: date) -> Amount:
    return sum((amount for day, amount in days.items() if day >= first), Amount())


def _until(days: dict[date, Amount], first: date) -> Amount | None:
    return sum((amount for day, amount in days.items() if day < first), Amount()) or None


def _by_label(groups: Sequence[_Group]) -> list[Part]:
    """Every label that has orders, in the order in which an order goes through them."""
    whole = sum(group.count for group in groups)
    sums = {label: _together(group for group in groups if group.label == label) for label in Label}
    return [
        Part(label, amount, Decimal(amount.count) / whole)
        for label, amount in sums.items()
        if amount.count
    ]


def _together(groups: Iterable[_Group]) -> Amount:
    return sum((group.amount for group in groups), Amount())


def _by_day(span: _Span, placed: dict[date, Amount], paid: dict[date, Amount]) -> list[Day]:
    """Every day from the first, also those on which nothing was sold."""
    first, first_before = span.begins.date(), span.before_begins.date()
    has_before = any(day < first for day in placed)
    days = []
    for number in range(span.days):
        day, same = (start + timedelta(days=number) for start in (first, first_before))
        before = placed.get(same, Amount()) if has_before and same < first else None
        days.append(Day(day, placed.get(day, Amount()), paid.get(day, Amount()), before))
    return days


def _abroad(groups: Iterable[_Group]) -> dict[str, Amount]:
    """What was placed in other money, by its currency."""
    found: dict[str, Amount] = {}
    for group in groups:
        if group.currency != CURRENCY:
            found[group.currency] = found.get(group.currency, Amount()) + group.amount
    return found
