"""Asks a gateway what was said by a number, and has what no webhook brought take the usual way."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from automacao.actions.tallies import What, tally_today
from automacao.gateways.port import (
    Event,
    GatewayError,
    Ignored,
    Memory,
    MessageEcho,
    MessageReceived,
    MessageStatus,
    Remembered,
)
from automacao.gateways.registry import gateway
from automacao.models import InboundEvent, Instance
from evendas.bell import ring
from evendas.leaving import is_leaving
from sac.models import Message

logger = logging.getLogger(__name__)

# Asked for in pieces, and in smaller ones where one holds more than a gateway answers at once.
PIECE = timedelta(hours=1)
SMALLEST_PIECE = timedelta(minutes=1)
# A number that was away for longer has people who look at the phone.
MOST_BACK = timedelta(days=3)
# What was said before the first look at a number is history.
FIRST_LOOK = timedelta(hours=1)
# A sweep asks about so many numbers: the others are asked by the next one.
MOST_AT_ONCE = 50
_SAID = MessageReceived | MessageEcho


def due_for_reconciling(now: datetime) -> list[int]:
    """Return connected numbers of which the gateway was not asked for a while."""
    before = now - timedelta(seconds=settings.LOOK_EVERY + settings.RECONCILE_MARGIN)
    due = models.Q(reconciled_until=None) | models.Q(reconciled_until__lt=before)
    oldest = models.F("reconciled_until").asc(nulls_first=True)
    found = _askable().filter(due).order_by(oldest, "pk")
    return list(found.values_list("pk", flat=True)[:MOST_AT_ONCE])


def reconcile(instance_id: int) -> int:
    """Store what the gateway remembers and we do not know. Return how many messages came so.

    Safe to run twice, and at the same time: a message is known by its id, its bytes are kept once.
    """
    instance = _askable().select_related("store").filter(pk=instance_id).first()
    if instance is None:
        return 0
    found = 0
    # The last is the next to be asked for.
    pieces = list(_pieces(instance, timezone.now()))[::-1]
    while pieces and not is_leaving():
        piece = pieces.pop()
        try:
            told = gateway(instance.gateway).remembered(instance.channel(), *piece)
        except GatewayError as error:
            logger.warning("instance %s: what it remembers: %r", instance_id, error)
            break
        if told.is_cut and (halves := _halves(*piece)):
            pieces += halves
        else:
            found += _keep(instance, told, *piece)
    return found


def _askable() -> models.QuerySet[Instance]:
    rows = Instance.objects.filter(state=Instance.State.CONNECTED, removed_at=None)
    return rows.filter(session_ended_at=None).exclude(gateway_token="")


def _pieces(instance: Instance, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time to ask for, oldest first.

    The last seconds are left out, as webhooks are on their way; so is what waits in the inbox. It
    begins before the last look ended: gateways store what is said a little later.
    """
    start = instance.reconciled_until or now - FIRST_LOOK
    since = max(start - timedelta(seconds=settings.LOOK_EVERY), now - MOST_BACK)
    margin = timedelta(seconds=settings.RECONCILE_MARGIN)
    end = min(now - margin, _oldest_waiting(instance) or now)
    while since < end:
        until = min(since + PIECE, end)
        yield since, until
        since = until


def _oldest_waiting(instance: Instance) -> datetime | None:
    """Since when events wait that were not tried yet."""
    rows = InboundEvent.objects.filter(instance=instance, status=InboundEvent.Status.WAITING)
    oldest = rows.filter(attempts=0, lane=InboundEvent.Lane.FRESH).order_by("lane", "id")[:1]
    return oldest.values_list("received_at", flat=True).first()


def _halves(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return both halves, the later one first; none of a piece that is small enough."""
    middle = since + (until - since) / 2
    return [(middle, until), (since, middle)] if until - since > SMALLEST_PIECE else []


def _keep(instance: Instance, told: Memory, since: datetime, until: datetime) -> int:
    """Keep what is missing of a piece, in the order it was said."""
    if told.is_cut:
        logger.error("instance %s remembers more of %s to %s than it tells", instance, since, until)
    events, messages = _missing(instance, told.messages)
    with transaction.atomic():
        _note(instance, messages, until)
        InboundEvent.objects.bulk_create(events, ignore_conflicts=True)
    if events:
        logger.warning("instance %s: %s events no webhook brought", instance.pk, len(events))
        ring("sac.drain", instance.pk)
    return messages


def _missing(instance: Instance, told: Sequence[Remembered]) -> tuple[list[InboundEvent], int]:
    """Make events of what is unknown here; tell how many are messages.

    A reaction or an edit has no row of its own: it is taken once more, which changes nothing. A
    message of ours that is known is news when it came further than we know.
    """
    rows = Message.objects.filter(instance=instance, provider_id__in=[one.id for one in told])
    known = {row.provider_id: row for row in rows.only("provider_id", "direction", "state")}
    wanted = [one for one in told if one.id not in known or known[one.id].is_out]
    found = {hashlib.sha256(one.raw).digest(): one for one in wanted}
    stored = InboundEvent.objects.filter(instance=instance, sha256__in=list(found))
    for sha256 in stored.values_list("sha256", flat=True):
        del found[bytes(sha256)]
    parse = gateway(instance.gateway).parse
    events, said = [], 0
    for sha256, one in found.items():
        meant, row = parse({}, one.raw), known.get(one.id)
        if _is_news(meant, row):
            events.append(_event(instance, sha256, one.raw))
            said += row is None and any(isinstance(event, _SAID) for event in meant)
    return events, said


def _is_news(meant: Sequence[Event], known: Message | None) -> bool:
    if known is None:
        return not all(isinstance(one, Ignored) for one in meant)
    return any(isinstance(one, MessageStatus) and known.advance(one.status) for one in meant)


def _event(instance: Instance, sha256: bytes, raw: bytes) -> InboundEvent:
    return InboundEvent(
        store_id=instance.store_id,
        instance=instance,
        sha256=sha256,
        body=gateway(instance.gateway).redact(raw),
        lane=InboundEvent.Lane.BULK,
    )


def _note(instance: Instance, messages: int, until: datetime) -> None:
    """Count what came, and remember up to when was asked.

    A number that just came back is still being told what it missed: it is asked for that again.
    """
    settled = timezone.now() - timedelta(seconds=4 * settings.RECONCILE_MARGIN)
    rows = Instance.objects.filter(pk=instance.pk).exclude(state_changed_at__gt=settled)
    later = models.Q(reconciled_until=None) | models.Q(reconciled_until__lt=until)
    rows.filter(later).update(reconciled_until=until)
    tally_today(instance, {What.RECONCILED: messages})
