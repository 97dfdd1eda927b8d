"""Hands back what somebody holds and does not answer: no customer waits for who is not there.

The rule is the department's, in minutes. It counts from when the ticket came to this attendant,
so that nobody loses what they were only just given, and from when the question came to us: what a
number brings late, after hours without a connection, is nobody's silence.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from evendas import clock
from sac.actions.rehousing import questions_of
from sac.actions.tickets import held
from sac.actions.transfers import put_back
from sac.models import Attendant, Department, Message, Ticket
from sac.models.team import ONLINE_WITHIN

logger = logging.getLogger(__name__)

_MINUTE = timedelta(minutes=1)
_MOST = 200


def release_silent() -> None:
    """Look for customers who waited too long. Two workers may do it at the same time."""
    for ticket_id in due_for_release():
        try:
            release_if_silent(ticket_id)
        except Exception:
            # One that cannot be handed back now keeps nobody else waiting.
            logger.exception("ticket %s not handed back", ticket_id)


def due_for_release() -> list[int]:
    """Tickets that may have to go back: the longest wait first. One query over all stores."""
    now = clock.now()
    patience = ExpressionWrapper(
        F("department__silence_minutes") * Value(_MINUTE), output_field=DurationField()
    )
    rows = (
        Ticket.objects.filter(
            status=Ticket.Status.OPEN,
            waiting_since__isnull=False,
            department__silence_minutes__isnull=False,
        )
        .alias(
            # GREATEST passes over what is NULL.
            waits_since=Greatest(_asked_at(), "waiting_since", "taken_at"),
            there_at=Greatest("attendant__last_seen_at", "taken_at"),
            limit=Value(now) - patience,
        )
        .filter(
            Q(waits_since__lte=F("limit"))
            | Q(there_at__lte=F("limit")) & Q(there_at__lte=now - ONLINE_WITHIN)
        )
    )
    return list(rows.order_by("waiting_since").values_list("pk", flat=True)[:_MOST])


def _asked_at() -> Subquery:
    """When the first question nobody answered came to us."""
    last = Message.objects.filter(ticket=OuterRef("ticket")).answers().order_by("-id")
    asked = Message.objects.filter(
        ticket=OuterRef("pk"),
        direction=Message.Direction.IN,
        pk__gt=Coalesce(Subquery(last.values("pk")[:1]), 0),
    )
    return Subquery(asked.order_by("id").values("created_at")[:1])


def release_if_silent(ticket_id: int) -> None:
    """Hand one back, if it is still held by who does not answer."""
    with held(ticket_id) as row:
        person, place = _holder(row.ticket), row.ticket.department
        reason = _why(row.ticket, person, now=row.now) if person else ""
        if person is None or place is None or not reason:
            return
        row.ticket.new_since = row.ticket.new_since or row.now
        put_back(row, by=None, department=place, note=reason)
        row.announcement.given_back(row.ticket, loser=person, reason=reason)


def _holder(ticket: Ticket) -> Attendant | None:
    """Who has it, with when they were last seen as it is after the lock."""
    if ticket.status != Ticket.Status.OPEN or ticket.waiting_since is None:
        return None
    return Attendant.objects.get(pk=ticket.attendant_id or 0)


def _why(ticket: Ticket, person: Attendant, *, now: datetime) -> str:
    """Say why it goes back; nothing when it may stay."""
    minutes = _patience_of(ticket.department)
    if minutes is None or ticket.waiting_since is None or ticket.taken_at is None:
        return ""
    limit = now - minutes * _MINUTE
    asked = Message.objects.filter(pk__in=questions_of(ticket)[:1]).first()
    asked_at = asked.created_at if asked else ticket.waiting_since
    if max(asked_at, ticket.waiting_since, ticket.taken_at) <= limit:
        return f"{person} ficou {_told(minutes)} sem responder ao cliente."
    there_at = max(person.last_seen_at or ticket.taken_at, ticket.taken_at)
    if there_at <= min(limit, now - ONLINE_WITHIN):
        return f"{person} está fora do sistema há mais de {_told(minutes)}, e o cliente espera."
    return ""


def _patience_of(department: Department | None) -> int | None:
    return department.silence_minutes if department else None


def _told(minutes: int) -> str:
    return "1 minuto" if minutes == 1 else f"{minutes} minutos"
