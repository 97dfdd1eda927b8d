"""Orders put into a store as rows, without a platform that sends them."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from evendas.accounts.models import Store
from pedidos.models import Order, OrderItem, OrderMilestone, OrderPhone, Shipment

_numbers = count(70_001)


def put_order(
    store: Store,
    *,
    phone: str = "",
    parcel: tuple[str, str] | None = None,
    became: tuple[str, ...] = ("placed",),
    age: timedelta = timedelta(),
    **facts: object,
) -> Order:
    """Put an order of two shirts into a store; `parcel` is a code and where it is followed."""
    number = str(facts.pop("number", next(_numbers)))
    at = timezone.now() - age
    known = {"platform": "woocommerce", "external_id": number, "total": Decimal("249.90")}
    order = Order.objects.create(store=store, number=number, placed_at=at, **(known | facts))
    OrderItem.objects.create(
        store=store, order=order, position=0, name="Camiseta azul", quantity=2, price=Decimal(99)
    )
    if phone:
        OrderPhone.objects.create(store=store, order=order, phone=phone)
    if parcel:
        Shipment.objects.create(store=store, order=order, code=parcel[0], url=parcel[1])
    for kind in became:
        let_become(order, kind)
    return order


def let_become(order: Order, kind: str, *, age: timedelta = timedelta()) -> None:
    """Let a milestone of an order be heard of."""
    OrderMilestone.objects.create(
        store=order.store, order=order, kind=kind, at=timezone.now() - age
    )
