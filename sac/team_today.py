"""Equipe hoje: what each attendant has in hand, and did since the store's midnight.

Counted as the month's figures are (sac/month.py), each in the day of its own step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from evendas import clock
from evendas.accounts.models import Store
from sac.models import Attendant, Ticket, TicketEvent
from sac.month import VALUES, Mean, Satisfaction, mean_of, satisfaction_of
from sac.permissions import Rights
from sac.steps import COUNTED


@dataclass(frozen=True, slots=True)
class Line:
    """One attendant's day; `open` is of this moment."""

    attendant: Attendant
    open: int
    closed: int
    first_reply: Mean
    handling: Mean
    satisfaction: Satisfaction


def team_today(rights: Rights, store: Store) -> list[Line]:
    """Everybody who works, by name, for who sees everything; else one's own. Three queries."""
    working = Attendant.objects.in_store(store).active().filter(user__is_active=True).by_name()
    shown = (
        working if rights.sees_everything_active else working.filter(pk=rights.attendant_id or 0)
    )
    people = list(shown)
    days, open_now = _days(store, people), _open_now(store, people)
    return [_line(one, days.get(one.pk, {}), open_now.get(one.pk, 0)) for one in people]


def _days(store: Store, people: list[Attendant]) -> Mapping[int, dict[str, Any]]:
    now = timezone.localtime(clock.now(), store.zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    steps = TicketEvent.objects.in_store(store).filter(
        attendant__in=people, kind__in=COUNTED, at__gte=midnight
    )
    rows: Any = steps.standing(store).order_by().values("attendant").annotate(**VALUES)
    return {row["attendant"]: row for row in rows}


def _open_now(store: Store, people: list[Attendant]) -> Mapping[int, int]:
    in_hand = Ticket.objects.in_store(store).filter(attendant__in=people, status=Ticket.Status.OPEN)
    return dict(in_hand.order_by().values_list("attendant").annotate(Count("id")))


def _line(attendant: Attendant, day: dict[str, Any], open_now: int) -> Line:
    found = dict.fromkeys(VALUES) | day
    return Line(
        attendant=attendant,
        open=open_now,
        closed=found["encerrados"] or 0,
        first_reply=mean_of(found["reply_mean"], found["tmpr"]),
        handling=mean_of(found["handled_mean"], found["tma"]),
        satisfaction=satisfaction_of(found),
    )
