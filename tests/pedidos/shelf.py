"""Orders as a platform would have told them, laid straight into a store's books."""

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from evendas.accounts.models import Store
from pedidos.models import Order

_numbers = count(9000)


def order(
    store: Store, total: str, placed: datetime, *, paid: datetime | None = None, **told: Any
) -> Order:
    """Keep an order of so much, placed then and paid then, or not yet."""
    number = str(next(_numbers))
    payment = Order.Payment.PAID if paid else Order.Payment.PENDING
    facts = {"platform": "woocommerce", "external_id": number, "number": number} | {
        "payment": payment,
        **told,
    }
    return Order.objects.create(
        store=store, total=Decimal(total), placed_at=placed, paid_at=paid, **facts
    )
