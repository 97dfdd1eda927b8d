"""Hands back what somebody holds and does not answer: no customer waits for who is not there.

The rule is the department's, in minutes. It counts from when the ticket came to this attendant,
so that nobody loses what they were only just given.
"""

from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest

from evendas import clock
from sac.actions.tickets import held
from sac.actions.transfers import put_back
from sac.models import Attendant, Department, Ticket

_MINUTE = timedelta(minutes=1)
_MOST = 200


def release_silent() -> None:
    """Look for customers who waited too long. Two workers may do it at the same time."""
    for ticket_id in due_for_release():
        release_if_silent(ticket_id)


def due_for_release() -> list[int]:
    """Tickets that may have to go back: the longest wait first. One query over all stores."""
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
            waits_since=Greatest("waiting_since", "taken_at"),
            there_at=Greatest("attendant__last_seen_at", "taken_at"),
            limit=Value(clock.now()) - patience,
        )
        .filter(Q(waits_since__lte=F("limit")) | Q(there_at__lte=F("limit")))
    )
    return list(rows.order_by("waiting_since").values_list("pk", flat=True)[:_MOST])


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
    if max(ticket.waiting_since, ticket.taken_at) <= limit:
        return f"{person} ficou {_told(minutes)} sem responder ao cliente."
    if max(person.last_seen_at or ticket.taken_at, ticket.taken_at) <= limit:
        return f"{person} está fora do sistema há mais de {_told(minutes)}, e o cliente espera."
    return ""


def _patience_of(department: Department | None) -> int | None:
    return department.silence_minutes if department else None


def _told(minutes: int) -> str:
    return "1 minuto" if minutes == 1 else f"{minutes} minutos"
