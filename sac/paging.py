"""Pages of the list by key: a page costs the same however far down it is."""

from datetime import UTC, datetime

from django.db.models import Q

from sac.filters import Filters
from sac.models import Ticket
from sac.models.ticket import TicketQuerySet

PAGE = 30


def page(tickets: TicketQuerySet, filters: Filters, *, after: str = "") -> tuple[list[Ticket], str]:
    """Return PAGE rows after the cursor and the next cursor, empty at the end."""
    found = filters.apply(tickets)
    if place := _place(after):
        found = found.filter(_beyond(filters.sorting[0], *place))
    rows = list(found[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    moment: datetime = getattr(last, filters.sorting[0].lstrip("-"))
    return rows[:PAGE], f"{moment.isoformat()}~{last.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    """Read a cursor; one that is no cursor means the beginning."""
    moment, _, pk = cursor.partition("~")
    try:
        # In UTC: the database knows fewer offsets than Python does.
        place = datetime.fromisoformat(moment).astimezone(UTC), int(pk)
    except (ValueError, OverflowError):
        return None
    return place if 0 < place[1] < 2**63 else None


def _beyond(key: str, moment: datetime, pk: int) -> Q:
    name, way = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
    # The first part is what the index is entered by.
    return Q(**{f"{name}__{way}e": moment}) & (
        Q(**{f"{name}__{way}": moment}) | Q(**{f"id__{way}": pk})
    )
