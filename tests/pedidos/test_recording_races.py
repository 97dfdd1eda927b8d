"""Two workers with one order: one row, one set of children, each milestone once."""

import time
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import transaction

from pedidos.actions.recording import Recorded
from pedidos.models import Order, OrderItem, OrderMilestone, OrderPhone
from pedidos.models.order import Label
from tests.conftest import Shop
from tests.databases import another_connection
from tests.pedidos.told import MINUTE, NOON, PAID, SENT, open_source, order_of, record
from tests.together import LIMIT, together

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


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "new"])
def test_an_older_word_waits_for_the_newer_one_and_then_counts_no_more(
    shop: Shop, rings: list[tuple[str, tuple[int, ...]]], *, is_known: bool
) -> None:
    source = open_source(shop)
    if is_known:
        record(source, updated_at=NOON - MINUTE)
    written = Event()

    def newer() -> Recorded:
        with transaction.atomic():
            recorded = record(source, updated_at=NOON, **SENT)
            written.set()
            _until_somebody_waits()
        return recorded

    def older() -> Recorded:
        assert written.wait(LIMIT)
        return record(source, updated_at=NOON - MINUTE / 2, **PAID)

    first, second = together(newer, older)
    assert second == Recorded(order_id=first.order_id)
    assert order_of(first).label == Label.SHIPPED
    assert order_of(first).shipments.count() == 1


def _until_somebody_waits() -> None:
    deadline = time.monotonic() + LIMIT / 2
    with another_connection() as other:
        while not other.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            assert time.monotonic() < deadline, "nobody waits for the order"
            time.sleep(0.01)
