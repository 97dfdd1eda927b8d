"""The store's orders and where they come from. They know no ticket."""

from pedidos.models.delivery import Delivery
from pedidos.models.order import Label, Order, OrderItem, OrderMilestone, OrderPhone, Shipment
from pedidos.models.order_import import OrderImport, RefusedLine
from pedidos.models.source import Source
from pedidos.models.status import StatusRule
from pedidos.models.token import ApiToken, Scope

__all__ = [
    "ApiToken",
    "Delivery",
    "Label",
    "Order",
    "OrderImport",
    "OrderItem",
    "OrderMilestone",
    "OrderPhone",
    "RefusedLine",
    "Scope",
    "Shipment",
    "Source",
    "StatusRule",
]
