"""Which steps of the trail make a figure: the same ones wherever it is told."""

from typing import Final

from django.db.models import Q

from sac.models import TicketEvent

_Kind = TicketEvent.Kind
# From this mark up a customer was satisfied.
_SATISFIED = 4

ATTENDED: Final = Q(kind__in=TicketEvent.RECEIVED)
CLOSED: Final = Q(kind=_Kind.CLOSED)
REPLIED: Final = Q(kind=_Kind.FIRST_REPLY, wait_seconds__isnull=False)
HANDLED: Final = Q(kind=_Kind.CLOSED, handled_seconds__isnull=False)
RATED: Final = Q(kind=_Kind.SURVEY_ANSWERED, score__isnull=False)
SATISFIED: Final = RATED & Q(score__gte=_SATISFIED)
# The kinds of all of them, named so that the index finds them by time.
COUNTED: Final = (*TicketEvent.RECEIVED, _Kind.FIRST_REPLY, _Kind.CLOSED, _Kind.SURVEY_ANSWERED)


def whole(seconds: float | None) -> int | None:
    """A mean of seconds as it is told, None without data."""
    return None if seconds is None else round(seconds)


def in_hundred(part: int | None, count: int | None) -> int | None:
    """How many in a hundred, None of none."""
    return round(100 * (part or 0) / count) if count else None
