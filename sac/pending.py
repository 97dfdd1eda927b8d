"""How much waits for one person: what a tab shows of itself while they look elsewhere."""

from django.db.models import Count, Q

from sac.models import Ticket
from sac.permissions import Rights


def pending(rights: Rights) -> dict[str, int]:
    """Return how many tickets are NOVO and theirs, how many wait, and how many are either to see.

    `unread` counts whatever they see that is NOVO or waits. One query.
    """
    is_new, waits = Q(new_since__isnull=False), Q(status=Ticket.Status.WAITING)
    mine = Q(attendant=rights.attendant_id or 0, status=Ticket.Status.OPEN)
    return Ticket.objects.live_to(rights).aggregate(
        mine=Count("pk", filter=is_new & mine),
        waiting=Count("pk", filter=waits),
        unread=Count("pk", filter=is_new | waits),
    )
