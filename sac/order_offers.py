"""What of an order may be put into an answer: where it is followed, how it is paid, its items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pedidos.models import Order, OrderItem, Shipment
from pedidos.templatetags.money import money
from pedidos.templatetags.order_words import quantity

# Still to be paid: for the others a link to pay by would be a trap.
_UNPAID = (
    Order.Payment.PENDING,
    Order.Payment.FAILED,
    Order.Payment.PARTIALLY_PAID,
)
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Way:
    """Something one pays by: what it is called, and what is handed on."""

    key: str
    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A text for the box. `what` names it in the list, `about` is what tells it from others."""

    key: str
    number: str
    what: str
    about: str
    text: str


def offers_of(orders: Sequence[Order]) -> list[Offer]:
    """Return what there is to say of these orders, in their order. Needs items and shipments."""
    return [offer for order in orders for offer in _offers(order)]


def is_payable(order: Order) -> bool:
    """Tell whether the order waits for its payment."""
    return order.payment in _UNPAID and order.cancelled_at is None


def payment_ways(order: Order) -> list[Way]:
    """What there is to pay it by."""
    ways = (
        Way("pagamento", "Link de pagamento", order.payment_url),
        Way("boleto", "Boleto", order.boleto_url or order.boleto_code),
        Way("pix", "Pix copia e cola", order.pix_code),
    )
    return [way for way in ways if way.value]


def item_line(order: Order) -> str:
    """What was bought, on one line: 2× Camiseta, 1× Boné."""
    items = list(order.items.all())
    named = [_named(item) for item in items[:_NAMED]]
    more = len(items) - _NAMED
    return ", ".join([*named, f"e mais {more}"] if more > 0 else named)


def _named(item: OrderItem) -> str:
    return f"{quantity(item.quantity)}× {item.name}" if item.is_counted else item.name


def _offers(order: Order) -> Iterator[Offer]:
    for number, parcel in enumerate(order.shipments.all()):
        yield _offer(order, f"rastreio-{number}", "Rastreio", parcel.code, _tracking(order, parcel))
    if is_payable(order):
        yield from _payments(order)
    if line := item_line(order):
        total = money(order.total, order.currency) if order.total > Decimal(0) else ""
        text = f"Pedido #{order.number}: {line}" + (f" – {total}" if total else "")
        yield _offer(order, "itens", "Itens", line, text)


def _tracking(order: Order, parcel: Shipment) -> str:
    follow = f" – {parcel.url}" if parcel.url else ""
    return f"Rastreio do pedido #{order.number}: {parcel.code}{follow}"


def _payments(order: Order) -> Iterator[Offer]:
    for way in payment_ways(order):
        text = f"{way.what} do pedido #{order.number}: {way.value}"
        yield _offer(order, way.key, way.what, money(order.total, order.currency), text)


def _offer(order: Order, key: str, what: str, about: str, text: str) -> Offer:
    return Offer(f"{order.pk}-{key}", order.number, what, about, text)
