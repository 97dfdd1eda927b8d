"""What the list of the desk shows to one person: rows, tabs, figures, and what they filter by."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value

from evendas.accounts.models import Sortable
from sac.counters import counts
from sac.desk_request import DeskRequest
from sac.filters import Choice, Choices, Filters, number
from sac.models import Department, Tag, Ticket
from sac.models.ticket import TicketQuerySet
from sac.month import FIGURES, behind, month_of
from sac.newest_orders import tell_newest_orders
from sac.paging import page


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks of the list, and what else it might have asked for."""

    filters: Filters
    choices: Choices


def wish(request: DeskRequest, *, default: str | None = None, in_full: bool = False) -> Wish:
    """Read the address. `in_full` also reads the choices that were not made: forms offer them."""
    asked = Filters.read(request.GET, default=default)
    is_needed = in_full or asked.needs_choices
    choices = _choices(request) if is_needed else Choices(request.rights.attendant_id)
    return Wish(asked.within(choices), choices)


def _choices(request: DeskRequest) -> Choices:
    """The departments and tags this person may filter by.

    Also departments out of use for who sees whole ones: their closed tickets stay.
    """
    departments = Department.objects.in_store(request.store)
    if not request.rights.sees_everything_active:
        departments = departments.filter(id__in=request.rights.departments)
    tags = Tag.objects.in_store(request.store)
    # In one query: this runs before every page.
    found = list(_named(departments, "place").union(_named(tags, "tag"), all=True).order_by("key"))
    places = [Choice(*facts) for kind, _, *facts in found if kind == "place"]
    return Choices(
        request.rights.attendant_id,
        departments=places,
        tags=[Choice(*facts) for kind, _, *facts in found if kind == "tag"],
    )


def _named(rows: QuerySet[Any], kind: str) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(kind=Value(kind), key=Sortable("name"))
    facts: QuerySet[Any, Any] = named.values_list("kind", "key", "id", "name", "is_active")
    return facts


def form_context(wish: Wish) -> dict[str, Any]:
    """What the form of the filters offers, and says of what is on."""
    filters, choices = wish.filters, wish.choices
    return {
        "departments": [one for one in choices.departments if one.is_active],
        "past_departments": [one for one in choices.departments if not one.is_active],
        "tags": [one for one in choices.tags if one.is_active or one.id == filters.tag],
        "filter_names": filters.names(choices),
        "figure": FIGURES.get(filters.figure),
    }


def rows_context(request: DeskRequest, wish: Wish) -> dict[str, Any]:
    """A page of rows. Of the month's own tickets some may be out of sight by now.

    The conversation on screen (`aberta`) comes along after them where it fits the filters no more.
    """
    filters, visible = wish.filters, Ticket.objects.visible_to(request.rights)
    tickets = _behind(request, filters.figure) if filters.figure else visible
    after = request.GET.get("depois", "")
    rows, cursor = page(tickets.for_list().with_marks(), filters, after=after)
    pinned = _pinned(request, rows)
    tell_newest_orders(request.store, [*rows, *pinned])
    return {
        "filters": filters,
        "rows": [*rows, *pinned],
        "next_cursor": cursor,
        "hidden": _hidden(visible, rows) if filters.figure else set(),
        "pinned": [row.pk for row in pinned],
        "rights": request.rights,
    }


def _pinned(request: DeskRequest, rows: list[Ticket]) -> list[Ticket]:
    open_id = number(request.GET.get("aberta", ""))
    if open_id is None or any(row.pk == open_id for row in rows):
        return []
    visible = Ticket.objects.visible_to(request.rights)
    return list(visible.for_list().with_marks().filter(pk=open_id))


def _hidden(visible: TicketQuerySet, rows: list[Ticket]) -> set[int]:
    ids = {row.pk for row in rows}
    return ids - set(visible.filter(pk__in=ids).values_list("pk", flat=True))


def _behind(request: DeskRequest, figure: str) -> TicketQuerySet:
    return behind(figure, request.rights.attendant_id or 0, request.store)


def figures_context(request: DeskRequest, filters: Filters) -> dict[str, Any]:
    """The tabs' counters, and an attendant's month; for who is none, the store as it is now."""
    counted = counts(request.rights, filters)
    found: dict[str, Any] = {"counts": counted}
    if not filters.narrows:
        found["waiting"] = counted["waiting"]
    if request.rights.attendant_id is not None:
        month = month_of(request.rights.attendant_id, request.store)
        return {**found, "month": month, "figures": FIGURES}
    whole = counts(request.rights, Filters()) if filters.narrows else counted
    return {**found, "present": whole, "waiting": whole["waiting"]}
