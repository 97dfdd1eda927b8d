"""The one word a person reads, before there is a row: as the database draws it (`Order.label`)."""

from pedidos.models.order import Label, Order

_Pay, _Ship = Order.Payment, Order.Fulfillment

_BY_FULFILLMENT = {
    _Ship.DELIVERED: Label.DELIVERED,
    _Ship.SHIPPED: Label.SHIPPED,
    _Ship.READY_FOR_PICKUP: Label.READY_FOR_PICKUP,
    _Ship.SEPARATING: Label.SEPARATING,
}
_BY_PAYMENT = {
    _Pay.PAID: Label.PAID,
    _Pay.PARTIALLY_REFUNDED: Label.PAID,
    _Pay.IN_ANALYSIS: Label.IN_ANALYSIS,
    _Pay.AUTHORIZED: Label.IN_ANALYSIS,
    _Pay.FAILED: Label.REFUSED,
}


def label_of(
    payment: Order.Payment, fulfillment: Order.Fulfillment, *, is_cancelled: bool
) -> Label:
    """Return the label: cancelled, then refunded, then where the goods are, then the payment."""
    if is_cancelled:
        return Label.CANCELLED
    if payment == _Pay.REFUNDED:
        return Label.REFUNDED
    by_payment = _BY_PAYMENT.get(payment, Label.WAITING_PAYMENT)
    return _BY_FULFILLMENT.get(fulfillment, by_payment)
