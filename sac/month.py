"""Informações de atendimento: what one attendant did this month, read off the trail of tickets.

The month is the store's: from its first midnight there to the next month's. Counts are of tickets,
means of steps, each in the month of its own step. A ticket counts as attended for everybody who
had it, and as closed for who closed it; a closing that was undone is none. Each figure is counted
and listed by the same condition, so that the list behind it has as many tickets as it says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Avg, Count, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from evendas import clock
from evendas.accounts.models import Store
from sac.models import Attendant, Ticket, TicketEvent
from sac.models.ticket import TicketEventQuerySet, TicketQuerySet
from sac.steps import (
    ATTENDED,
    CLOSED,
    COUNTED,
    HANDLED,
    RATED,
    REPLIED,
    SATISFIED,
    in_hundred,
    whole,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the month: which steps make it, and what their tickets are ("… em novembro")."""

    slug: str
    label: str
    words: str
    steps: Q
    meaning: str = ""


# By what stands in the address.
FIGURES: Final = {
    figure.slug: figure
    for figure in (
        Figure("atendidos", "Atendidos", "atendidos em", ATTENDED),
        Figure("encerrados", "Encerrados", "encerrados em", CLOSED),
        Figure(
            "tmpr",
            "TMPR",
            "primeiras respostas de",
            REPLIED,
            "Tempo médio da 1ª resposta",
        ),
        Figure(
            "tma",
            "TMA",
            "tempo de atendimento em",
            HANDLED,
            "Tempo médio de atendimento",
        ),
        Figure(
            "satisfacao",
            "Satisfação",
            "avaliações de",
            RATED,
            "Avaliações 4 e 5",
        ),
    )
}
VALUES: Final[dict[str, Any]] = {
    **{slug: Count("ticket", distinct=True, filter=one.steps) for slug, one in FIGURES.items()},
    "reply_mean": Avg("wait_seconds", filter=REPLIED),
    "handled_mean": Avg("handled_seconds", filter=HANDLED),
    "answers": Count("id", filter=RATED),
    "satisfied": Count("id", filter=SATISFIED),
}


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean in seconds, None without data, and of how many tickets."""

    seconds: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Marks of 4 and 5 in a hundred of all, None without any, and of how many tickets."""

    percent: int | None
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
    satisfaction: Satisfaction


def month_of(attendant_id: int, store: Store) -> Month:
    """Return the attendant's figures of the current month in the store's zone. One query."""
    in_hand = Ticket.objects.in_store(store).filter(
        attendant=attendant_id, status=Ticket.Status.OPEN
    )
    steps = _steps(attendant_id, store).order_by().values("store")
    me = Attendant.objects.in_store(store).filter(pk=attendant_id)
    found, in_hand_now = me.values_list(
        Subquery(steps.annotate(all=JSONObject(**VALUES)).values("all")),
        Subquery(in_hand.order_by().values("store").annotate(n=Count("id")).values("n")),
    ).get()
    found = found or dict.fromkeys(VALUES)
    return Month(
        begins=_now(store)[0],
        attended=found["atendidos"] or 0,
        open=in_hand_now or 0,
        closed=found["encerrados"] or 0,
        first_reply=mean_of(found["reply_mean"], found["tmpr"]),
        handling=mean_of(found["handled_mean"], found["tma"]),
        satisfaction=satisfaction_of(found),
    )


def behind(figure: str, attendant_id: int, store: Store) -> TicketQuerySet:
    """The tickets that a figure of this month is made of, whoever may see them by now."""
    steps = _steps(attendant_id, store).filter(FIGURES[figure].steps)
    return Ticket.objects.in_store(store).filter(pk__in=steps.values("ticket"))


def bounds(local: datetime) -> tuple[datetime, datetime]:
    """The first midnight of the moment's month and of the next, on the same wall clock."""
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    # Every month is over 31 days after its first, whatever its length and the clock's jumps.
    return first, (first + timedelta(days=31)).replace(day=1)


def mean_of(seconds: float | None, count: int | None) -> Mean:
    """What a mean of VALUES and its count say."""
    return Mean(seconds=whole(seconds), count=count or 0)


def satisfaction_of(found: dict[str, int | None]) -> Satisfaction:
    """What the marks among VALUES say."""
    percent = in_hundred(found["satisfied"], found["answers"])
    return Satisfaction(percent=percent, count=found["satisfacao"] or 0)


def _now(store: Store) -> tuple[datetime, datetime]:
    return bounds(timezone.localtime(clock.now(), store.zone))


def _steps(attendant_id: int, store: Store) -> TicketEventQuerySet:
    """What counts of this attendant's month so far."""
    begins, ends = _now(store)
    mine = TicketEvent.objects.in_store(store).filter(
        attendant=attendant_id, kind__in=COUNTED, at__gte=begins, at__lt=ends
    )
    return mine.standing(store)
