"""What people do with a ticket: take it, close it, look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from evendas import clock
from evendas.accounts.models import User
from sac.actions.trail import next_arrival, seconds_between, step
from sac.announce import Announcement
from sac.models import Attendant, Conversation, Ticket, TicketEvent
from sac.permissions import Rights, Sight, Verdict, may_claim, may_close, may_see
from sac.refusals import Refused, TooLate


@dataclass
class Held:
    """A ticket under its conversation's lock, with the clock read after it."""

    conversation: Conversation
    ticket: Ticket
    now: datetime
    before: Sight
    announcement: Announcement

    def record(
        self, kind: TicketEvent.Kind, *, by: User, attendant: Attendant | None, wait: int | None
    ) -> None:
        event = step(
            self.conversation,
            self.ticket,
            kind,
            at=self.now,
            arrival=next_arrival(),
            by=by,
            attendant=attendant,
            wait_seconds=wait,
        )
        event.save()
        self.announcement.changed(event)


@contextmanager
def held(ticket_id: int) -> Iterator[Held]:
    """Lock conversation and ticket; on the way out save the revision and tell the screens."""
    with transaction.atomic():
        conversation_id = Ticket.objects.values_list("conversation_id", flat=True).get(pk=ticket_id)
        (conversation,) = Conversation.objects.locked([conversation_id])
        (ticket,) = Ticket.objects.locked([ticket_id])
        row = Held(
            conversation=conversation,
            ticket=ticket,
            now=clock.now(),
            before=Sight.of(ticket),
            announcement=Announcement(conversation),
        )
        yield row
        conversation.save(update_fields=["revision"])
        row.announcement.ticket_changed(ticket, before=row.before)
        row.announcement.after_commit()


def insist(verdict: Verdict) -> None:
    """Turn a verdict into a refusal with its reason."""
    if not verdict:
        raise Refused(verdict.reason)


def claim_ticket(ticket: Ticket, *, by: User, rights: Rights) -> Ticket:
    """Assumir: make a waiting ticket this attendant's. Of two at once one wins.

    Raises TooLate naming the winner, and Refused for somebody who may not.
    """
    with held(ticket.pk) as row:
        if row.ticket.status == Ticket.Status.OPEN and rights.owns(row.ticket):
            return row.ticket
        take(row, by=by, rights=rights)
        return row.ticket


def take(row: Held, *, by: User, rights: Rights) -> None:
    """Give a held waiting ticket to this person's attendant."""
    ticket = row.ticket
    if ticket.status == Ticket.Status.OPEN:
        raise TooLate(f"{ticket.attendant} já assumiu este atendimento.")
    if ticket.status == Ticket.Status.CLOSED:
        raise TooLate("Este atendimento já foi encerrado.")
    insist(_still_sees(rights, ticket) and may_claim(rights, ticket))
    ticket.attendant = Attendant.objects.select_related("user").get(pk=rights.attendant_id or 0)
    ticket.status = Ticket.Status.OPEN
    ticket.taken_at = row.now
    ticket.new_since = None
    ticket.save(update_fields=["attendant", "status", "taken_at", "new_since"])
    row.record(
        TicketEvent.Kind.TAKEN,
        by=by,
        attendant=ticket.attendant,
        wait=seconds_between(ticket.queued_at, row.now),
    )


def _still_sees(rights: Rights, ticket: Ticket) -> Verdict:
    """It may have moved out of sight while this request waited for the lock."""
    if may_see(rights, ticket):
        return Verdict(allowed=True)
    return Verdict(allowed=False, reason="Este atendimento saiu dos seus departamentos.")


def close_ticket(ticket: Ticket, *, by: User, rights: Rights, reason: str = "") -> Ticket:
    """Encerrar: at once. The customer's next message opens a new ticket with a new code."""
    with held(ticket.pk) as row:
        current = row.ticket
        if current.status == Ticket.Status.CLOSED:
            raise TooLate("Este atendimento já foi encerrado.")
        insist(may_close(rights, current))
        closer = Attendant.objects.filter(pk=rights.attendant_id or 0).first()
        current.status = Ticket.Status.CLOSED
        current.closed_at = row.now
        current.closed_by = closer
        current.close_reason = reason.strip()[:120]
        current.new_since = current.waiting_since = None
        current.save(
            update_fields=[
                "status",
                "closed_at",
                "closed_by",
                "close_reason",
                "new_since",
                "waiting_since",
            ]
        )
        row.record(TicketEvent.Kind.CLOSED, by=by, attendant=closer, wait=None)
        return current


def look_at_ticket(ticket: Ticket) -> None:
    """The team looked: NOVO goes out. Called only for somebody who may reply."""
    if ticket.new_since is None:
        return
    with held(ticket.pk) as row:
        row.ticket.new_since = None
        row.ticket.save(update_fields=["new_since"])
