"""Empties the inbox: takes stored webhook events in order and hands them to the desk's actions.

One drain per instance at a time. Whatever one does, the rows say what is left to do: a worker may
die anywhere and the next ring or sweep goes on from there.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from automacao.actions.belonging import is_strangers, reasons_against
from automacao.actions.sessions import note_heard
from automacao.actions.tallies import What, ignored, tally, tally_today
from automacao.gateways.port import (
    CallReceived,
    Event,
    HistoryBatch,
    Ignored,
    MessageDeleted,
    MessageEcho,
    MessageEdited,
    MessageReceived,
    MessageStatus,
    Quarantine,
    Reaction,
    SessionState,
    Source,
)
from automacao.gateways.registry import gateway
from automacao.models import InboundEvent, Instance
from evendas.leaving import is_leaving
from sac.actions.changes import apply_changes, change_of
from sac.actions.inbound import Arrival, receive_messages
from sac.actions.line import note_line_states
from sac.actions.statuses import apply_statuses

logger = logging.getLogger(__name__)

BATCH = 50
# Bytes of a set, which are all in memory at once. An event that is bigger goes alone.
BATCH_BYTES = 8 * 1024 * 1024
# Any constant: keeps these advisory locks apart from others that use an instance's id.
LOCK_SPACE = 7301

Parsed = tuple[InboundEvent, list[Event]]
_SAID = MessageReceived | MessageEcho | CallReceived
# What nobody understood may be a message too.
_JUDGED = _SAID | Quarantine
_CHANGE = MessageEdited | MessageDeleted | Reaction


def drain_instance(instance_id: int) -> int:
    """Process what is due for one instance until nothing is. Return how many events ended.

    Returns at once when another drain holds the instance: that one looks again after letting go,
    so a ring it swallowed is not lost. A worker that is asked to stop leaves the rest to the next.
    """
    instance = Instance.objects.select_related("store").get(pk=instance_id)
    done = 0
    while not is_leaving() and (batch := _next_batch(instance)):
        ended = _process(instance, [(row, _parse(instance, row)) for row in batch])
        if ended == 0:
            break
        done += ended
    return done


def _next_batch(instance: Instance) -> list[InboundEvent]:
    """Read what is next and belongs to one day of the books."""
    due = InboundEvent.objects.next_batch(instance.pk, size=BATCH, volume=BATCH_BYTES)
    by_day = groupby(due, lambda row: _day_counted(instance, row.parked_at))
    return next((list(rows) for _, rows in by_day), [])


def _day_counted(instance: Instance, parked_at: datetime | None) -> date | None:
    """Return the day in whose books a replayed event stands already: when it was first parked."""
    return parked_at.astimezone(instance.store.zone).date() if parked_at else None


def _parse(instance: Instance, row: InboundEvent) -> list[Event]:
    adapter = gateway(instance.gateway)
    try:
        return adapter.parse({}, bytes(row.body))
    except Exception as error:
        # Parsing is pure: trying again would fail again.
        logger.exception("event %s of instance %s cannot be read", row.pk, instance.pk)
        return [Quarantine(f"{type(error).__name__}: {error}")]


def _process(instance: Instance, batch: Sequence[Parsed]) -> int:
    try:
        return _process_together(instance, batch)
    except Exception:
        logger.exception("batch of instance %s failed; taking its events one by one", instance.pk)
    return sum(_process_alone(instance, parsed) for parsed in batch)


def _process_together(instance: Instance, batch: Sequence[Parsed]) -> int:
    """Apply a set of events in one transaction. Returns 0 when another drain has the instance."""
    with transaction.atomic():
        if not _lock(instance.pk):
            return 0
        waiting = _still_waiting([row for row, _ in batch])
        todo = [parsed for parsed in batch if parsed[0].pk in waiting]
        _note_line(instance, todo)
        judged = _without_strangers(instance, todo)
        shown = _apply(instance, judged)
        _finish(judged)
        if todo:
            day = _day_counted(instance, waiting[todo[0][0].pk])
            _count(instance, judged, shown=shown, replayed_of=day)
    # Rows that another drain finished meanwhile count as progress: look for the next ones.
    return len(batch)


def _process_alone(instance: Instance, parsed: Parsed) -> int:
    """Apply one event; if it is poison, park or postpone it and let the others go on."""
    row, _ = parsed
    try:
        return _process_together(instance, [parsed])
    except InterfaceError:
        raise
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise
        logger.exception("event %s of instance %s failed", row.pk, instance.pk)
        told = row.error if is_strangers(row.error) else f"{type(error).__name__}: {error}"
        with transaction.atomic():
            if InboundEvent.objects.postpone(row.pk, told, now=timezone.now()):
                tally_today(instance, {What.RECEIVED: 1, What.PARKED: 1, What.RETRIED: 1})
        return 1


def _lock(instance_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, instance_id])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _still_waiting(rows: Sequence[InboundEvent]) -> dict[int, datetime | None]:
    """Return which of them wait still, and when each was parked before."""
    waiting = InboundEvent.objects.filter(status=InboundEvent.Status.WAITING)
    waiting = waiting.filter(id__in=[row.pk for row in rows])
    return dict(waiting.values_list("pk", "parked_at"))


def _note_line(instance: Instance, todo: Sequence[Parsed]) -> None:
    """Apply what is told of the session, and remember that something was told at all."""
    told = [event for _, events in todo for event in events if isinstance(event, SessionState)]
    note_line_states(instance, told)
    posted = [row.received_at for row, _ in todo if row.lane == InboundEvent.Lane.FRESH]
    if posted:
        note_heard(instance, max(posted))


def _without_strangers(instance: Instance, todo: Sequence[Parsed]) -> Sequence[Parsed]:
    """Set aside what was said to a phone that is not the store's, to be parked and not lost.

    What was set aside before, and is replayed, needs more to be believed.
    """
    doubted = [is_strangers(row.error) for row, _ in todo]
    against = {doubt: _against(instance, todo, doubted, doubt) for doubt in set(doubted)}
    if not any(against.values()):
        return todo
    return [
        (row, [_judged(event, against[doubt]) for event in events])
        for (row, events), doubt in zip(todo, doubted, strict=True)
    ]


def _against(
    instance: Instance, todo: Sequence[Parsed], doubted: Sequence[bool], doubt: bool
) -> dict[Source, str]:
    said = {
        source
        for (_, events), is_doubted in zip(todo, doubted, strict=True)
        if is_doubted == doubt
        for event in events
        for source in _sources(event)
    }
    return reasons_against(instance.pk, said, is_doubted=doubt) if said else {}


def _sources(event: Event) -> set[Source]:
    if isinstance(event, HistoryBatch):
        return {message.source for message in event.messages}
    return {event.source} if isinstance(event, _JUDGED) else set()


def _judged(event: Event, against: Mapping[Source, str]) -> Event:
    reasons = [against[source] for source in _sources(event) if source in against]
    return Quarantine(reasons[0]) if reasons else event


def _apply(instance: Instance, todo: Sequence[Parsed]) -> int:
    """Hand the events to the desk's actions. Return how many messages are new there."""
    arrivals = [arrival for row, events in todo for arrival in _arrivals(row, events)]
    said = [(arrival, arrival.event) for arrival in arrivals if isinstance(arrival.event, _SAID)]
    shown = receive_messages(instance, said) if said else 0
    statuses = [row.event for row in arrivals if isinstance(row.event, MessageStatus)]
    if statuses:
        apply_statuses(instance, statuses)
    changes = [
        change_of(row.event, row.received_at) for row in arrivals if isinstance(row.event, _CHANGE)
    ]
    if changes:
        apply_changes(instance, changes)
    return shown


def _arrivals(row: InboundEvent, events: Iterable[Event]) -> Iterator[Arrival]:
    for event in events:
        is_history = isinstance(event, HistoryBatch)
        for one in event.messages if isinstance(event, HistoryBatch) else [event]:
            yield Arrival(row.pk, row.received_at, one, is_history=is_history)


def _count(
    instance: Instance, todo: Sequence[Parsed], *, shown: int, replayed_of: date | None
) -> None:
    """Keep the books: nothing that came in may vanish unseen, nor be received twice.

    What is replayed stands in those of another day, as parked: there it is told what became of it.
    """
    parked = sum(row.status == InboundEvent.Status.PARKED for row, _ in todo)
    counts = Counter(fate for row, events in todo for fate in _fates(row, events))
    counts[What.KNOWN] = counts[What.SHOWN] - shown
    counts[What.SHOWN] = shown
    counts[What.RETRIED] = sum(row.attempts > 0 for row, _ in todo)
    if replayed_of is None:
        tally_today(instance, counts + Counter({What.RECEIVED: len(todo), What.PARKED: parked}))
    else:
        counts[What.REPLAYED] = len(todo) - parked
        tally(instance.pk, instance.store_id, counts, day=replayed_of)


def _fates(row: InboundEvent, events: Sequence[Event]) -> list[str]:
    """What became of a body's events; of one that is parked, only what it said all the same."""
    said = [one for one in _arrivals(row, events) if isinstance(one.event, _SAID)]
    fates: list[str] = [What.SHOWN for _ in said]
    if row.status == InboundEvent.Status.PARKED:
        return fates
    fates += [ignored(event.reason) for event in events if isinstance(event, Ignored)]
    return fates or [What.NOTICED]


def _finish(todo: Sequence[Parsed]) -> None:
    """What was understood is done; what was not stays parked, visible and replayable."""
    done = []
    for row, events in todo:
        reasons = [event.reason for event in events if isinstance(event, Quarantine)]
        if reasons:
            row.park(f"quarentena: {reasons[0]}")
            row.save(update_fields=["status", "error", "parked_at"])
        else:
            done.append(row.pk)
    InboundEvent.objects.filter(id__in=done).update(
        status=InboundEvent.Status.DONE, error="", processed_at=Now()
    )
