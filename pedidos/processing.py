"""Works off what the shops posted: in order, one worker at a time for each shop.

Whatever a worker does, the rows say what is left: it may die anywhere, and the next ring or sweep
goes on from there. What has to be asked of a shop itself is sent for, and waits for nobody.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from evendas import clock
from evendas.bell import ring
from evendas.leaving import is_leaving
from pedidos.actions.recording import forget_people, record_order, remove_order
from pedidos.models import Delivery, Source
from pedidos.platforms.port import (
    Event,
    Ignored,
    Malformed,
    OrderRemoved,
    OrderSeen,
    OrderToFetch,
    PeopleToForget,
    Reading,
)
from pedidos.platforms.registry import platform
from pedidos.status_words import reading_of

logger = logging.getLogger(__name__)

# Any constant: keeps these advisory locks apart from others that use an id.
LOCK_SPACE = 7302
# Seconds, after which others have their turn at the workers.
TURN = 5.0
_FATE = ["status", "attempts", "due_at", "error", "processed_at", "body"]


def process_source(source_id: int) -> int:
    """Process what is due of one shop until nothing is. Return how many deliveries were taken.

    Returns when another worker has the shop: that one looks again after letting go, so a ring it
    swallowed is not lost. A worker that is asked to stop leaves the rest to the next.
    """
    source = Source.objects.select_related("store").get(pk=source_id)
    reading = reading_of(source)
    taken, ends = 0, monotonic() + TURN
    while not is_leaving() and (delivery := _next(source_id)):
        if monotonic() > ends:
            ring("pedidos.process", source_id)
            break
        if not _process(source, delivery, reading):
            break
        taken += 1
    return taken


def understand(source: Source, topic: str, raw: bytes, reading: Reading) -> Event:
    """Parse a body: pure, so what raises is Malformed and is not tried again."""
    try:
        return platform(source.platform).parse(topic, raw, reading)
    except Exception as error:
        logger.exception("a delivery of source %s cannot be read", source.pk)
        return Malformed(f"Não foi possível ler este conteúdo ({type(error).__name__}).")


def conclude(source: Source, delivery_id: int, event: Event) -> None:
    """Apply what a delivery says, unless another worker ended it. Call in a transaction."""
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING)
    row = waiting.select_for_update(no_key=True).filter(pk=delivery_id).first()
    if row is None:
        return
    _apply(source, row, event)
    row.save(update_fields=_FATE)
    heard = Greatest("last_event_at", Value(row.received_at))
    Source.objects.filter(pk=source.pk).update(last_event_at=heard)


@contextmanager
def postponing(delivery_id: int) -> Iterator[None]:
    """Let what fails inside be tried again later, and the others go on; a dead database is told."""
    try:
        yield
    except InterfaceError:
        raise
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise
        logger.exception("delivery %s failed", delivery_id)
        postpone(delivery_id, f"Falha nossa ao guardar o pedido ({type(error).__name__}).")


def postpone(delivery_id: int, told: str, *, is_final: bool = False) -> None:
    """Count a failed attempt at a delivery, or park it at once, unless another worker ended it."""
    with transaction.atomic():
        waiting = Delivery.objects.filter(status=Delivery.Status.WAITING).defer("body")
        row = waiting.select_for_update(no_key=True).filter(pk=delivery_id).first()
        if row is None:
            return
        if is_final:
            row.park(told)
        else:
            row.retry_later(told)
        row.save(update_fields=["status", "attempts", "due_at", "error"])


def _next(source_id: int) -> Delivery | None:
    return Delivery.objects.due().filter(source_id=source_id).order_by("id").first()


def _process(source: Source, delivery: Delivery, reading: Reading) -> bool:
    """Take one delivery. Return False when another worker has the shop."""
    event = understand(source, delivery.topic, bytes(delivery.body), reading)
    if isinstance(event, OrderToFetch) and source.removed_at is None:
        if Delivery.objects.send_for(delivery.pk):
            ring("pedidos.fetch_order", delivery.pk)
        return True
    with postponing(delivery.pk), transaction.atomic():
        if not _lock(source.pk):
            return False
        conclude(source, delivery.pk, event)
    return True


def _lock(source_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, source_id])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _apply(source: Source, row: Delivery, event: Event) -> None:
    now = clock.now()
    match event:
        case Malformed(reason):
            row.park(reason)
            return
        case Ignored(reason):
            row.finish(Delivery.Status.IGNORED, now, told=reason)
            return
        case OrderToFetch():
            row.finish(Delivery.Status.IGNORED, now, told="A integração foi removida.")
            return
        case OrderSeen():
            seen = _timed(source, event, row)
            record_order(source, source.platform, source.store, seen, now=row.received_at)
        case OrderRemoved():
            remove_order(source, event, now=row.received_at)
        case PeopleToForget(shop_id=shop) if source.shop_id and shop not in {"", source.shop_id}:
            row.park(f"o pedido de esquecimento é de outra loja ({shop})")
            return
        case PeopleToForget():
            forget_people(source, event, now=now)
            # It names whom nobody is to know any more.
            row.body = b""
    row.finish(Delivery.Status.DONE, now)


def _timed(source: Source, seen: OrderSeen, row: Delivery) -> OrderSeen:
    """The E-Vendas address is never told when: what was posted later is the later word."""
    if source.platform != Source.Platform.EVENDAS:
        return seen
    return replace(seen, updated_at=row.received_at)
