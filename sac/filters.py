"""The filters of the list, read from the address and written back to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, Self
from urllib.parse import urlencode

from django.db.models import Count, Q

from sac.models import Department, Ticket
from sac.models.ticket import TicketQuerySet

PAGE = 30
TABS = (
    ("aguardando", "Aguardando", Ticket.Status.WAITING),
    ("em-aberto", "Em aberto", Ticket.Status.OPEN),
    ("encerradas", "Encerradas", Ticket.Status.CLOSED),
)
_STATUSES = {slug: status for slug, _, status in TABS}
_SLUGS = {status: slug for slug, _, status in TABS}
# In the place of a department's id: the tickets that have none.
NOWHERE: Final = "sem"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows. Anything unknown in the address means "all"."""

    status: str = Ticket.Status.WAITING.value
    department: int | Literal["sem"] | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], *, default: str | None = None) -> Self:
        status = _STATUSES.get(query.get("situacao", "")) or default or Ticket.Status.WAITING
        return cls(status=str(status), department=_department(query.get("departamento", "")))

    def within(self, departments: Iterable[Department]) -> Self:
        """Drop a department that this person has no choice of."""
        if self.department in (None, NOWHERE):
            return self
        is_choice = any(one.pk == self.department for one in departments)
        return self if is_choice else replace(self, department=None)

    @property
    def status_slug(self) -> str:
        return _SLUGS[Ticket.Status(self.status)]

    @property
    def query(self) -> str:
        """The query string of this choice, ready to stand after an address."""
        return self._query(self.status_slug)

    @property
    def tabs(self) -> list[tuple[str, str, str, str]]:
        """(slug, label, status, query) of each tab, keeping the department."""
        return [(slug, label, str(status), self._query(slug)) for slug, label, status in TABS]

    def _query(self, slug: str) -> str:
        pairs = {"situacao": slug}
        if self.department is not None:
            pairs["departamento"] = str(self.department)
        return "?" + urlencode(pairs)

    def narrow(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """All filters but the status: what the counters count."""
        if self.department is None:
            return tickets
        if self.department == NOWHERE:
            return tickets.filter(department=None)
        return tickets.filter(department=self.department)

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """Filter and sort: waiting, longest wait first; the others, newest activity first."""
        found = self.narrow(tickets).filter(status=self.status)
        if self.status == Ticket.Status.WAITING:
            return found.order_by("queued_at", "id")
        return found.order_by("-last_activity_at", "-id")

    def page(self, tickets: TicketQuerySet, *, after: str = "") -> tuple[list[Ticket], str]:
        """Return PAGE rows after the cursor and the next cursor, empty at the end."""
        found = self.apply(tickets)
        if place := _place(after):
            found = found.filter(self._beyond(*place))
        rows = list(found[: PAGE + 1])
        if len(rows) <= PAGE:
            return rows, ""
        last = rows[PAGE - 1]
        return rows[:PAGE], f"{self._moment(last).isoformat()}~{last.pk}"

    def _moment(self, ticket: Ticket) -> datetime:
        is_waiting = self.status == Ticket.Status.WAITING
        return ticket.queued_at if is_waiting else ticket.last_activity_at

    def _beyond(self, moment: datetime, pk: int) -> Q:
        if self.status == Ticket.Status.WAITING:
            return Q(queued_at__gt=moment) | Q(queued_at=moment, id__gt=pk)
        return Q(last_activity_at__lt=moment) | Q(last_activity_at=moment, id__lt=pk)


def _department(choice: str) -> int | Literal["sem"] | None:
    if choice == NOWHERE:
        return NOWHERE
    is_id = choice.isascii() and choice.isdigit() and len(choice) < 18
    return int(choice) if is_id else None


def _place(cursor: str) -> tuple[datetime, int] | None:
    """Read a cursor; one that is no cursor means the beginning."""
    moment, _, pk = cursor.partition("~")
    try:
        # In UTC: the database knows fewer offsets than Python does.
        place = datetime.fromisoformat(moment).astimezone(UTC), int(pk)
    except (ValueError, OverflowError):
        return None
    return place if 0 < place[1] < 2**63 else None


def longest_wait(tickets: TicketQuerySet) -> datetime | None:
    """Since when somebody waits for the team: the same rule as `Ticket.is_awaited`."""
    waiting = tickets.filter(status=Ticket.Status.WAITING)
    awaited = waiting.exclude(waiting_since=None, preview_origin__in=Ticket.OUTSIDE)
    return awaited.order_by("queued_at", "id").values_list("queued_at", flat=True).first()


def counts(tickets: TicketQuerySet, filters: Filters) -> dict[str, int]:
    """How many of each status this person may see, under the same filters."""
    rows = filters.narrow(tickets).order_by().values_list("status").annotate(Count("id"))
    found = dict(rows)
    return {str(status): found.get(str(status), 0) for _, _, status in TABS}
