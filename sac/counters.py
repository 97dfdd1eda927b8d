"""The numbers on the tabs, right at any size.

Live tickets are few, and counted. Closed ones only grow: they are summed up as they close
(`ClosedCount`). Those of a tag are counted all the same, by the tag's own index.
"""

from typing import Any

from django.db.models import Count, QuerySet, Sum, Value

from sac.filters import TABS, Filters
from sac.models import ClosedCount, Ticket
from sac.permissions import Rights

_CLOSED = Ticket.Status.CLOSED
_NAME = Value(_CLOSED.value)


def counts(rights: Rights, filters: Filters) -> dict[str, int]:
    """How many of each status this person may see, under the same filters. One query."""
    live = filters.narrow(Ticket.objects.live_to(rights)).values_list("status")
    found = dict(live.annotate(Count("id")).union(_closed(rights, filters), all=True))
    return {str(status): found.get(str(status)) or 0 for _, _, status in TABS}


def _closed(rights: Rights, filters: Filters) -> QuerySet[Any, Any]:
    """One row, of the status and how many: None where there are none."""
    if filters.tag is not None or filters.is_owed:
        closed = Ticket.objects.visible_to(rights).filter(status=_CLOSED)
        found = closed.none() if filters.is_owed else filters.narrow(closed)
        return found.order_by().values_list(_NAME).annotate(Count("id"))
    sums = filters.of_hands(ClosedCount.objects.visible_to(rights))
    return sums.values_list(_NAME).annotate(Sum("tickets"))
