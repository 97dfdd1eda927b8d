"""Asks a shop what changed there, for what it never told: each order comes in as a delivery."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from evendas import clock
from evendas.bell import ring
from evendas.leaving import is_leaving
from pedidos.actions.sources import note_trouble
from pedidos.calls.shop_http import CallFailed
from pedidos.calls.woocommerce import PAGE, Changed, changed_orders
from pedidos.models import Delivery, Source

# A shop that is new here is asked for this long back.
FIRST = timedelta(days=30)
# Pages at once; the next round goes on from there.
MOST_PAGES = 40
# Seconds, after which others have their turn at the workers.
TURN = 60.0
# "After" a second leaves out what changed later in it.
_SECOND = timedelta(seconds=1)


def pull_source(source_id: int) -> int:
    """Read what changed at a shop since it was asked last. Return how many orders were read."""
    source = Source.objects.worth_pulling().filter(pk=source_id).first()
    if source is None:
        return 0
    try:
        read = _pull(source, source.pulled_until or source.created_at - FIRST)
    except CallFailed as failure:
        note_trouble(source_id, failure.pt)
        return 0
    note_trouble(source_id, "")
    return read


def _pull(source: Source, since: datetime) -> int:
    """Go on from the last change read, not by page alone: what changes meanwhile moves the pages.

    Only where more orders than a page holds changed in one second there is a second page of it.
    """
    page, read, ends = 1, 0, monotonic() + TURN
    for _ in range(MOST_PAGES):
        orders = changed_orders(source, since=since, page=page)
        reached = _reached(orders, since)
        _keep(source, orders, reached)
        read += len(orders)
        if len(orders) < PAGE or is_leaving() or monotonic() > ends:
            break
        page = 1 if reached > since else page + 1
        since = reached
    return read


def _reached(orders: Sequence[Changed], since: datetime) -> datetime:
    """Return until when everything is read; a shop's clock may be ahead of ours."""
    moments = [order.changed_at for order in orders if order.changed_at is not None]
    if not moments:
        return since
    return max(since, min(max(moments), clock.now()) - _SECOND)


def _keep(source: Source, orders: Sequence[Changed], reached: datetime) -> None:
    with transaction.atomic():
        Delivery.objects.keep_once(*(_delivery(source, order) for order in orders))
        until = Greatest("pulled_until", Value(reached))
        Source.objects.filter(pk=source.pk).update(pulled_until=until)
    if orders:
        ring("pedidos.process", source.pk)


def _delivery(source: Source, order: Changed) -> Delivery:
    """One state of an order is taken in once, however often it is read.

    Several states may share a second: only the bytes tell them apart.
    """
    state = sha256(order.raw).hexdigest()
    return Delivery(
        store_id=source.store_id,
        source=source,
        topic="order.updated",
        external_id=f"pull:{order.external_id[:40]}:{state}",
        body=order.raw,
    )
