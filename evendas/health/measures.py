"""How long ago who gave a sign of life, and how long what has been due: three short queries.

Ages are seconds by the database's clock, so that no two machines' clocks are compared.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest, Now

from automacao.models import InboundEvent, Instance
from evendas.health.models import Pulse
from sac.models import Message


@dataclass(frozen=True, slots=True)
class Measures:
    """Ages in seconds; a process that never gave a sign is not in `pulses`."""

    pulses: dict[str, float]
    inbox: float
    outbox: float


def measure() -> Measures:
    """Ask the database. Costs the same whatever waits in the inbox."""
    ages = Pulse.objects.values_list("name", Now() - F("at"))
    return Measures(
        pulses={name: _seconds(age) for name, age in ages},
        inbox=_age_of_oldest(next_in_line()),
        outbox=_age_of_oldest(held_up()),
    )


def next_in_line() -> QuerySet[Any]:
    """Since when each number's next event is due: one step into the drain's own index."""
    due = InboundEvent.objects.due().filter(instance=OuterRef("pk"))
    first = due.order_by("lane", "id").values("due_at")[:1]
    return Instance.objects.annotate(since=Subquery(first))


def held_up() -> QuerySet[Any]:
    """Since when each reply is due that could leave: nothing of its conversation is in doubt.

    What waits for its number is not late; it counts from when the number came back.
    """
    in_doubt = Message.objects.unsettled().filter(conversation=OuterRef("conversation"))
    due = Message.objects.due_to_send().exclude(Exists(in_doubt))
    able = due.filter(instance__state=Instance.State.CONNECTED, instance__removed_at=None)
    flowing = able.exclude(instance__send_paused_until__gt=Now())
    number = (F("instance__state_changed_at"), F("instance__send_paused_until"))
    return flowing.annotate(since=Greatest("next_attempt_at", *number))


def _age_of_oldest(rows: QuerySet[Any]) -> float:
    age = rows.aggregate(age=Now() - Min("since"))["age"]
    return _seconds(age) if age else 0.0


def _seconds(age: timedelta) -> float:
    return max(age.total_seconds(), 0.0)
