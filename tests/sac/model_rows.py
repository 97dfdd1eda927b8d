"""What the stateful model reads off the database, and how it asks what must always be true."""

import re
from collections.abc import Callable, Sequence

from django.db import connection

from sac.counters import counts
from sac.filters import Filters
from sac.invariants import all_invariants, parameters
from sac.models import Message, Ticket
from sac.permissions import Rights
from sac.refusals import Invalid, Refused, TooLate
from tests.sac import plain_desk as plain

_ARGUMENTS = {"now": "$1", "slack": "$2", "undecided": "$3", "per_byte": "$4"}


def verdict_of(action: Callable[[], object]) -> plain.Verdict:
    """Do it, and say whether it was refused, and how."""
    try:
        action()
    except TooLate:
        return "too late"
    except Invalid:
        return "invalid"
    except Refused:
        return "refused"
    return ""


def tickets_in_rows() -> list[tuple[int, str, str, str, str | None, str | None, bool]]:
    """(id, phone, name, status, owner, department, is it new) by phone and age."""
    rows = Ticket.objects.order_by("conversation__contact__phone", "id").values_list(
        "id",
        "conversation__contact__phone",
        "conversation__contact__name",
        "status",
        "attendant__user__full_name",
        "department__name",
        "new_since",
    )
    return [(*row[:-1], row[-1] is not None) for row in rows]


def tickets_in_plain(desk: plain.Desk) -> Sequence[tuple[object, ...]]:
    return [
        (
            *(one.pk, one.conversation.phone, one.conversation.name, one.status),
            *(one.owner and one.owner.name, one.place, one.is_new),
        )
        for one in desk.tickets
    ]


def threads_in_rows() -> list[tuple[object, ...]]:
    rows = Message.objects.order_by("conversation__contact__phone", "sort_key", "id")
    return list(
        rows.values_list(
            "conversation__contact__phone", "text", "state", "ticket_id", "provider_id"
        )
    )


def threads_in_plain(desk: plain.Desk) -> list[tuple[object, ...]]:
    return [
        (known.phone, one.text, one.state, one.ticket and one.ticket.pk, one.provider_id or None)
        for _, known in sorted(desk.conversations.items())
        for one in known.thread
    ]


def sight_in_rows(rights: Rights) -> tuple[set[int], dict[str, int]]:
    """Which tickets somebody sees, and what their tabs count."""
    visible = Ticket.objects.visible_to(rights)
    return set(visible.values_list("pk", flat=True)), counts(rights, Filters())


def sight_in_plain(desk: plain.Desk, person: plain.Person) -> tuple[set[int], dict[str, int]]:
    seen = [one for one in desk.tickets if one.seen_by(person)]
    tabs = dict.fromkeys(("waiting", "open", "closed"), 0)
    for one in seen:
        tabs[one.status] += 1
    return {one.pk for one in seen}, tabs


def prepare_checks() -> None:
    """Have the database plan all invariants once: they are asked after every step."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"PREPARE checks (timestamptz, float8, float8, float8) AS {_all_at_once()}")


def forget_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE checks")


def broken_now() -> list[tuple[str, int]]:
    """(name, id) of a row that breaks each invariant that is broken."""
    with connection.cursor() as cursor:
        asked = parameters()
        cursor.execute("EXECUTE checks (%(now)s, %(slack)s, %(undecided)s, %(per_byte)s)", asked)
        return list(cursor.fetchall())


def _all_at_once() -> str:
    parts = (
        f"(SELECT '{one.name}', id FROM ({one.sql}) AS offender LIMIT 1)"  # noqa: S608 - our own
        for one in all_invariants()
    )
    return re.sub(r"%\((\w+)\)s", lambda found: _ARGUMENTS[found[1]], " UNION ALL ".join(parts))
