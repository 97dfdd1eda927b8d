"""Where a ticket may be handed: the departments of its instance, and the people who work there."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sac.models import Attendant, Department, Ticket

Row = TypeVar("Row", Department, Attendant)


@dataclass(frozen=True, slots=True)
class Destination:
    """One line of the list: who it is, and how much already waits for them.

    `available` is how many people of a department take conversations now.
    """

    value: str
    receiver: Department | Attendant
    load: int
    is_here: bool
    available: int = 0


@dataclass(frozen=True, slots=True)
class Destinations:
    """Everything a ticket may be handed to, where it is now included."""

    departments: list[Destination]
    people: list[Destination]

    def find(self, value: str) -> Destination | None:
        return next((one for one in [*self.departments, *self.people] if one.value == value), None)


def destinations(ticket: Ticket) -> Destinations:
    """Two queries, however many people there are. Who takes conversations now comes first."""
    places = Department.objects.in_store(ticket.store).active().filter(instance=ticket.instance_id)
    people = Attendant.objects.in_store(ticket.store).active().filter(user__is_active=True)
    live = Ticket.objects.in_store(ticket.store)
    waiting = live.filter(status=Ticket.Status.WAITING)
    theirs = live.filter(status=Ticket.Status.OPEN)
    colleagues = people.filter(departments__in=places).distinct()
    staffed: QuerySet[Any] = places.by_name().annotate(available=_people(people.available()))
    listed = _loaded(colleagues.by_name(), _count(theirs, "attendant"))
    return Destinations(
        departments=[
            Destination(
                f"departamento-{row.pk}", row, load, row.pk == ticket.department_id, row.available
            )
            for row, load in _loaded(staffed, _count(waiting, "department"))
        ],
        people=[
            Destination(f"pessoa-{row.pk}", row, load, row.pk == ticket.attendant_id)
            for row, load in sorted(listed, key=lambda line: not line[0].is_available)
        ],
    )


def _loaded(rows: QuerySet[Row], load: Coalesce) -> list[tuple[Row, int]]:
    return [(row, row.load) for row in rows.annotate(load=load)]


def _people(people: QuerySet[Attendant]) -> Coalesce:
    """How many of these people work in the department being annotated."""
    own = people.filter(places__department=OuterRef("pk")).order_by().values("places__department")
    return Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)


def _count(tickets: QuerySet[Ticket], owner: str) -> Coalesce:
    """How many of these tickets belong to the row being annotated."""
    own = tickets.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)
