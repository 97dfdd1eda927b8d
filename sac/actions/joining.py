"""Two live tickets become one, when the two who wrote turn out to be one person.

What is in somebody's hands stays there; of equals the older one stays. The other is closed, and the
customer's questions that nobody answered go along: none is buried with it.
"""

from dataclasses import asdict, dataclass

from evendas import clock
from sac.actions.rehousing import move_questions, questions_of, tell_what_it_holds
from sac.actions.trail import next_arrival, step
from sac.announce import Announcement
from sac.models import Conversation, Message, Ticket, TicketEvent
from sac.permissions import Sight


@dataclass(frozen=True, slots=True)
class Joint:
    """Which ticket stays of two, which was closed, and the messages that changed over."""

    stays: int
    closed: int
    questions: list[int]

    def as_record(self) -> dict[str, object]:
        return asdict(self)


def join_live_tickets(one: Conversation, other: Conversation) -> Joint | None:
    """Close one of two live tickets; None when there are no two. `tell_joint` must follow."""
    live = Ticket.objects.live().filter(conversation__in=[one, other])
    tickets = Ticket.objects.locked(list(live.values_list("pk", flat=True)))
    if len(tickets) < 2:
        return None
    stays, closed = sorted(tickets, key=lambda row: (row.status != Ticket.Status.OPEN, row.pk))
    questions = questions_of(closed)
    news = [since for since in (stays.new_since, closed.new_since) if since]
    stays.new_since = min(news, default=None)
    _close(closed, stays)
    move_questions(questions, home=closed, to=stays)
    return Joint(stays.pk, closed.pk, questions)


def tell_joint(joint: Joint, conversation: Conversation) -> None:
    """Write the closing into the trail, once both tickets are of one conversation."""
    stays, closed = (Ticket.objects.for_list().get(pk=pk) for pk in (joint.stays, joint.closed))
    before = last_sight(closed)
    note = f"Unido ao atendimento {stays.code}: é o mesmo cliente."
    _record(conversation, closed, TicketEvent.Kind.CLOSED, note=note, before=before)


def reopen_closed(joint: Joint, conversation: Conversation) -> None:
    """Let the ticket that was closed wait again, if its customer still waits for an answer."""
    ticket = Ticket.objects.for_list().get(pk=joint.closed)
    if ticket.is_live or not joint.questions or _was_answered(joint, ticket):
        return
    if conversation.tickets.live().exists():
        return
    before = Sight.of(ticket)
    ticket.status = Ticket.Status.WAITING
    ticket.attendant = ticket.taken_at = ticket.closed_at = ticket.closed_by = None
    ticket.close_reason = ""
    ticket.new_since = ticket.queued_at = clock.now()
    ticket.save()
    tell_what_it_holds(ticket)
    note = "A união dos contatos foi desfeita."
    _record(conversation, ticket, TicketEvent.Kind.REOPENED, note=note, before=before)


def last_sight(closed: Ticket) -> Sight:
    """How it was seen while it was live: by those who had it in their lists."""
    is_held = closed.attendant_id is not None
    status = Ticket.Status.OPEN if is_held else Ticket.Status.WAITING
    sight = asdict(Sight.of(closed))
    return Sight(**sight | {"status": status.value})


def _was_answered(joint: Joint, closed: Ticket) -> bool:
    """Tell whether somebody answered where the questions went, since they did."""
    said = Message.objects.filter(ticket=joint.stays).answers()
    return said.filter(created_at__gt=closed.closed_at).exists()


def _close(closed: Ticket, stays: Ticket) -> None:
    closed.status = Ticket.Status.CLOSED
    closed.closed_at = clock.now()
    closed.close_reason = f"Unido ao atendimento {stays.code}"
    closed.new_since = closed.waiting_since = None
    closed.save(update_fields=["status", "closed_at", "close_reason", "new_since", "waiting_since"])


def _record(
    conversation: Conversation,
    ticket: Ticket,
    kind: TicketEvent.Kind,
    *,
    note: str,
    before: Sight,
) -> None:
    announcement = Announcement(conversation)
    at = ticket.closed_at or clock.now()
    event = step(conversation, ticket, kind, at=at, arrival=next_arrival(), note=note)
    event.save()
    conversation.save(update_fields=["revision"])
    announcement.changed(event)
    announcement.ticket_changed(ticket, before=before)
    announcement.after_commit()
