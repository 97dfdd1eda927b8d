"""Histórico de Atendimento: the earlier chapters of a customer, on whichever number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from sac.models import Attendant, Department, Ticket
from sac.permissions import Rights

PAGE = 10


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history. All are listed; reading one needs sight of it."""

    pk: int
    code: str
    status: str
    status_value: str
    date: datetime
    department: Department | None
    attendant: Attendant | None
    # The number's name, where it is not the one of the ticket on screen.
    line: str
    is_visible: bool
    # Whether it stands above the ticket on screen, in the same thread.
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class History:
    """The newest lines before a place; `older` leads to the next ones, None at the end."""

    lines: Sequence[Past]
    older: int | None

    @property
    def goes_back(self) -> bool:
        """Whether anything stands above the ticket on screen."""
        return self.older is not None or any(past.is_earlier for past in self.lines)


def history_of(ticket: Ticket, rights: Rights, *, before: int | None = None) -> History:
    """Return PAGE other tickets of the ticket's contact, newest first."""
    person = ticket.conversation.contact_id
    others = Ticket.objects.in_store(ticket.store).of_contact(person).exclude(pk=ticket.pk)
    if before is not None:
        others = others.filter(pk__lt=before)
    visible = Ticket.objects.visible_to(rights).filter(pk=OuterRef("pk"))
    found = others.select_related("department", "attendant", "instance").order_by("-id")
    rows = list(found.annotate(is_readable=Exists(visible))[: PAGE + 1])
    shown = rows[:PAGE]
    return History(
        lines=[_past(row, ticket) for row in shown],
        older=shown[-1].pk if len(rows) > PAGE else None,
    )


def _past(row: Ticket, ticket: Ticket) -> Past:
    return Past(
        pk=row.pk,
        code=row.code,
        status=row.get_status_display(),
        status_value=row.status,
        date=row.created_at,
        department=row.department,
        attendant=row.attendant,
        line="" if row.instance_id == ticket.instance_id else str(row.instance),
        is_visible=row.is_readable,  # type: ignore[attr-defined]
        is_earlier=row.pk < ticket.pk,
    )
