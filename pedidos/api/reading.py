"""An order as a program puts it, in the store's own terms."""

from decimal import Decimal

from pedidos.api.shapes import CustomerIn, ItemIn, OrderIn, ShipmentIn
from pedidos.models import Order
from pedidos.platforms.port import ItemSeen, OrderSeen, ShipmentSeen
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.parcels import each_once
from pedidos.platforms.reading.texts import plain


def order_seen(external_id: str, told: OrderIn) -> OrderSeen:
    """Read a whole order. What a customer mistyped is left out, as it is of the platforms'."""
    name, email, document, phones = _buyer(told.customer)
    return OrderSeen(
        external_id=external_id,
        number=plain(told.number, 40) or external_id[:40],
        payment=told.payment_status,
        fulfillment=told.fulfillment_status,
        platform_status=plain(told.status_text, 80),
        currency=told.currency,
        total=told.total,
        refunded=_refunded(told),
        discount=told.discount,
        freight=told.freight,
        placed_at=told.placed_at,
        paid_at=told.paid_at,
        shipped_at=told.shipped_at,
        delivered_at=told.delivered_at,
        cancelled_at=told.cancelled_at,
        is_cancelled=told.cancelled_at is not None,
        updated_at=told.updated_at,
        payment_method=payments.method(told.payment_method),
        payment_url=told.payment_url or "",
        boleto_code=payments.boleto_code(told.boleto_code),
        boleto_url=told.boleto_url or "",
        pix_code=payments.pix_code(told.pix_code),
        name=name,
        email=email,
        document=document,
        phones=phones,
        items=tuple(map(_item, told.items)),
        shipments=each_once(_shipment(one) for one in told.shipments if plain(one.code, 80)),
        is_test=told.is_test,
    )


def _buyer(told: CustomerIn) -> tuple[str, str, str, tuple[str, ...]]:
    return (
        buyers.name(told.name),
        buyers.email(told.email.strip()),
        buyers.document(told.document),
        buyers.canonical(told.phones),
    )


def _refunded(told: OrderIn) -> Decimal:
    if told.refunded is not None:
        return told.refunded
    return told.total if told.payment_status == Order.Payment.REFUNDED else Decimal("0.00")


def _item(told: ItemIn) -> ItemSeen:
    return ItemSeen(
        name=plain(told.name, 300) or "Item sem nome",
        sku=plain(told.sku, 80),
        quantity=told.quantity,
        price=told.price,
    )


def _shipment(told: ShipmentIn) -> ShipmentSeen:
    return ShipmentSeen(
        code=plain(told.code, 80), url=told.url or "", carrier=plain(told.carrier, 80)
    )
