"""What people do with a ticket: take it, look at it. Ending it is `closing`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction

from evendas import clock
from evendas.accounts.models import User
from sac.actions.receipts import tell_read
from sac.actions.trail import Facts, next_arrival, seconds_between, step
from sac.announce import Announcement, lines_changed
from sac.models import Attendant, Conversation, Message, Ticket, TicketEvent
from sac.ordering import sort_key
from sac.permissions import (
    Rights,
    Sight,
    Verdict,
    may_claim,
    may_see,
    may_take_over,
)
from sac.refusals import Refused, TooLate

_OUT_OF_SIGHT = "Este atendimento saiu dos seus departamentos."


@dataclass
class Held:
    """A ticket under its conversation's lock, with the clock read after it."""

    conversation: Conversation
    ticket: Ticket
    now: datetime
    before: Sight
    announcement: Announcement
    # Who would take it, when that was said: their row is locked too.
    taker: Attendant | None

    def record(self, kind: TicketEvent.Kind, *, by: User | None, **facts: Unpack[Facts]) -> None:
        event = step(
            self.conversation,
            self.ticket,
            kind,
            at=self.now,
            arrival=next_arrival(),
            by=by,
            **facts,
        )
        event.save()
        self.announcement.changed(event)

    def write(self, **facts: object) -> Message:
        """Add a message to the ticket, as of now, and show it in the thread."""
        message = Message.objects.create(
            store_id=self.ticket.store_id,
            conversation=self.conversation,
            ticket=self.ticket,
            instance_id=self.ticket.instance_id,
            created_at=self.now,
            sent_at=self.now,
            sort_key=sort_key(self.now, next_arrival()),
            revision=self.conversation.next_revision(),
            **facts,
        )
        self.announcement.changed(message)
        return message

    def queue(self, *, leaves_at: datetime, **facts: object) -> Message:
        """Promise the customer a message, which leaves at that moment at the earliest."""
        message = self.write(
            direction=Message.Direction.OUT,
            state=Message.State.QUEUED,
            queued_at=self.now,
            next_attempt_at=leaves_at,
            **facts,
        )
        if not self.conversation.instance.is_flowing:
            # The bar says how many wait.
            lines_changed(message.store_id)
        return message


@contextmanager
def held(ticket_id: int, *, taker: int | None = None) -> Iterator[Held]:
    """Lock conversation and ticket; on the way out save the revision and tell the screens.

    The attendant `taker` is locked before them: nobody is dismissed while they take a ticket.
    """
    with transaction.atomic():
        person = _still_attending(taker) if taker else None
        conversation, ticket = _lock(ticket_id)
        row = Held(
            conversation=conversation,
            ticket=ticket,
            now=clock.now(),
            before=Sight.of(ticket),
            announcement=Announcement(conversation),
            taker=person,
        )
        yield row
        conversation.save(update_fields=["revision"])
        row.announcement.ticket_changed(ticket, before=row.before)
        row.announcement.after_commit()


def _lock(ticket_id: int) -> tuple[Conversation, Ticket]:
    """Lock a ticket where it is: uniting contacts may move it while this waits."""
    while True:
        home = Ticket.objects.values_list("conversation_id", flat=True).get(pk=ticket_id)
        (conversation,) = Conversation.objects.locked([home])
        (ticket,) = Ticket.objects.locked([ticket_id])
        if ticket.conversation_id == home:
            return conversation, ticket


def _still_attending(attendant_id: int) -> Attendant:
    person = Attendant.objects.locked(attendant_id)
    if person is None:
        raise Refused("Você não atende mais por esta loja.")
    return person


def insist(verdict: Verdict) -> None:
    """Turn a verdict into a refusal with its reason."""
    if not verdict:
        raise Refused(verdict.reason)


def claim_ticket(ticket: Ticket, *, by: User, rights: Rights) -> Ticket:
    """Assumir: make a waiting ticket this attendant's. Of two at once one wins.

    Raises TooLate naming the winner, and Refused for somebody who may not.
    """
    with held(ticket.pk, taker=rights.attendant_id) as row:
        if row.ticket.status == Ticket.Status.OPEN and rights.owns(row.ticket):
            return row.ticket
        take(row, by=by, rights=rights)
        tell_read(row.conversation)
        return row.ticket


def take(row: Held, *, by: User, rights: Rights) -> None:
    """Give a held waiting ticket to this person's attendant."""
    ticket = row.ticket
    if ticket.status == Ticket.Status.OPEN:
        raise TooLate(f"{ticket.attendant} já assumiu este atendimento.")
    if ticket.status == Ticket.Status.CLOSED:
        raise TooLate("Este atendimento já foi encerrado.")
    insist(still_sees(rights, ticket) and may_claim(rights, ticket))
    ticket.new_since = None
    hand_to(row, row.taker)
    row.record(
        TicketEvent.Kind.TAKEN,
        by=by,
        attendant=ticket.attendant,
        wait_seconds=seconds_between(ticket.queued_at, row.now),
    )


def hand_to(row: Held, attendant: Attendant | None) -> None:
    """Make a held ticket this attendant's, as of now. Department and NOVO are the caller's."""
    ticket = row.ticket
    ticket.attendant = attendant
    ticket.status = Ticket.Status.OPEN
    ticket.taken_at = row.now
    ticket.save(update_fields=["attendant", "status", "taken_at", "department", "new_since"])


def still_sees(rights: Rights, ticket: Ticket) -> Verdict:
    """It may have moved out of sight while this request waited for the lock."""
    if may_see(rights, ticket):
        return Verdict(allowed=True)
    return Verdict(allowed=False, reason=_OUT_OF_SIGHT)


def insist_on_sight(rights: Rights, ticket: Ticket) -> None:
    """As `still_sees`, and for a closed one: who took part in it sees it still."""
    if not Ticket.objects.visible_to(rights).filter(pk=ticket.pk).exists():
        raise Refused(_OUT_OF_SIGHT)


def take_over_ticket(ticket: Ticket, *, by: User, rights: Rights, seen: int) -> Ticket:
    """Assumir what somebody else is attending to, who was `seen` with it on the page.

    Raises TooLate when by now it is with yet another person or with nobody.
    """
    with held(ticket.pk, taker=rights.attendant_id) as row:
        loser = row.ticket.attendant
        if row.ticket.status == Ticket.Status.CLOSED:
            raise TooLate("Este atendimento já foi encerrado.")
        if loser is None:
            raise TooLate("Este atendimento voltou para a fila.")
        if rights.owns(row.ticket):
            return row.ticket
        insist(still_sees(rights, row.ticket) and may_take_over(rights, row.ticket))
        if loser.pk != seen:
            raise TooLate(f"Este atendimento agora está com {loser}.")
        row.ticket.new_since = None
        hand_to(row, row.taker)
        row.record(TicketEvent.Kind.TAKEN_OVER, by=by, attendant=row.taker, from_attendant=loser)
        tell_read(row.conversation)
        return row.ticket


def look_at_ticket(ticket: Ticket) -> None:
    """The team looked: NOVO goes out. Called only for somebody who may reply."""
    if ticket.new_since is None:
        return
    with held(ticket.pk) as row:
        if row.ticket.new_since is None:
            return
        # A row that says so must be known from the older one, which may arrive after it.
        row.conversation.next_revision()
        row.ticket.new_since = None
        row.ticket.save(update_fields=["new_since"])
