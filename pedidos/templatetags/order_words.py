"""How orders are named on screens: the colour of a label, the shop they come from, their lines."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from evendas import phones, tax_ids
from pedidos.models import Order, OrderItem, Source
from pedidos.models.order import Label

register = template.Library()

# The word is always beside it.
_COLOURS = {
    Label.WAITING_PAYMENT: "amber",
    Label.IN_ANALYSIS: "amber",
    Label.REFUSED: "red",
    Label.PAID: "green",
    Label.SEPARATING: "teal",
    Label.READY_FOR_PICKUP: "teal",
    Label.SHIPPED: "purple",
    Label.DELIVERED: "blue",
    Label.REFUNDED: "grey",
    Label.CANCELLED: "grey",
}
# What a store brings in by itself, without a shop that sends it.
OWN_WAYS = {"csv": "Planilha"}


@register.filter
def label_colour(order: Order) -> str:
    """The token of the order's label."""
    return _COLOURS[Label(order.label)]


@register.filter
def platform_name(platform: str) -> str:
    """Where an order comes from, as people call it."""
    return {**dict(Source.Platform.choices), **OWN_WAYS}.get(platform, platform)


@register.filter
def quantity(amount: Decimal) -> str:
    """How many, without the places that say nothing."""
    places = 0 if amount == amount.to_integral_value() else 3
    return str(number_format(amount, decimal_pos=places, use_l10n=True))


@register.filter
def line_total(item: OrderItem) -> Decimal:
    """What a line of an order makes together."""
    return (item.quantity * item.price).quantize(Decimal("0.01"))


@register.filter
def items_total(order: Order) -> Decimal:
    """What the lines of an order make together."""
    return sum((line_total(item) for item in order.items.all()), Decimal(0))


@register.filter
def order_phone(e164: str) -> str:
    return phones.display(e164)


@register.filter
def document_kind(document: str) -> str:
    return tax_ids.kind(document)


@register.filter
def document_shown(document: str) -> str:
    return tax_ids.display(document)
