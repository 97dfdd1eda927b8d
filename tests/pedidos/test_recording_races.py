"""Two workers with one order: one row, one set of children, each milestone once."""

from datetime import timedelta
from functools import partial

import pytest

from pedidos.models import Order, OrderItem, OrderMilestone, OrderPhone
from pedidos.models.order import Label
from tests.conftest import Shop
from tests.pedidos.told import MINUTE, NOON, PAID, SENT, open_source, order_of, record
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_met_by_several_at_once_is_made_once(
    shop: Shop, rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    source = open_source(shop)
    told = together(*[partial(record, source, **SENT)] * 4)
    assert sorted(one.is_new for one in told) == [False, False, False, True]
    assert {one.order_id for one in told} == {Order.objects.get().pk}
    assert (OrderItem.objects.count(), OrderPhone.objects.count()) == (2, 2)
    assert OrderMilestone.objects.count() == 3
    assert sum(len(one.milestones) for one in told) == 3
    assert rings == [("sac.order_changed", (told[0].order_id,))]


@pytest.mark.parametrize("turn", range(3))
def test_words_that_cross_end_with_the_newest(
    shop: Shop, rings: list[tuple[str, tuple[int, ...]]], turn: int
) -> None:
    source = open_source(shop)
    now = NOON + timedelta(hours=1)
    words = [
        partial(record, source, now=now, updated_at=NOON),
        partial(record, source, now=now, updated_at=NOON + MINUTE, **PAID),
        partial(record, source, now=now, updated_at=NOON + 2 * MINUTE, **SENT),
    ]
    told = together(*words[turn:], *words[:turn])
    order = order_of(told[0])
    assert (order.label, order.platform_updated_at) == (Label.SHIPPED, NOON + 2 * MINUTE)
    assert order.items.count() == 2
    kinds = list(order.milestones.values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds))
    assert {"placed", "paid", "shipped"} == set(kinds)
