"""What is always true of the rows, whoever is at work, each as a query for what breaks it.

`manage.py check_invariants` asks them of an installation, the drills and the stateful model of a
database they just tormented. Every query reads one snapshot, loads no row into Python, and waits
for no lock but a migration's.

The counters of the tabs count live tickets when asked for, so no row of theirs can be wrong; closed
ones are summed up as they close, which `closed_is_counted` holds to the tickets.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from evendas import clock
from sac.invariants import files, messages, outbox, people, revisions, tickets
from sac.invariants.invariant import Invariant
from sac.invariants.walls import walls

__all__ = ["Broken", "Invariant", "all_invariants", "broken_invariants", "find", "parameters"]

# Sweeps that may be missed before a row that waits for one is late.
MISSED_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, with the ids of some rows that break it."""

    invariant: Invariant
    ids: tuple[int, ...]
    has_more: bool

    def __str__(self) -> str:
        shown = ", ".join(str(one) for one in self.ids) + (", …" if self.has_more else "")
        return f"{self.invariant.name} ({self.invariant.meaning}): {self.invariant.of} {shown}"


def all_invariants() -> list[Invariant]:
    """Every invariant, those of the stores' walls last."""
    concepts = (tickets, messages, files, people, outbox, revisions)
    return [*(one for concept in concepts for one in concept.INVARIANTS), *walls()]


def find(name: str) -> Invariant:
    """Return the invariant of this name. Raises LookupError."""
    for one in all_invariants():
        if one.name == name:
            return one
    raise LookupError(f"no invariant is named {name!r}")


def broken_invariants(
    names: Collection[str] = (), *, examples: int = 10, timeout: int = 600
) -> list[Broken]:
    """Ask all invariants, or those named, and return the broken ones with up to `examples` ids.

    `timeout` is in seconds, for each. Raises OperationalError for one that takes longer, and
    LookupError for a name that is none's.
    """
    wanted = [find(name) for name in names] or all_invariants()
    asked = (ask(one, examples=examples, timeout=timeout) for one in wanted)
    return [broken for broken in asked if broken]


def ask(one: Invariant, *, examples: int = 10, timeout: int = 600) -> Broken | None:
    """Ask one invariant; None when it holds."""
    with _reading(timeout), connection.cursor() as cursor:
        sql = f"SELECT id FROM ({one.sql}) AS offender LIMIT {examples + 1:d}"  # noqa: S608 - ours
        cursor.execute(sql, parameters())
        ids = tuple(pk for (pk,) in cursor.fetchall())
    return Broken(one, ids[:examples], has_more=len(ids) > examples) if ids else None


def parameters() -> dict[str, datetime | float]:
    """What the queries are asked with: the time, and after how many seconds something is late."""
    slack = settings.SWEEP_EVERY * MISSED_SWEEPS
    return {
        "now": clock.now(),
        "slack": slack,
        "undecided": settings.UNKNOWN_SHOW_AFTER + slack,
        # Up to the gateway, and from there to the network.
        "per_byte": 2 * settings.SEND_SECONDS_PER_BYTE,
    }


@contextmanager
def _reading(timeout: int) -> Iterator[None]:
    """A transaction that can change nothing, and neither runs nor waits for long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            cursor.execute(f"SET LOCAL statement_timeout = '{timeout:d}s'")
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
        # Inside somebody's transaction these settings must not outlive the look.
        transaction.set_rollback(True)
