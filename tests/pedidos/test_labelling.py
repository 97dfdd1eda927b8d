"""The label drawn before there is a row is the one the database draws."""

from decimal import Decimal
from itertools import product

import pytest

from evendas import clock
from pedidos.labelling import label_of
from pedidos.models import Order
from tests.conftest import Shop

EVERY = list(product(Order.Payment, Order.Fulfillment, [False, True]))


@pytest.mark.django_db
def test_both_ways_to_the_label_agree_about_every_state(shop: Shop) -> None:
    now = clock.now()
    Order.objects.bulk_create(
        Order(
            store=shop.store,
            platform="woocommerce",
            external_id=str(number),
            number=str(number),
            payment=payment,
            fulfillment=fulfillment,
            total=Decimal(1),
            placed_at=now,
            cancelled_at=now if is_cancelled else None,
        )
        for number, (payment, fulfillment, is_cancelled) in enumerate(EVERY)
    )
    drawn = [order.label for order in Order.objects.order_by("id")]
    said = [label_of(pay, ship, is_cancelled=is_cancelled) for pay, ship, is_cancelled in EVERY]
    assert len(drawn) == 8 * 7 * 2
    assert drawn == said
