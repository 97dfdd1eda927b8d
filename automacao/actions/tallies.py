"""Counts what went through a number, day by day: nothing may vanish unseen."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from django.db import connection

from automacao.models import Instance, LineTally
from evendas import clock

WHAT_MAX = 60


class What(StrEnum):
    """What is counted of a number.

    Of what comes in, each body is RECEIVED once, when it leaves the inbox: it was RETRIED before or
    not, and it ends PARKED or understood. Of what was understood, each message that appears on a
    screen is SHOWN, and one that was there before is KNOWN; what is none of the desk's business is
    ignored for a reason (`ignored`); a body of neither, a receipt or news of the line, is NOTICED.
    Where every body tells of one thing, these add up to RECEIVED.

    What was parked and is understood when it is REPLAYED leaves PARKED for what became of it, on
    the day it was parked. RECONCILED are messages that no webhook brought.
    """

    RECEIVED = "received"
    SHOWN = "shown"
    KNOWN = "known"
    NOTICED = "noticed"
    PARKED = "parked"
    REPLAYED = "replayed"
    RETRIED = "retried"
    # Messages sent whose fate nobody told.
    UNKNOWN = "unknown"
    RECONCILED = "reconciled"
    # Webhook settings that somebody lost, and open channels that were dead.
    REPAIRED = "repaired"
    RESTARTED = "restarted"


IGNORED = "ignored:"


def ignored(reason: str) -> str:
    """Return the word for what is ignored for this reason, a short one of an adapter's."""
    return f"{IGNORED}{reason}"[:WHAT_MAX]


def tally_today(instance: Instance, counts: Mapping[str, int]) -> None:
    """Add to a number's counts of the day it is in its store now; see `tally`."""
    today = clock.now().astimezone(instance.store.zone).date()
    tally(instance.pk, instance.store_id, counts, day=today)


def tally(instance_id: int, store_id: int, counts: Mapping[str, int], *, day: date) -> None:
    """Add to a number's counts of a day of its store's zone: one statement, none for nothing.

    Call it at the end of a transaction: the counted rows stay locked until its commit.
    """
    total = Counter[str]()
    for what, times in counts.items():
        total[what[:WHAT_MAX]] += times
    # In one order, so that two of them never wait for each other.
    if not (counted := sorted((+total).items())):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO "{LineTally._meta.db_table}" AS tally
                (store_id, instance_id, day, what, count)
            SELECT %s, %s, %s, word.what, word.times
              FROM unnest(%s::text[], %s::int[]) AS word (what, times)
            ON CONFLICT (instance_id, day, what)
                DO UPDATE SET count = tally.count + EXCLUDED.count
            """,  # noqa: S608 - the table's own name
            [store_id, instance_id, day, *map(list, zip(*counted, strict=True))],
        )
