"""For what of a ticket's place an attendant sees it: of tickets, and of what counts them."""

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from sac.permissions import Rights


def reached(rights: "Rights") -> list[Q]:
    """It stands in a department of theirs, or in none of a number of theirs: either is enough."""
    return [
        Q(department__in=rights.departments),
        Q(department=None, instance__in=rights.instances),
    ]


def held(rights: "Rights") -> Q:
    """It is theirs."""
    return Q(attendant=rights.attendant_id)
