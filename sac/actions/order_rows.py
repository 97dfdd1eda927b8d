"""Shows on the rows of who waits what became of their newest order, where their store wants it."""

from collections.abc import Iterable

from sac.announce import Announcement
from sac.models import Conversation, Ticket
from sac.permissions import Sight


def refresh_rows(homes: Iterable[Conversation]) -> None:
    """Push the waiting rows of these conversations, which the caller has locked."""
    for home in homes:
        waiting = Ticket.objects.for_list().filter(conversation=home, status=Ticket.Status.WAITING)
        ticket = waiting.first() if home.store.shows_waiting_order else None
        if ticket is None:
            continue
        announcement = Announcement(home)
        # Of two pushes the later one counts.
        home.next_revision()
        home.save(update_fields=["revision"])
        announcement.ticket_changed(ticket, before=Sight.of(ticket))
        announcement.after_commit()
