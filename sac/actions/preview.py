"""What the list shows of a ticket, told anew when messages were taken back or moved."""

from django.db.models import Max

from sac.models import Message, Ticket


def show_what_was_said(ticket: Ticket) -> None:
    """Let the list show the newest message that was not taken back. The caller saves."""
    newest = ticket.messages.last_said()
    if newest is None:
        ticket.show_nothing()
        return
    ticket.show(newest)
    if newest.is_note:
        # Whether a customer was answered elsewhere is told by what was said to them.
        spoken = ticket.messages.exclude(direction=Message.Direction.NOTE).last_said()
        ticket.preview_origin = spoken.origin if spoken else Message.Origin.CUSTOMER
    happened = ticket.messages.exclude(state=Message.State.SUPERSEDED, origin=Message.Origin.BOT)
    ticket.last_activity_at = happened.aggregate(at=Max("sent_at"))["at"]
