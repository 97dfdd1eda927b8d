"""WooCommerce: the whole order of its REST API, signed in base64.

Fields of two plug-ins are read as well: "Brazilian Market on WooCommerce" (CPF, CNPJ, mobile)
and "WooCommerce Correios" (tracking). Times come twice; only those in GMT say when.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from pedidos.models import Order
from pedidos.platforms.port import (
    Event,
    Headers,
    Ignored,
    ItemSeen,
    OrderRemoved,
    OrderSeen,
    Reading,
    ShipmentSeen,
)
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.amounts import (
    CENT,
    NOTHING,
    amount,
    amount_or_nothing,
    quantity,
    size_of,
)
from pedidos.platforms.reading.fields import Fields, open_body, tells_why
from pedidos.platforms.reading.moments import moment, must_have_happened
from pedidos.platforms.reading.parcels import each_once, parcels
from pedidos.platforms.reading.signatures import header, is_signed_base64
from pedidos.platforms.reading.states import State, known_state
from pedidos.platforms.reading.texts import currency, numeric_id, plain, url

_Pay, _Ship = Order.Payment, Order.Fulfillment

# WordPress says so when a webhook is saved, form-encoded and unsigned.
_KNOCK = b"webhook_id="
_DRAFTS = {"auto-draft", "checkout-draft", "draft"}
_OWN_STATES: dict[str, State] = {
    "pending": (_Pay.PENDING, _Ship.UNFULFILLED, False),
    "on-hold": (_Pay.PENDING, _Ship.UNFULFILLED, False),
    "processing": (_Pay.PAID, _Ship.UNFULFILLED, False),
    "completed": (_Pay.PAID, _Ship.DELIVERED, False),
    "cancelled": (_Pay.PENDING, _Ship.UNFULFILLED, True),
    "refunded": (_Pay.REFUNDED, _Ship.UNFULFILLED, False),
    "failed": (_Pay.FAILED, _Ship.UNFULFILLED, False),
}
# Where the Brazilian plug-in keeps what the checkout asked, its block form first.
_META_OF = {
    name: (f"_wc_other/csbmw/{name}", f"_wc_billing/csbmw/{name}", f"_billing_{name}")
    for name in ("cpf", "cnpj", "cellphone")
}
_BOLETO_NAMES = ("boleto", "billet", "ticket")


def authenticate(headers: Headers, raw: bytes, secrets: list[str]) -> bool:
    return is_signed_base64(header(headers, "x-wc-webhook-signature"), raw, secrets)


def is_ping(headers: Headers, raw: bytes) -> bool:
    return raw.startswith(_KNOCK) and not topic(headers, raw)


def topic(headers: Headers, _raw: bytes) -> str:
    return header(headers, "x-wc-webhook-topic")[:80]


def delivery_id(headers: Headers) -> str | None:
    return header(headers, "x-wc-webhook-delivery-id")[:120] or None


def shop(_headers: Headers) -> str:
    """An address of its own: each shop has its own."""
    return ""


@tells_why
def parse(topic: str, raw: bytes, reading: Reading) -> Event:
    if raw.startswith(_KNOCK):
        return Ignored("aviso de que o webhook foi cadastrado")
    if topic and not topic.startswith("order."):
        return Ignored(f"o evento {topic} não é de pedido")
    order = open_body(raw)
    status = _status(order)
    external_id = numeric_id(order, "id", "a identificação do pedido")
    if topic == "order.deleted" or status == "trash":
        return OrderRemoved(external_id, _time(order, "date_modified", reading))
    if status in _DRAFTS:
        return Ignored("rascunho: ainda não é um pedido")
    return _order(_Told(order, _metas(order), reading), external_id)


@dataclass(frozen=True, slots=True)
class _Told:
    """An order, its meta data by name, and what its words are read by."""

    order: Fields
    metas: Fields
    reading: Reading

    def time(self, name: str) -> datetime | None:
        return _time(self.order, name, self.reading)

    def asked(self, name: str) -> str:
        """What the Brazilian plug-in asked the buyer."""
        kept = (self.metas.text(meta) for meta in _META_OF[name])
        return self.order.inside("billing").text(name) or next((one for one in kept if one), "")


def _status(order: Fields) -> str:
    return order.text("status").removeprefix("wc-")


def _time(order: Fields, name: str, reading: Reading) -> datetime | None:
    return moment(order, f"{name}_gmt", UTC) or moment(order, name, reading.zone)


def _metas(order: Fields) -> Fields:
    return Fields({row.text("key"): row.raw("value") for row in order.rows("meta_data")})


def _order(told: _Told, external_id: str) -> OrderSeen:
    order, billing = told.order, told.order.inside("billing")
    total = amount(order, "total", "o total")
    shipments = each_once(_shipments(told))
    payment, fulfillment, is_cancelled = _state(told, has_parcel=bool(shipments))
    refunded = min(_refunded(order, payment, total), total)
    return OrderSeen(
        external_id=external_id,
        number=plain(order.text("number"), 40) or external_id,
        payment=_after_refunds(payment, refunded, total),
        fulfillment=fulfillment,
        platform_status=plain(order.text("status"), 80),
        currency=currency(order),
        total=total,
        refunded=refunded,
        discount=amount_or_nothing(order, "discount_total", "o desconto"),
        freight=amount_or_nothing(order, "shipping_total", "o frete"),
        placed_at=must_have_happened(told.time("date_created"), "a data do pedido", "date_created"),
        paid_at=told.time("date_paid"),
        shipped_at=_completed(told, fulfillment, _Ship.SHIPPED),
        delivered_at=_completed(told, fulfillment, _Ship.DELIVERED),
        is_cancelled=is_cancelled,
        updated_at=told.time("date_modified"),
        payment_method=payments.method(order.text("payment_method_title")),
        payment_url=url(order.text("payment_url")) if order.is_true("needs_payment") else "",
        boleto_code=_first(payments.boleto_code(text) for _, text in _meta_texts(told.metas)),
        boleto_url=_first(url(text) for name, text in _meta_texts(told.metas) if _is_boleto(name)),
        pix_code=_first(payments.pix_code(text) for _, text in _meta_texts(told.metas)),
        name=buyers.full_name(billing) or buyers.full_name(order.inside("shipping")),
        email=buyers.email(billing.text("email")),
        document=_document(told),
        phones=_phones(told),
        items=tuple(_item(row) for row in order.rows("line_items")),
        shipments=shipments,
    )


def _shipments(told: _Told) -> Iterator[ShipmentSeen]:
    yield from parcels(told.order.text("correios_tracking_code"))
    yield from parcels(told.metas.text("_correios_tracking_code"))
    for row in told.metas.rows("_wc_shipment_tracking_items"):
        carrier = row.text("custom_tracking_provider") or row.text("tracking_provider")
        yield from parcels(row.text("tracking_number"), row.text("custom_tracking_link"), carrier)


def _state(told: _Told, *, has_parcel: bool) -> State:
    """Both axes. A parcel's code proves it was posted, never that it arrived."""
    status = _status(told.order)
    state = _OWN_STATES.get(status) or known_state(status, told.reading)
    if state is None:
        state = (_Pay.PENDING, _Ship.UNFULFILLED, False)
    payment, fulfillment, is_cancelled = state
    if status == "cancelled" and told.time("date_paid"):
        payment = _Pay.PAID
    is_on_its_way = has_parcel and (status == "completed" or fulfillment == _Ship.UNFULFILLED)
    if is_on_its_way and payment not in {_Pay.PENDING, _Pay.FAILED}:
        fulfillment = _Ship.SHIPPED
    return payment, fulfillment, is_cancelled


def _refunded(order: Fields, payment: Order.Payment, total: Decimal) -> Decimal:
    """What was given back: each refund is written as a negative text."""
    told = sum((size_of(row, "total", "o reembolso") for row in order.rows("refunds")), NOTHING)
    return total if payment == _Pay.REFUNDED and not told else told


def _after_refunds(payment: Order.Payment, refunded: Decimal, total: Decimal) -> Order.Payment:
    if payment != _Pay.PAID or not refunded:
        return payment
    return _Pay.PARTIALLY_REFUNDED if refunded < total else _Pay.REFUNDED


def _completed(
    told: _Told, fulfillment: Order.Fulfillment, reached: Order.Fulfillment
) -> datetime | None:
    return told.time("date_completed") if fulfillment == reached else None


def _meta_texts(metas: Fields) -> Iterator[tuple[str, str]]:
    """Every text of the meta data by its name, those one level down too."""
    for name in metas.told:
        yield name, metas.text(name)
        inner = metas.inside(name)
        yield from ((part, inner.text(part)) for part in inner.told)


def _is_boleto(name: str) -> bool:
    return any(word in name.lower() for word in _BOLETO_NAMES)


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _document(told: _Told) -> str:
    cpf, cnpj = told.asked("cpf"), told.asked("cnpj")
    is_company = told.order.inside("billing").text("persontype").upper() == "J"
    return buyers.document(*((cnpj, cpf) if is_company else (cpf, cnpj)))


def _phones(told: _Told) -> tuple[str, ...]:
    billing, shipping = told.order.inside("billing"), told.order.inside("shipping")
    country = billing.text("country") or "BR"
    numbers = (told.asked("cellphone"), billing.text("phone"), shipping.text("phone"))
    return buyers.canonical(numbers, country)


def _item(row: Fields) -> ItemSeen:
    count = quantity(row, "quantity", "a quantidade do item")
    return ItemSeen(
        name=plain(row.text("name"), 300) or "Item sem nome",
        sku=plain(row.text("sku"), 80),
        quantity=count,
        price=_price(row, count),
    )


def _price(row: Fields, count: Decimal) -> Decimal:
    """Of one, before coupons: `price` is after them, and the order tells them apart."""
    whole = amount_or_nothing(row, "subtotal", "o subtotal do item")
    if whole and count >= 1:
        return (whole / count).quantize(CENT, ROUND_HALF_UP)
    return amount_or_nothing(row, "price", "o preço do item")
