"""Asks a shop for the order it only announced, outside any transaction."""

from django.db import transaction

from pedidos.actions.sources import note_trouble
from pedidos.calls.nuvemshop import fetch_order
from pedidos.calls.shop_http import CallFailed
from pedidos.models import Delivery, Source
from pedidos.platforms.port import (
    Event,
    Malformed,
    OrderRemoved,
    OrderSeen,
    OrderToFetch,
    Reading,
)
from pedidos.processing import conclude, postpone, postponing, understand
from pedidos.status_words import reading_of


def fetch_delivery(delivery_id: int) -> None:
    """Ask for the order of one delivery, and record it. Asked twice, it is recorded once."""
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING)
    delivery = waiting.select_related("source__store").filter(pk=delivery_id).first()
    if delivery is None:
        return
    source, reading = delivery.source, reading_of(delivery.source)
    announced = understand(source, delivery.topic, bytes(delivery.body), reading)
    # Of one that was removed meanwhile the processing says so, once this lease is over.
    if not isinstance(announced, OrderToFetch) or source.removed_at is not None:
        return
    try:
        told = _told(source, announced, reading)
    except CallFailed as failure:
        note_trouble(source.pk, failure.pt)
        postpone(delivery_id, failure.pt, is_final=failure.is_final)
        return
    note_trouble(source.pk, "")
    with postponing(delivery_id), transaction.atomic():
        conclude(source, delivery_id, told)


def _told(source: Source, announced: OrderToFetch, reading: Reading) -> Event:
    """Ask the shop. Raises CallFailed."""
    if announced.shop_id not in {"", source.shop_id}:
        return Malformed(f"o aviso é de outra loja ({announced.shop_id})")
    raw = fetch_order(source, announced.external_id)
    if raw is None:
        return OrderRemoved(announced.external_id)
    # Without a topic it is read as an order, as the platform's API tells it.
    told = understand(source, "", raw, reading)
    if isinstance(told, OrderSeen) and told.external_id != announced.external_id:
        return Malformed(f"a loja respondeu com outro pedido ({told.external_id})")
    return told
