"""Orders as a platform's module would tell them, made by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pedidos.actions.recording import Recorded, record_order
from pedidos.models import Order, Source
from pedidos.platforms.port import ItemSeen, OrderSeen, ShipmentSeen
from tests.conftest import Shop

NOON = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MUG = ItemSeen(name="Caneca", sku="CAN", quantity=Decimal(2), price=Decimal("35.91"))
SHIRT = ItemSeen(name="Camiseta", quantity=Decimal(1), price=Decimal("71.91"))
PARCEL = ShipmentSeen(code="AA123456785BR", carrier="Correios")

_NEW = OrderSeen(
    external_id="1042",
    number="1042",
    payment=Order.Payment.PENDING,
    fulfillment=Order.Fulfillment.UNFULFILLED,
    platform_status="pending",
    currency="BRL",
    total=Decimal("143.73"),
    placed_at=NOON,
    updated_at=NOON,
    name="Marina Souza",
    email="marina@example.com",
    document="52998224725",
    phones=("+5511987654321", "+551132654321"),
    items=(MUG, SHIRT),
)
PAID: dict[str, Any] = {"payment": Order.Payment.PAID, "platform_status": "processing"}
SENT: dict[str, Any] = PAID | {
    "fulfillment": Order.Fulfillment.SHIPPED,
    "shipments": (PARCEL,),
}


def told(**changes: Any) -> OrderSeen:
    return replace(_NEW, **changes)


def open_source(shop: Shop, platform: str = "woocommerce") -> Source:
    return Source.objects.create(store=shop.store, platform=platform, name="Loja virtual")


def record(source: Source, *, now: datetime = NOON, **changes: Any) -> Recorded:
    return record_order(source, source.platform, source.store, told(**changes), now=now)


def order_of(recorded: Recorded) -> Order:
    return Order.objects.get(pk=recorded.order_id)
