"""How the orders beside a conversation are told: what was bought, and how the rest is paid."""

from django import template

from pedidos.models import Order
from sac.order_offers import Way, is_payable, item_line, payment_ways

register = template.Library()


@register.filter
def bought(order: Order) -> str:
    return item_line(order)


@register.filter
def payable(order: Order) -> bool:
    return is_payable(order)


@register.filter
def ways_to_pay(order: Order) -> list[Way]:
    return payment_ways(order)
