"""Informações de atendimento: what one attendant did this month, read off the trail of tickets.

The month is the store's: from its first midnight there to the next month's. Counts are of tickets,
means of steps, each in the month of its own event. A ticket counts as attended for everybody who
had it, and as closed for who closed it, unless that was undone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from evendas import clock
from evendas.accounts.models import Store
from sac.models import Attendant, Ticket, TicketEvent

Kind = TicketEvent.Kind


# Named, so that the index finds them by month instead of reading a person's whole past.
_COUNTED = (*TicketEvent.RECEIVED, Kind.FIRST_REPLY, Kind.CLOSED)
_FIGURES = {
    "attended": Count("ticket", distinct=True, filter=Q(kind__in=TicketEvent.RECEIVED)),
    "closed": Count("ticket", distinct=True, filter=Q(kind=Kind.CLOSED)),
    "reply_mean": Avg("wait_seconds", filter=Q(kind=Kind.FIRST_REPLY)),
    "replies": Count("wait_seconds", filter=Q(kind=Kind.FIRST_REPLY)),
    "handled_mean": Avg("handled_seconds", filter=Q(kind=Kind.CLOSED)),
    "handled": Count("handled_seconds", filter=Q(kind=Kind.CLOSED)),
}


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean in seconds, None without data, and of how many."""

    seconds: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of an attendant; `open` is of this moment."""

    begins: datetime
    attended: int
    open: int
    closed: int
    first_reply: Mean
    handling: Mean


def month_of(attendant_id: int, store: Store) -> Month:
    """Return the attendant's figures of the current month in the store's zone. One query."""
    begins, ends = bounds(timezone.localtime(clock.now(), store.zone))
    steps = TicketEvent.objects.in_store(store).filter(
        attendant=attendant_id, kind__in=_COUNTED, at__gte=begins, at__lt=ends
    )
    steps = steps.standing()
    in_hand = Ticket.objects.in_store(store).filter(
        attendant=attendant_id, status=Ticket.Status.OPEN
    )
    me = Attendant.objects.in_store(store).filter(pk=attendant_id)
    found, in_hand_now = me.values_list(
        Subquery(steps.values("store").annotate(all=JSONObject(**_FIGURES)).values("all")),
        Subquery(in_hand.order_by().values("store").annotate(n=Count("id")).values("n")),
    ).get()
    found = found or {}
    return Month(
        begins=begins,
        attended=found.get("attended", 0),
        open=in_hand_now or 0,
        closed=found.get("closed", 0),
        first_reply=_mean(found.get("reply_mean"), found.get("replies", 0)),
        handling=_mean(found.get("handled_mean"), found.get("handled", 0)),
    )


def bounds(local: datetime) -> tuple[datetime, datetime]:
    """The first midnight of the moment's month and of the next, on the same wall clock."""
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    # Every month is over 31 days after its first, whatever its length and the clock's jumps.
    return first, (first + timedelta(days=31)).replace(day=1)


def _mean(seconds: float | None, count: int) -> Mean:
    return Mean(seconds=None if seconds is None else round(seconds), count=count)
