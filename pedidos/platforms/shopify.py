"""Shopify: the whole order of its REST API, signed in base64 with the app's secret.

Apps without protected customer data get orders whose buyer is empty. Requests about people's data
come as topics of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from pedidos.models import Order
from pedidos.platforms.port import (
    Event,
    Headers,
    Ignored,
    ItemSeen,
    OrderRemoved,
    OrderSeen,
    PeopleToForget,
    Reading,
    ShipmentSeen,
)
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.amounts import NOTHING, amount, amount_or_nothing, quantity, size_of
from pedidos.platforms.reading.fields import Fields, open_body, tells_why
from pedidos.platforms.reading.moments import moment, must_have_happened
from pedidos.platforms.reading.parcels import each_once, parcels
from pedidos.platforms.reading.signatures import header, is_signed_base64
from pedidos.platforms.reading.texts import bare, currency, numeric_id, plain

_Pay, _Ship = Order.Payment, Order.Fulfillment

_PAYMENTS = {
    "pending": _Pay.PENDING,
    "authorized": _Pay.AUTHORIZED,
    "partially_paid": _Pay.PARTIALLY_PAID,
    "paid": _Pay.PAID,
    "partially_refunded": _Pay.PARTIALLY_REFUNDED,
    "refunded": _Pay.REFUNDED,
    "voided": _Pay.FAILED,
    "expired": _Pay.FAILED,
}
_FULFILLMENTS = {"partial": _Ship.PARTIAL, "fulfilled": _Ship.SHIPPED}
_GONE_WRONG = {"cancelled", "error", "failure"}
# An edit alone, without the order; orders/updated comes with it.
_OTHER_SHAPES = {"orders/edited", "orders/risk_assessment_changed"}
_DOCUMENT_WORDS = ("cpf", "cnpj", "tax credential")


def authenticate(headers: Headers, raw: bytes, secrets: list[str]) -> bool:
    return is_signed_base64(_header(headers, "hmac-sha256"), raw, secrets)


def is_ping(_headers: Headers, _raw: bytes) -> bool:
    return False


def topic(headers: Headers, _raw: bytes) -> str:
    return _header(headers, "topic")[:80]


def delivery_id(headers: Headers) -> str | None:
    return _header(headers, "webhook-id")[:120] or None


def shop(headers: Headers) -> str:
    return _header(headers, "shop-domain").lower()


@tells_why
def parse(topic: str, raw: bytes, reading: Reading) -> Event:
    match topic:
        case "customers/redact":
            return _customer_to_forget(open_body(raw))
        case "shop/redact":
            return PeopleToForget(is_everyone=True, shop_id=_shop(open_body(raw)))
        case "customers/data_request":
            return Ignored("um cliente pediu uma cópia dos seus dados: responda a ele (LGPD)")
        case "orders/delete":
            return OrderRemoved(_id(open_body(raw)))
    if topic in _OTHER_SHAPES or (topic and not topic.startswith("orders/")):
        return Ignored(f"o evento {topic} não traz um pedido")
    return _order(open_body(raw), reading)


def _header(headers: Headers, name: str) -> str:
    return header(headers, f"x-shopify-{name}", f"shopify-{name}")


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
    return plain(told.text("shop_domain"), 120).lower()


def _order(order: Fields, reading: Reading) -> OrderSeen:
    payment = _PAYMENTS.get(order.text("financial_status"), _Pay.PENDING)
    total, refunded = _amounts(order, payment)
    cancelled_at = _time(order, "cancelled_at", reading)
    fulfillment = _fulfillment(order)
    return OrderSeen(
        external_id=_id(order),
        number=plain(order.text("order_number") or order.text("name").lstrip("#"), 40)
        or _id(order),
        display_number=plain(order.text("name"), 40),
        payment=payment,
        fulfillment=fulfillment,
        platform_status=_platform_status(order),
        currency=currency(order),
        total=total,
        refunded=refunded,
        discount=amount_or_nothing(order, "total_discounts", "o desconto"),
        freight=_freight(order),
        placed_at=must_have_happened(
            _time(order, "created_at", reading), "a data do pedido", "created_at"
        ),
        shipped_at=_shipped_at(order, reading),
        cancelled_at=cancelled_at,
        is_cancelled=cancelled_at is not None,
        updated_at=_time(order, "updated_at", reading),
        payment_method=payments.method(", ".join(order.texts("payment_gateway_names"))),
        name=next((name for name in map(buyers.full_name, _people(order)) if name), ""),
        email=buyers.email(*(who.text(key) for who, key in _email_places(order))),
        document=buyers.document(*_documents(order)),
        phones=buyers.canonical((who.text("phone") for who in _phone_places(order)), _home(order)),
        items=tuple(_item(row) for row in order.rows("line_items")),
        shipments=each_once(_shipments(order)),
        is_test=order.is_true("test"),
    )


def _time(fields: Fields, name: str, reading: Reading) -> datetime | None:
    return moment(fields, name, reading.zone)


def _amounts(order: Fields, payment: Order.Payment) -> tuple[Decimal, Decimal]:
    """The total and what was given back of it.

    The current total is what is left after edits and returned goods: what was returned for money
    is counted back in, what was taken out by an edit is not.
    """
    sold = amount(order, "total_price", "o total")
    left = amount_or_nothing(order, "current_total_price", "o total atual")
    has_current = bool(order.text("current_total_price"))
    refunded = sum(_refunds(order), NOTHING)
    if payment == _Pay.REFUNDED and not refunded:
        return sold, sold
    total = min(sold, left + refunded) if has_current else sold
    return total, min(refunded, total)


def _refunds(order: Fields) -> Iterator[Decimal]:
    for refund in order.rows("refunds"):
        for moved in refund.rows("transactions"):
            if moved.text("kind") == "refund" and moved.text("status") in {"", "success"}:
                yield size_of(moved, "amount", "o reembolso")


def _freight(order: Fields) -> Decimal:
    money = order.inside("total_shipping_price_set").inside("shop_money")
    return amount_or_nothing(money, "amount", "o frete")


def _fulfillment(order: Fields) -> Order.Fulfillment:
    fulfillment = _FULFILLMENTS.get(order.text("fulfillment_status"), _Ship.UNFULFILLED)
    states = {parcel.text("shipment_status") for parcel in _fulfillments(order)}
    if fulfillment == _Ship.SHIPPED and states == {"delivered"}:
        return _Ship.DELIVERED
    if fulfillment == _Ship.SHIPPED and states == {"ready_for_pickup"}:
        return _Ship.READY_FOR_PICKUP
    return fulfillment


def _fulfillments(order: Fields) -> list[Fields]:
    rows = order.rows("fulfillments")
    return [row for row in rows if row.text("status") not in _GONE_WRONG]


def _platform_status(order: Fields) -> str:
    states = (order.text("financial_status"), order.text("fulfillment_status"))
    return plain(" / ".join(state for state in states if state), 80)


def _shipped_at(order: Fields, reading: Reading) -> datetime | None:
    times = [_time(row, "created_at", reading) for row in _fulfillments(order)]
    return max((at for at in times if at), default=None)


def _people(order: Fields) -> Iterator[Fields]:
    yield order.inside("customer")
    yield order.inside("billing_address")
    yield order.inside("shipping_address")


def _email_places(order: Fields) -> Iterator[tuple[Fields, str]]:
    yield order, "email"
    yield order, "contact_email"
    yield order.inside("customer"), "email"


def _documents(order: Fields) -> Iterator[str]:
    """Where Brazilian shops ask for it: there is no field of Shopify's own in the order."""
    for place in ("note_attributes", "localized_fields", "localization_extensions"):
        for row in order.rows(place):
            asked = bare(row.text("name") or row.text("title") or row.text("key"))
            if any(word in asked for word in _DOCUMENT_WORDS):
                yield row.text("value")


def _phone_places(order: Fields) -> Iterator[Fields]:
    yield order
    yield order.inside("shipping_address")
    yield order.inside("billing_address")
    yield order.inside("customer")
    yield order.inside("customer").inside("default_address")


def _home(order: Fields) -> str:
    addresses = (order.inside("shipping_address"), order.inside("billing_address"))
    codes = (address.text("country_code") for address in addresses)
    return next((code for code in codes if code), "BR")


def _item(row: Fields) -> ItemSeen:
    parts = (row.text("title") or row.text("name"), row.text("variant_title"))
    return ItemSeen(
        name=plain(" - ".join(part for part in parts if part), 300) or "Item sem nome",
        sku=plain(row.text("sku"), 80),
        quantity=quantity(row, "quantity", "a quantidade do item"),
        price=amount(row, "price", "o preço do item"),
    )


def _shipments(order: Fields) -> Iterator[ShipmentSeen]:
    for row in _fulfillments(order):
        carrier = row.text("tracking_company")
        codes = row.texts("tracking_numbers") or [row.text("tracking_number")]
        addresses = row.texts("tracking_urls") or [row.text("tracking_url")]
        if len(codes) != len(addresses):
            addresses = [""] * len(codes)
        for code, address in zip(codes, addresses, strict=True):
            yield from parcels(code, address, carrier)
