"""Nuvemshop: short events signed in hex, and the order its API tells when it is asked.

`parse` understands both. Requests about people's data name no event: they are known by shape.
"""

from collections.abc import Iterator
from decimal import Decimal

from pedidos.models import Order
from pedidos.platforms.port import (
    Event,
    Headers,
    Ignored,
    ItemSeen,
    OrderSeen,
    OrderToFetch,
    PeopleToForget,
    Reading,
    ShipmentSeen,
)
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.amounts import NOTHING, amount, amount_or_nothing, quantity
from pedidos.platforms.reading.fields import Fields, Unreadable, open_body, tells_why
from pedidos.platforms.reading.moments import moment, must_have_happened
from pedidos.platforms.reading.parcels import each_once, parcels
from pedidos.platforms.reading.signatures import header, is_signed_hex
from pedidos.platforms.reading.texts import currency, numeric_id, plain

_Pay, _Ship = Order.Payment, Order.Fulfillment

_PAYMENTS = {
    "pending": _Pay.PENDING,
    "authorized": _Pay.AUTHORIZED,
    "partially_paid": _Pay.PARTIALLY_PAID,
    "paid": _Pay.PAID,
    "partially_refunded": _Pay.PARTIALLY_REFUNDED,
    "refunded": _Pay.REFUNDED,
    "abandoned": _Pay.FAILED,
    "voided": _Pay.FAILED,
}
# Its documents write "unshipped" in one place and "unfulfilled" in another: packed, not yet sent.
_FULFILLMENTS = {
    "unpacked": _Ship.UNFULFILLED,
    "partially_packed": _Ship.SEPARATING,
    "unfulfilled": _Ship.SEPARATING,
    "unshipped": _Ship.SEPARATING,
    "partially_fulfilled": _Ship.PARTIAL,
    "fulfilled": _Ship.SHIPPED,
    "shipped": _Ship.SHIPPED,
    "delivered": _Ship.DELIVERED,
}
_METHODS = {"credit_card": "Cartão de crédito", "debit_card": "Cartão de débito", "pix": "Pix"}
_FORGET_ONE, _FORGET_ALL, _TELL = "customers/redact", "store/redact", "customers/data_request"


def authenticate(headers: Headers, raw: bytes, secrets: list[str]) -> bool:
    return is_signed_hex(header(headers, "x-linkedstore-hmac-sha256"), raw, secrets)


def is_ping(_headers: Headers, _raw: bytes) -> bool:
    return False


def topic(_headers: Headers, raw: bytes) -> str:
    try:
        return _event(open_body(raw))
    except Unreadable:
        return ""


def delivery_id(_headers: Headers) -> str | None:
    """Each is processed: an event tells no name of its own, and the order is asked for anew."""
    return None


def shop(_headers: Headers) -> str:
    """Told in the body."""
    return ""


@tells_why
def parse(topic: str, raw: bytes, reading: Reading) -> Event:
    told = open_body(raw)
    event = _event(told) or topic
    # An order as the API tells it names no event; the topic may still be that of its webhook.
    is_whole = told.raw("total") is not None and not told.text("event")
    if is_whole or not event:
        return _order(told, reading)
    if event.startswith("order/"):
        return OrderToFetch(_id(told), shop_id=_shop(told))
    return _about_people(event, told)


def _event(told: Fields) -> str:
    if event := plain(told.text("event"), 80):
        return event
    if "orders_to_redact" in told.told:
        return _FORGET_ONE
    if "orders_requested" in told.told or "data_request" in told.told:
        return _TELL
    return _FORGET_ALL if told.told.keys() == {"store_id"} else ""


def _about_people(event: str, told: Fields) -> Event:
    if event == _FORGET_ONE:
        return _customer_to_forget(told)
    if event == _FORGET_ALL:
        return PeopleToForget(is_everyone=True, shop_id=_shop(told))
    if event == _TELL:
        return Ignored("um cliente pediu uma cópia dos seus dados: responda a ele (LGPD)")
    return Ignored(f"o evento {event} não é de pedido")


def _id(fields: Fields) -> str:
    return numeric_id(fields, "id", "a identificação do pedido")


def _customer_to_forget(told: Fields) -> PeopleToForget:
    customer = told.inside("customer")
    return PeopleToForget(
        email=buyers.email(customer.text("email")),
        phones=buyers.canonical([customer.text("phone")]),
        order_ids=buyers.orders_named(told, "orders_to_redact"),
        shop_id=_shop(told),
    )


def _shop(told: Fields) -> str:
    return plain(told.text("store_id"), 120)


def _order(order: Fields, reading: Reading) -> OrderSeen:
    external_id = _id(order)
    number = plain(order.text("number"), 39)
    payment = _PAYMENTS.get(order.text("payment_status"), _Pay.PENDING)
    total = amount(order, "total", "o total")
    cancelled_at = moment(order, "cancelled_at", reading.zone)
    customer = order.inside("customer")
    return OrderSeen(
        external_id=external_id,
        number=number or external_id,
        display_number=f"#{number}" if number else "",
        payment=payment,
        fulfillment=_FULFILLMENTS.get(order.text("shipping_status"), _Ship.UNFULFILLED),
        platform_status=_platform_status(order),
        currency=currency(order),
        total=total,
        refunded=_refunded(payment, total),
        discount=amount_or_nothing(order, "discount", "o desconto"),
        freight=amount_or_nothing(order, "shipping_cost_customer", "o frete"),
        placed_at=must_have_happened(
            moment(order, "created_at", reading.zone), "a data do pedido", "created_at"
        ),
        paid_at=moment(order, "paid_at", reading.zone),
        shipped_at=moment(order, "shipped_at", reading.zone),
        cancelled_at=cancelled_at,
        is_cancelled=cancelled_at is not None or order.text("status") == "cancelled",
        updated_at=moment(order, "updated_at", reading.zone),
        payment_method=_method(order),
        name=buyers.name(customer.text("name") or order.text("contact_name")),
        email=buyers.email(order.text("contact_email"), customer.text("email")),
        document=buyers.document(
            order.text("contact_identification"), customer.text("identification")
        ),
        phones=buyers.canonical(_phones(order), order.text("billing_country") or "BR"),
        items=tuple(_item(row) for row in order.rows("products")),
        shipments=each_once(_shipments(order)),
    )


def _platform_status(order: Fields) -> str:
    states = (order.text(name) for name in ("status", "payment_status", "shipping_status"))
    return plain(" / ".join(state for state in states if state), 80)


def _refunded(payment: Order.Payment, total: Decimal) -> Decimal:
    """Its orders do not say how much of a part was given back."""
    return total if payment == _Pay.REFUNDED else NOTHING


def _method(order: Fields) -> str:
    method = order.inside("payment_details").text("method")
    named = _METHODS.get(method) or method.replace("_", " ").capitalize()
    return payments.method(named or order.text("gateway_name"))


def _phones(order: Fields) -> Iterator[str]:
    yield order.text("contact_phone")
    yield order.inside("customer").text("phone")
    yield order.inside("shipping_address").text("phone")
    yield order.text("billing_phone")


def _item(row: Fields) -> ItemSeen:
    return ItemSeen(
        name=_name_of(row),
        sku=plain(row.text("sku"), 80),
        quantity=quantity(row, "quantity", "a quantidade do item"),
        price=amount(row, "price", "o preço do item"),
    )


def _name_of(row: Fields) -> str:
    """The product, with the variant it may not name itself."""
    name = plain(row.text("name"), 300) or "Item sem nome"
    variant = plain(", ".join(text for text in row.texts("variant_values") if text), 100)
    return name if not variant or f"({variant})" in name else plain(f"{name} ({variant})", 300)


def _shipments(order: Fields) -> Iterator[ShipmentSeen]:
    text, address = order.text("shipping_tracking_number"), order.text("shipping_tracking_url")
    yield from parcels(text, address, order.text("shipping_carrier_name"))
