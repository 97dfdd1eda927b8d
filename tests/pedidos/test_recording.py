"""An order told by a platform becomes rows: once, in the order of its clock, losing nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from pedidos.actions.recording import Recorded, record_order
from pedidos.models import Order, OrderMilestone, OrderPhone, Source
from pedidos.models.order import Label
from pedidos.platforms.port import ItemSeen, ShipmentSeen
from tests.conftest import Shop
from tests.pedidos.told import (
    MINUTE,
    MUG,
    NOON,
    PAID,
    PARCEL,
    SENT,
    SHIRT,
    open_source,
    order_of,
    record,
    told,
)

pytestmark = pytest.mark.django_db
Rings = list[tuple[str, tuple[int, ...]]]
Kind = OrderMilestone.Kind


@pytest.fixture
def source(shop: Shop) -> Source:
    return open_source(shop)


def _kinds(recorded: Recorded) -> list[str]:
    return [one.kind for one in recorded.milestones]


def _phones(recorded: Recorded) -> list[str]:
    return list(order_of(recorded).phones.order_by("id").values_list("phone", flat=True))


def test_a_new_order_is_kept_whole(source: Source) -> None:
    recorded = record(source, shipments=(PARCEL,))
    order = order_of(recorded)
    assert (recorded.is_new, recorded.is_changed) == (True, True)
    assert (order.store_id, order.source_id) == (source.store_id, source.pk)
    assert (order.platform, order.external_id, order.number) == ("woocommerce", "1042", "1042")
    assert (order.total, order.label) == (Decimal("143.73"), Label.WAITING_PAYMENT)
    assert (order.buyer_name, order.buyer_document) == ("Marina Souza", "52998224725")
    assert [(row.position, row.name) for row in order.items.all()] == [
        (0, "Caneca"),
        (1, "Camiseta"),
    ]
    assert [row.code for row in order.shipments.all()] == ["AA123456785BR"]
    assert _phones(recorded) == ["+5511987654321", "+551132654321"]
    assert [(row.kind, row.at) for row in recorded.milestones] == [(Kind.PLACED, NOON)]


def test_the_same_word_again_does_nothing(
    source: Source,
    rings: Rings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = record(source, **SENT)
    with django_capture_on_commit_callbacks(execute=True):
        again = record(source, now=NOON + MINUTE, **SENT)
    assert again == Recorded(order_id=first.order_id)
    assert rings == []


def test_whoever_listens_is_rung_after_commit_when_something_changed(
    source: Source,
    rings: Rings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        recorded = record(source)
        assert rings == []
    assert rings == [("sac.order_changed", (recorded.order_id,))]
    with django_capture_on_commit_callbacks(execute=True):
        record(source, updated_at=NOON + MINUTE)
    assert len(rings) == 1
    with django_capture_on_commit_callbacks(execute=True):
        record(source, updated_at=NOON + 2 * MINUTE, **PAID)
    assert len(rings) == 2


def test_an_older_word_never_goes_over_a_newer_one(source: Source) -> None:
    paid = record(source, updated_at=NOON + MINUTE, **PAID)
    late = record(source, updated_at=NOON, items=())
    assert late == Recorded(order_id=paid.order_id)
    order = order_of(paid)
    assert (order.label, order.items.count()) == (Label.PAID, 2)
    assert order.platform_updated_at == NOON + MINUTE


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_any_order_of_arrival_ends_alike(source: Source, order: tuple[int, ...]) -> None:
    words: list[dict[str, Any]] = [
        {"updated_at": NOON},
        {"updated_at": NOON + MINUTE, "paid_at": NOON + MINUTE, **PAID},
        {"updated_at": NOON + 2 * MINUTE, "paid_at": NOON + MINUTE, **SENT},
    ]
    for place in (*order, *order):
        recorded = record(source, now=NOON + 3 * MINUTE, **words[place])
    last = order_of(recorded)
    assert (last.label, last.paid_at) == (Label.SHIPPED, NOON + MINUTE)
    reached = set(last.milestones.values_list("kind", flat=True))
    assert reached == {Kind.PLACED, Kind.PAID, Kind.SHIPPED}


def test_an_equal_time_counts_as_later(source: Source) -> None:
    record(source)
    assert record(source, **PAID).is_changed


def test_without_a_time_what_came_last_counts(source: Source) -> None:
    record(source, updated_at=NOON + MINUTE, **PAID)
    last = record(source, updated_at=None, payment=Order.Payment.FAILED)
    assert order_of(last).payment == Order.Payment.FAILED
    assert order_of(last).platform_updated_at == NOON + MINUTE
    assert record(source, updated_at=NOON) == Recorded(order_id=last.order_id)


def test_a_clock_gone_wrong_does_not_silence_the_order(source: Source) -> None:
    record(source, updated_at=NOON + timedelta(days=9000))
    later = NOON + timedelta(hours=2)
    assert record(source, now=later, updated_at=later, **PAID).is_changed


def test_the_time_of_payment_is_never_lost(source: Source) -> None:
    record(source, paid_at=NOON, **PAID)
    refunded: dict[str, Any] = {"payment": Order.Payment.REFUNDED, "refunded": Decimal("143.73")}
    last = record(source, updated_at=NOON + MINUTE, **refunded)
    assert order_of(last).paid_at == NOON
    told_better = record(source, updated_at=NOON + MINUTE, paid_at=NOON - MINUTE, **refunded)
    assert order_of(told_better).paid_at == NOON - MINUTE


def test_a_payment_without_a_time_was_made_when_it_was_heard_of(source: Source) -> None:
    record(source)
    paid = record(source, now=NOON + 9 * MINUTE, updated_at=NOON + MINUTE, **PAID)
    assert order_of(paid).paid_at == NOON + MINUTE
    record(source, now=NOON + 20 * MINUTE, updated_at=NOON + 20 * MINUTE, **SENT)
    assert order_of(paid).paid_at == NOON + MINUTE
    flat = record(source, external_id="2", now=NOON + 9 * MINUTE, updated_at=None, **PAID)
    assert order_of(flat).paid_at == NOON + 9 * MINUTE


@pytest.mark.parametrize(
    "payment", ["pending", "in_analysis", "authorized", "partially_paid", "failed"]
)
def test_what_is_not_paid_has_no_time_of_payment(source: Source, payment: str) -> None:
    assert order_of(record(source, payment=Order.Payment(payment))).paid_at is None


def test_a_cancelled_order_keeps_its_first_time_until_it_is_open_again(source: Source) -> None:
    first = record(source, is_cancelled=True, updated_at=NOON + MINUTE, now=NOON + MINUTE)
    record(source, is_cancelled=True, updated_at=NOON + 5 * MINUTE, now=NOON + 5 * MINUTE)
    assert order_of(first).cancelled_at == NOON + MINUTE
    record(source, updated_at=NOON + 6 * MINUTE)
    assert order_of(first).label == Label.WAITING_PAYMENT


def test_a_milestone_is_reached_once(source: Source) -> None:
    assert _kinds(record(source)) == [Kind.PLACED]
    assert _kinds(record(source, updated_at=NOON + MINUTE, **SENT)) == [Kind.PAID, Kind.SHIPPED]
    refused = record(source, updated_at=NOON + 2 * MINUTE, payment=Order.Payment.FAILED)
    assert _kinds(refused) == [Kind.REFUSED]
    assert _kinds(record(source, updated_at=NOON + 3 * MINUTE, **SENT)) == []


def test_milestones_carry_the_platforms_time_where_it_is_known(source: Source) -> None:
    paid_at, shipped_at, delivered_at = (NOON + count * MINUTE for count in (1, 2, 3))
    recorded = record(
        source,
        now=NOON + timedelta(days=1),
        updated_at=NOON + 9 * MINUTE,
        payment=Order.Payment.PAID,
        fulfillment=Order.Fulfillment.DELIVERED,
        paid_at=paid_at,
        shipped_at=shipped_at,
        delivered_at=delivered_at,
    )
    assert {row.kind: row.at for row in recorded.milestones} == {
        Kind.PLACED: NOON,
        Kind.PAID: paid_at,
        Kind.SHIPPED: shipped_at,
        Kind.DELIVERED: delivered_at,
    }


def test_other_milestones_carry_the_time_of_the_word(source: Source) -> None:
    last = record(
        source,
        now=NOON + timedelta(days=1),
        updated_at=NOON + 9 * MINUTE,
        payment=Order.Payment.REFUNDED,
        fulfillment=Order.Fulfillment.DELIVERED,
        is_cancelled=True,
    )
    assert {row.kind: row.at for row in last.milestones} == {
        Kind.PLACED: NOON,
        Kind.DELIVERED: NOON + 9 * MINUTE,
        Kind.CANCELLED: NOON + 9 * MINUTE,
        Kind.REFUNDED: NOON + 9 * MINUTE,
    }


@pytest.mark.parametrize(
    ("field", "known", "other"),
    [
        ("items", (MUG, SHIRT), (SHIRT,)),
        ("items", (MUG, SHIRT), (SHIRT, MUG)),
        ("items", (MUG,), ()),
        ("shipments", (PARCEL,), (ShipmentSeen(code="XYZ"), PARCEL)),
        ("shipments", (PARCEL,), (ShipmentSeen(code=PARCEL.code, url="https://r.example/1"),)),
        ("shipments", (PARCEL,), ()),
        ("phones", ("+5511987654321",), ("+551132654321", "+5511987654321")),
        ("phones", ("+5511987654321",), ("+5521987654321",)),
    ],
)
def test_children_are_replaced_as_a_set(
    source: Source, field: str, known: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    record(source, **_only(field, known))
    assert not record(source, **_only(field, known)).is_changed
    recorded = record(source, **_only(field, other))
    assert recorded.is_changed
    assert _kept(order_of(recorded), field) == list(other)


def _only(field: str, value: tuple[Any, ...]) -> dict[str, Any]:
    return {field: value}


def _kept(order: Order, field: str) -> list[object]:
    if field == "phones":
        return list(order.phones.order_by("id").values_list("phone", flat=True))
    if field == "shipments":
        rows = order.shipments.all()
        return [ShipmentSeen(code=one.code, url=one.url, carrier=one.carrier) for one in rows]
    return [
        ItemSeen(name=one.name, sku=one.sku, quantity=one.quantity, price=one.price)
        for one in order.items.all()
    ]


def test_a_word_without_peoples_data_wipes_none(source: Source) -> None:
    record(source)
    redacted: dict[str, Any] = {"name": "", "email": "", "document": "", "phones": ()}
    last = record(source, updated_at=NOON + MINUTE, **PAID, **redacted)
    order = order_of(last)
    assert (order.buyer_name, order.buyer_email) == ("Marina Souza", "marina@example.com")
    assert order.buyer_document == "52998224725"
    assert len(_phones(last)) == 2


def test_a_buyer_who_corrects_themself_is_believed(source: Source) -> None:
    record(source)
    last = record(source, updated_at=NOON + MINUTE, name="Marina S.", phones=("+5511987650000",))
    assert (order_of(last).buyer_name, _phones(last)) == ("Marina S.", ["+5511987650000"])


def test_what_can_no_longer_be_paid_by_is_gone(source: Source) -> None:
    record(source, payment_url="https://loja.example/pagar", pix_code="0002")
    paid = order_of(record(source, **PAID))
    assert (paid.payment_url, paid.pix_code) == ("", "")


def test_two_shops_on_one_platform_count_their_orders_alike(shop: Shop, other_shop: Shop) -> None:
    one, two, abroad = open_source(shop), open_source(shop), open_source(other_shop)
    ids = {record(source).order_id for source in (one, two, abroad, one, two, abroad)}
    assert len(ids) == 3
    assert OrderPhone.objects.filter(store=other_shop.store).count() == 2


def test_an_order_of_no_source_is_known_by_its_platform(shop: Shop) -> None:
    def bring(platform: str) -> Recorded:
        return record_order(None, platform, shop.store, told(), now=NOON)

    first = bring("planilha")
    assert bring("planilha") == Recorded(order_id=first.order_id)
    assert bring("api").order_id != first.order_id


def test_nothing_stays_of_an_order_that_cannot_be_kept(source: Source) -> None:
    with pytest.raises(ValueError, match="colour"):
        record(source, items=(MUG, _Broken()))
    assert not Order.objects.exists()


class _Broken:
    @property
    def name(self) -> str:
        raise ValueError("colour")


def _queries(source: Source, **changes: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        record(source, **changes)
    return len(queries)


def test_an_order_costs_the_same_however_much_is_in_it(source: Source) -> None:
    many: dict[str, Any] = {
        "items": (MUG,) * 60,
        "shipments": tuple(ShipmentSeen(code=f"C{number}") for number in range(30)),
        "phones": tuple(f"+55119876500{number}" for number in range(10, 20)),
    }
    few: dict[str, Any] = {"items": (MUG,), "shipments": (PARCEL,), "phones": ("+5511987654321",)}
    made = [_queries(source, external_id=name, **what) for name, what in (("1", few), ("2", many))]
    assert made == [14, 14]
    same = [_queries(source, external_id=name, **what) for name, what in (("1", few), ("2", many))]
    assert same == [7, 7]
    other = [
        _queries(source, external_id=name, updated_at=NOON + MINUTE, **SENT | what)
        for name, what in (("1", many), ("2", few))
    ]
    assert other == [15, 15]
    late = _queries(source, external_id="1", updated_at=NOON - MINUTE)
    assert late == 3
