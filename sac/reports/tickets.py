"""The tickets a number of the report is made of: exactly as many as it says."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.http import QueryDict

from sac.models import Ticket
from sac.models.ticket import TicketQuerySet
from sac.permissions import Rights
from sac.reports.measures import MEASURES, Measure
from sac.reports.scope import Scope, row_id, whole_number

PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """Which number: of a measure, and where it was told part by part, of which part."""

    measure: Measure
    weekday: int | None = None
    hour: int | None = None
    tag: str = ""
    reason: str = ""

    @classmethod
    def read(cls, address: QueryDict) -> Self:
        """What the address asks for; what it does not say, or says wrongly, narrows nothing."""
        measure = MEASURES.get(address.get("medida", ""), MEASURES["iniciados"])
        return cls(
            measure=measure,
            weekday=whole_number(address.get("semana", ""), 1, 7),
            hour=whole_number(address.get("hora", ""), 0, 23),
            tag=_plain(address.get("etiqueta", "")),
            reason=_plain(address.get("motivo", "")),
        )

    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        told = {
            "semana": "" if self.weekday is None else str(self.weekday),
            "hora": "" if self.hour is None else str(self.hour),
            "etiqueta": self.tag,
            "motivo": self.reason,
        }
        return {"medida": self.measure.slug} | {name: text for name, text in told.items() if text}

    def tickets(self, scope: Scope) -> TicketQuerySet:
        """All of them, the newest first."""
        zone = scope.store.zone
        steps: Any = scope.events().filter(self.measure.steps)
        if self.weekday is not None:
            steps = steps.annotate(weekday=ExtractIsoWeekDay("at", tzinfo=zone))
            steps = steps.filter(weekday=self.weekday)
        if self.hour is not None:
            steps = steps.annotate(hour=ExtractHour("at", tzinfo=zone)).filter(hour=self.hour)
        found = Ticket.objects.in_store(scope.store).filter(pk__in=steps.values("ticket"))
        if self.tag:
            found = found.filter(tags__name=self.tag)
        if self.reason:
            found = found.filter(close_reason=self.reason)
        return found.order_by("-id")


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket of the list, and whether this person may read it."""

    ticket: Ticket
    is_visible: bool


def page(tickets: TicketQuerySet, rights: Rights, *, before: str) -> tuple[list[Row], int | None]:
    """Return PAGE rows below an id and from where the next go on, None at the end. Two queries."""
    last = row_id(before)
    found = tickets.filter(Q(pk__lt=last)) if last is not None else tickets
    rows = list(found.select_related("department", "attendant", "instance")[: PAGE + 1])
    shown = rows[:PAGE]
    visible = Ticket.objects.visible_to(rights).filter(pk__in=[row.pk for row in shown])
    seen = set(visible.order_by().values_list("pk", flat=True))
    more = shown[-1].pk if len(rows) > PAGE else None
    return [Row(row, row.pk in seen) for row in shown], more


def _plain(text: str) -> str:
    """PostgreSQL refuses the very question when it holds a NUL."""
    return "" if "\0" in text else text
