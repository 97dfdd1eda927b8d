"""The store's orders and where they come from. They know no ticket."""

from pedidos.models.delivery import Delivery
from pedidos.models.order import Label, Order, OrderItem, OrderMilestone, OrderPhone, Shipment
from pedidos.models.source import Source
from pedidos.models.status import StatusRule

__all__ = [
    "Delivery",
    "Label",
    "Order",
    "OrderItem",
    "OrderMilestone",
    "OrderPhone",
    "Shipment",
    "Source",
    "StatusRule",
]
