"""The filters of the list, read from the address and written back to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, Self, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet

from sac.models import Ticket
from sac.models.ticket import TicketQuerySet
from sac.month import FIGURES

TABS = (
    ("aguardando", "Aguardando", Ticket.Status.WAITING),
    ("em-aberto", "Em aberto", Ticket.Status.OPEN),
    ("encerradas", "Encerradas", Ticket.Status.CLOSED),
)
_STATUSES = {slug: status for slug, _, status in TABS}
_SLUGS = {status: slug for slug, _, status in TABS}
# Whatever stands in a department and in somebody's hands: tickets, and what counts them.
Rows = TypeVar("Rows", bound=QuerySet[Any])
# In the place of a department's id: the tickets that have none.
NOWHERE: Final = "sem"
OLDEST, NEWEST = "antigas", "recentes"


@dataclass(frozen=True, slots=True)
class Choice:
    """A department or a tag to filter by."""

    id: int
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What one person may choose from. `attendant_id` is None for who answers nobody."""

    attendant_id: int | None
    departments: Sequence[Choice] = ()
    tags: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows. Anything unknown in the address means "all"."""

    status: str = Ticket.Status.WAITING.value
    department: int | Literal["sem"] | None = None
    is_mine: bool = False
    is_unread: bool = False
    is_unanswered: bool = False
    tag: int | None = None
    # None is the usual order of the tab.
    order: str | None = None
    # What is behind one of the month's figures, of whatever status; nothing else narrows it.
    figure: str = ""
    # Whose "minhas" are.
    attendant_id: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], *, default: str | None = None) -> Self:
        """Read what an address asks for. Until `within` it is nobody's: ids may mean nothing."""
        if (figure := query.get("numeros", "")) in FIGURES:
            return cls(figure=figure)
        status = _STATUSES.get(query.get("situacao", "")) or default or Ticket.Status.WAITING
        is_order = query.get("ordem") in {OLDEST, NEWEST} - {_usual_order(str(status))}
        return cls(
            status=str(status),
            department=_department(query.get("departamento", "")),
            is_mine=query.get("quem") == "minhas",
            is_unread=query.get("novas") == "sim",
            is_unanswered=query.get("resposta") == "pendente",
            tag=number(query.get("etiqueta", "")),
            order=query["ordem"] if is_order else None,
        )

    @property
    def needs_choices(self) -> bool:
        """Whether departments or tags must be known to tell what was asked for."""
        return self.department is not None or self.tag is not None

    def within(self, choices: Choices) -> Self:
        """Drop what this person has no choice of: that means "all" as well."""
        known = {one.id for one in choices.departments} | {NOWHERE}
        is_one = choices.attendant_id is not None
        return replace(
            self,
            department=self.department if self.department in known else None,
            tag=self.tag if self.tag in {one.id for one in choices.tags} else None,
            is_mine=self.is_mine and is_one,
            figure=self.figure if is_one else "",
            attendant_id=choices.attendant_id,
        )

    @property
    def status_slug(self) -> str:
        return _SLUGS[Ticket.Status(self.status)]

    @property
    def query(self) -> str:
        """The query string of this choice, ready to stand after an address."""
        return self.query_of(self.status_slug)

    def query_of(self, slug: str) -> str:
        """The same choice under another tab. Pages write the same: list.js compares."""
        if self.figure:
            return f"?numeros={self.figure}"
        pairs = {
            "situacao": slug,
            "departamento": self.department,
            "quem": "minhas" if self.is_mine else None,
            "novas": "sim" if self.is_unread else None,
            "resposta": "pendente" if self.is_unanswered else None,
            "etiqueta": self.tag,
            "ordem": self.order,
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value is not None})

    @property
    def tabs(self) -> list[tuple[str, str, str, str]]:
        """(slug, label, status, query) of each tab, keeping the filters."""
        kept = replace(self, figure="", order=None)
        return [(slug, label, str(status), kept.query_of(slug)) for slug, label, status in TABS]

    @property
    def is_owed(self) -> bool:
        """Whether only what the team owes is asked for: nothing of what is closed."""
        return self.is_unread or self.is_unanswered

    @property
    def narrows(self) -> bool:
        is_marked = self.is_mine or self.is_owed
        return is_marked or self.department is not None or self.tag is not None

    def names(self, choices: Choices) -> list[str]:
        """What is filtered by, as people call it."""
        departments = {NOWHERE: "Sem departamento"} | {
            one.id: one.name for one in choices.departments
        }
        tags = {one.id: one.name for one in choices.tags}
        said = [
            departments.get(self.department) if self.department else None,
            "Minhas" if self.is_mine else None,
            "Não lidas" if self.is_unread else None,
            "Não respondidas" if self.is_unanswered else None,
            tags.get(self.tag) if self.tag else None,
        ]
        return [name for name in said if name]

    def narrow(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """All filters but the status: what the counters count."""
        tickets = self.of_hands(tickets)
        if self.is_unread:
            tickets = tickets.live().filter(new_since__isnull=False)
        if self.is_unanswered:
            tickets = tickets.live().filter(waiting_since__isnull=False)
        if self.tag is not None:
            tickets = tickets.tagged(self.tag)
        return tickets

    def of_hands(self, rows: Rows) -> Rows:
        """Where they stand, and whose they are."""
        if self.department is not None:
            place = None if self.department == NOWHERE else self.department
            rows = rows.filter(department=place)
        return rows.filter(attendant=self.attendant_id) if self.is_mine else rows

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """Filter and sort. Those behind a figure are given to it already, of every status."""
        found = tickets if self.figure else self.narrow(tickets).filter(status=self.status)
        if self.is_owed and self.status == Ticket.Status.CLOSED:
            # Nothing is owed there any more, and to find that out all of them would be read.
            found = found.none()
        return found.order_by(*self.sorting)

    @property
    def oldest_first(self) -> bool:
        if self.figure:
            return False
        return (self.order or _usual_order(self.status)) == OLDEST

    @property
    def sorting(self) -> tuple[str, str]:
        """Waiting, the longest wait first, else by activity; either end of it first."""
        if not self.oldest_first:
            return "-last_activity_at", "-id"
        is_waiting = self.status == Ticket.Status.WAITING
        return "queued_at" if is_waiting else "last_activity_at", "id"


def _usual_order(status: str) -> str:
    return OLDEST if status == Ticket.Status.WAITING else NEWEST


def _department(choice: str) -> int | Literal["sem"] | None:
    return NOWHERE if choice == NOWHERE else number(choice)


def number(choice: str) -> int | None:
    """Read an id out of an address; None when it is none."""
    is_id = choice.isascii() and choice.isdigit() and len(choice) < 18
    return int(choice) if is_id else None


def longest_wait(tickets: TicketQuerySet) -> datetime | None:
    """Since when somebody waits for the team: the same rule as `Ticket.is_awaited`."""
    waiting = tickets.filter(status=Ticket.Status.WAITING)
    awaited = waiting.exclude(waiting_since=None, preview_origin__in=Ticket.OUTSIDE)
    return awaited.order_by("queued_at", "id").values_list("queued_at", flat=True).first()


def waiting(tickets: TicketQuerySet) -> int:
    """How many wait, whoever the tab filters for."""
    return tickets.filter(status=Ticket.Status.WAITING).count()
