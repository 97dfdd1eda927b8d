"""The orders of one integration as the API reads them: one, or pages by when they changed."""

import re
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from pedidos.api.shapes import OrdersAsked
from pedidos.models import Order, Source
from pedidos.models.order import OrderQuerySet

_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NoCursor(ValueError):
    """What was given as a cursor is none of ours."""


def one_order(source: Source, external_id: str) -> Order | None:
    """Find an order with all that hangs on it."""
    return _of(source).filter(external_id=external_id).with_parts(source.store).first()


def changed_orders(source: Source, asked: OrdersAsked) -> tuple[list[Order], str | None]:
    """Return a page of orders, what changed first first, and the cursor of the next.

    Raises NoCursor. An order that changes while its pages are read may be told twice, never missed.
    """
    found = _of(source).exclude(platform_updated_at=None).order_by("platform_updated_at", "id")
    if asked.updated_since:
        found = found.filter(platform_updated_at__gte=asked.updated_since)
    if asked.label:
        found = found.filter(label=asked.label)
    if asked.cursor:
        found = found.filter(_beyond(asked.cursor))
    rows = list(found.with_parts(source.store)[: asked.limit + 1])
    page = rows[: asked.limit]
    return page, _cursor(page[-1]) if len(rows) > asked.limit else None


def _of(source: Source) -> OrderQuerySet:
    orders = Order.objects.in_store(source.store)
    return orders.filter(platform=Source.Platform.API, source=source)


def _cursor(order: Order) -> str:
    at = order.platform_updated_at or order.placed_at
    return f"{(at - _EPOCH) // _MICROSECOND}-{order.pk}"


def _beyond(cursor: str) -> Q:
    read = _CURSOR.fullmatch(cursor)
    if read is None:
        raise NoCursor
    try:
        at = _EPOCH + int(read[1]) * _MICROSECOND
    except OverflowError:
        raise NoCursor from None
    # The first part is what the index is entered by.
    beyond = Q(platform_updated_at__gt=at) | Q(id__gt=int(read[2]))
    return Q(platform_updated_at__gte=at) & beyond
