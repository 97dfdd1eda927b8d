"""Movimento financeiro: worked examples, the edges of a month, and what is never added up."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from evendas.accounts.models import Store
from pedidos.chart import bars
from pedidos.finance import Amount, Movement, movement
from pedidos.models import Label, Order
from pedidos.templatetags.money import money
from tests.conftest import Shop
from tests.pedidos.shelf import order

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Sao_Paulo")
Read = Callable[..., Movement]


def at(day: int, hour: int = 12, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def store(shop: Shop) -> Store:
    return shop.store


@pytest.fixture
def read(store: Store) -> Read:
    """The movement of a month as it stands at a moment; of the moment's own where none is told."""

    def told(now: datetime, month: date | None = None) -> Movement:
        return movement(store, month or now.date(), now=now)

    return told


def test_a_store_without_orders_has_no_means_and_nothing_to_compare_with(read: Read) -> None:
    found = read(at(10))
    assert (found.placed, found.paid, found.approved) == (Amount(), Amount(), 0)
    assert (found.placed.mean, found.approval) == (None, None)
    assert (found.placed_before, found.paid_before, found.by_label) == (None, None, [])
    assert [day.date.day for day in found.by_day] == list(range(1, 11))
    assert {day.before for day in found.by_day} == {None}


def test_the_worked_example(store: Store, read: Read) -> None:
    """Three placed, of which one paid, one paid and cancelled; and one of last month paid."""
    order(store, "100.00", at(2))
    order(store, "250.50", at(2, 15), paid=at(3))
    order(store, "49.50", at(9), paid=at(9), cancelled_at=at(10), refunded=Decimal("49.50"))
    order(store, "80.00", at(27, month=2), paid=at(1, 9))
    found = read(at(10, 18))
    assert found.placed == Amount(3, Decimal("400.00"))
    assert found.placed.mean == Decimal("400.00") / 3
    # What was given back is off; what was placed in February is paid in March.
    assert found.paid == Amount(3, Decimal("330.50"))
    assert (found.approved, found.approval) == (2, Decimal(2) / 3)
    assert (found.placed_today, found.paid_today) == (Amount(), Amount())
    assert [(part.label, part.amount.count) for part in found.by_label] == [
        (Label.WAITING_PAYMENT, 1),
        (Label.PAID, 1),
        (Label.CANCELLED, 1),
    ]
    assert sum(part.share for part in found.by_label) == pytest.approx(1)
    second, third = found.by_day[1], found.by_day[2]
    assert (second.placed, second.paid) == (Amount(2, Decimal("350.50")), Amount())
    assert (third.placed, third.paid) == (Amount(), Amount(1, Decimal("250.50")))


def test_the_month_before_counts_up_to_the_same_moment(store: Store, read: Read) -> None:
    order(store, "10.00", at(5, 11, 59, month=2))
    order(store, "20.00", at(5, 12, 1, month=2))
    order(store, "40.00", at(5, 9))
    found = read(at(5, 12))
    assert found.placed_before == Amount(1, Decimal("10.00"))
    assert found.placed_today == Amount(1, Decimal("40.00"))


def test_a_month_that_is_over_is_compared_with_the_whole_one_before(
    store: Store, read: Read
) -> None:
    order(store, "10.00", at(28, 23, 59, month=2))
    order(store, "20.00", at(31, 23, 59))
    order(store, "40.00", at(1, 0, month=4))
    found = read(at(20, month=4), date(2026, 3, 15))
    assert (found.placed, found.placed_before) == (
        Amount(1, Decimal("20.00")),
        Amount(1, Decimal("10.00")),
    )
    assert (found.begins, len(found.by_day), found.placed_today) == (date(2026, 3, 1), 31, None)
    # The 29th has no same day in February.
    assert found.by_day[27].before == Amount(1, Decimal("10.00"))
    assert found.by_day[28].before is None


def test_on_the_first_midnight_the_month_has_its_first_day(read: Read) -> None:
    assert [day.date for day in read(at(1, 0)).by_day] == [date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("zone", "month"), [("America/Sao_Paulo", 3), ("America/Manaus", 2)], ids=str
)
def test_a_day_is_the_stores(store: Store, zone: str, month: int) -> None:
    """Half past midnight in São Paulo is half past eleven of the evening before in Manaus."""
    store.timezone = zone
    store.save()
    order(store, "10.00", at(1, 0, 30), paid=at(1, 0, 30))
    found = movement(store, date(2026, month, 1), now=at(20))
    assert (found.placed.count, found.paid.count) == (1, 1)
    shown = [day.date for day in found.by_day if day.placed]
    assert shown == [date(2026, 3, 1) if month == 3 else date(2026, 2, 28)]


def test_other_money_is_told_apart_and_tests_are_told_nowhere(store: Store, read: Read) -> None:
    order(store, "10.00", at(2), paid=at(2))
    order(store, "70.00", at(2), paid=at(2), currency="USD")
    order(store, "99.00", at(2), paid=at(2), is_test=True)
    found = read(at(3))
    assert (found.placed, found.paid) == (Amount(1, Decimal(10)), Amount(1, Decimal(10)))
    assert found.abroad == {"USD": Amount(1, Decimal(70))}
    assert [part.amount.count for part in found.by_label] == [1]


def test_another_stores_orders_are_not_ours(store: Store, other_shop: Shop, read: Read) -> None:
    order(other_shop.store, "10.00", at(2), paid=at(2))
    assert (read(at(3)).placed, read(at(3)).paid) == (Amount(), Amount())


def test_it_costs_two_queries_whatever_was_sold(
    store: Store, read: Read, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 20):
        order(store, "10.00", at(day), paid=at(day))
    with django_assert_num_queries(2):
        read(at(20))


@pytest.mark.parametrize(
    ("payment", "fulfillment", "label"),
    [
        ("pending", "unfulfilled", Label.WAITING_PAYMENT),
        ("partially_paid", "unfulfilled", Label.WAITING_PAYMENT),
        ("in_analysis", "unfulfilled", Label.IN_ANALYSIS),
        ("authorized", "unfulfilled", Label.IN_ANALYSIS),
        ("failed", "unfulfilled", Label.REFUSED),
        ("paid", "unfulfilled", Label.PAID),
        ("partially_refunded", "unfulfilled", Label.PAID),
        ("paid", "separating", Label.SEPARATING),
        ("paid", "ready_for_pickup", Label.READY_FOR_PICKUP),
        ("paid", "shipped", Label.SHIPPED),
        ("pending", "shipped", Label.SHIPPED),
        ("paid", "delivered", Label.DELIVERED),
        ("refunded", "delivered", Label.REFUNDED),
    ],
)
def test_the_label_is_the_first_that_fits(
    store: Store, payment: str, fulfillment: str, label: Label
) -> None:
    kept = order(store, "10.00", at(2), payment=payment, fulfillment=fulfillment)
    assert Order.objects.get(pk=kept.pk).label == label
    Order.objects.filter(pk=kept.pk).update(cancelled_at=at(3))
    assert Order.objects.get(pk=kept.pk).label == Label.CANCELLED


def test_amounts_are_rounded_and_not_cut() -> None:
    assert money(Decimal(200) / 3) == "R$\N{NO-BREAK SPACE}66,67"
    assert money(Decimal("-84310.555"), "USD") == "−USD\N{NO-BREAK SPACE}84.310,56"
    assert money(None) == "—"


def test_bars_stand_side_by_side_and_the_highest_day_nearly_fills_the_picture(
    store: Store, read: Read
) -> None:
    order(store, "50.00", at(1))
    order(store, "100.00", at(2))
    order(store, "25.00", at(1, month=2))
    first, second, third = bars(read(at(3, 18)).by_day, today=date(2026, 3, 3))
    heights = [bar.height for bar in (first, second, third)]
    assert heights == ["47.000%", "94.000%", "0.000%"]
    assert [bar.before for bar in (first, second, third)] == ["76.500%", "", ""]
    # The first would run into today's.
    assert [bar.name for bar in (first, second, third)] == ["", "", "hoje"]
    ends = [float(bar.x[:-1]) + float(bar.width[:-1]) for bar in (first, second)]
    starts = [float(bar.x[:-1]) for bar in (second, third)]
    assert all(end < start for end, start in zip(ends, starts, strict=True))
