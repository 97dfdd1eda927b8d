"""Orders that are gone from their platform, and buyers who asked to be forgotten."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from evendas.accounts.models import AuditEntry
from pedidos.actions.recording import Recorded, forget_people, remove_order
from pedidos.models import Order, OrderPhone, Source
from pedidos.models.order import Label
from pedidos.platforms.port import OrderRemoved, PeopleToForget
from tests.conftest import Shop
from tests.pedidos.told import MINUTE, NOON, PAID, open_source, order_of, record

pytestmark = pytest.mark.django_db
Rings = list[tuple[str, tuple[int, ...]]]
LATER = NOON + 60 * MINUTE


@pytest.fixture
def source(shop: Shop) -> Source:
    return open_source(shop, "shopify")


def test_an_order_its_platform_has_no_more_is_cancelled(
    source: Source,
    rings: Rings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    known = record(source)
    with django_capture_on_commit_callbacks(execute=True):
        removed = remove_order(source, OrderRemoved("1042"), now=LATER)
    assert removed is not None
    assert (removed.is_changed, [one.kind for one in removed.milestones]) == (True, ["cancelled"])
    order = order_of(known)
    assert (order.label, order.cancelled_at) == (Label.CANCELLED, LATER)
    assert order.platform_status == "excluído na plataforma"
    assert rings == [("sac.order_changed", (known.order_id,))]


def test_an_older_word_brings_no_order_back_and_a_newer_one_does(source: Source) -> None:
    known = record(source)
    remove_order(source, OrderRemoved("1042"), now=LATER)
    record(source, now=LATER, updated_at=NOON + MINUTE, **PAID)
    assert order_of(known).label == Label.CANCELLED
    record(source, now=LATER + MINUTE, updated_at=LATER + MINUTE, **PAID)
    assert order_of(known).label == Label.PAID


def test_a_removal_of_long_ago_or_again_changes_nothing(source: Source) -> None:
    known = record(source, updated_at=NOON + MINUTE)
    late = remove_order(source, OrderRemoved("1042", NOON), now=LATER)
    assert late == Recorded(order_id=known.order_id)
    remove_order(source, OrderRemoved("1042", NOON + MINUTE), now=LATER)
    again = remove_order(source, OrderRemoved("1042", NOON + MINUTE), now=LATER + MINUTE)
    assert again == Recorded(order_id=known.order_id)
    assert order_of(known).cancelled_at == NOON + MINUTE


def test_an_order_nobody_knew_is_not_removed(shop: Shop, source: Source) -> None:
    record(open_source(shop, "shopify"))
    assert remove_order(source, OrderRemoved("1042"), now=LATER) is None


ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "phones": ("+5511911110000",)}
BIA: dict[str, Any] = {"name": "Bia", "email": "bia@example.com", "phones": ("+5511922220000",)}


def _known(*orders: Recorded) -> list[str]:
    return [order_of(one).buyer_name for one in orders]


@pytest.mark.parametrize(
    "people",
    [
        PeopleToForget(email="ana@example.com"),
        PeopleToForget(phones=("+5511911110000",)),
        PeopleToForget(order_ids=("1", "99")),
    ],
)
def test_a_buyer_is_forgotten_by_anything_that_names_them(
    source: Source,
    rings: Rings,
    people: PeopleToForget,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ana, bia = record(source, external_id="1", **ANA), record(source, external_id="2", **BIA)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_people(source, people, now=LATER) == 1
    order = order_of(ana)
    assert (order.buyer_name, order.buyer_email, order.buyer_document) == ("", "", "")
    assert order.total > 0
    assert [row.phone for row in OrderPhone.objects.all()] == ["+5511922220000"]
    assert _known(bia) == ["Bia"]
    assert rings == [("sac.order_changed", (ana.order_id,))]
    line = AuditEntry.objects.get()
    assert (line.action, line.target_id) == ("orders.buyers_forgotten", source.pk)
    assert line.details == {"orders": 1}


def test_a_shop_that_left_takes_all_its_buyers_and_nobody_elses(
    shop: Shop, other_shop: Shop, source: Source
) -> None:
    own = [record(source, external_id=name, **ANA) for name in "12"]
    strangers = (open_source(shop, "shopify"), open_source(other_shop, "shopify"))
    others = [record(one, **ANA) for one in strangers]
    assert forget_people(source, PeopleToForget(is_everyone=True), now=LATER) == 2
    assert _known(*own, *others) == ["", "", "Ana", "Ana"]


def test_a_request_that_names_nobody_forgets_nobody(source: Source) -> None:
    ana = record(source, **{**ANA, "email": ""})
    assert forget_people(source, PeopleToForget(), now=LATER) == 0
    assert _known(ana) == ["Ana"]


def test_what_was_told_before_does_not_come_back(source: Source) -> None:
    ana = record(source, **ANA)
    forget_people(source, PeopleToForget(order_ids=("1042",)), now=LATER)
    record(source, now=LATER, updated_at=NOON, **ANA)
    assert _known(ana) == [""]
    assert not OrderPhone.objects.exists()


def test_forgetting_costs_the_same_for_one_and_for_many(
    source: Source, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in "123456":
        record(source, external_id=name, **ANA)
    record(source, external_id="7", **BIA)
    for email in ("ana@example.com", "bia@example.com"):
        with django_assert_num_queries(6):
            forget_people(source, PeopleToForget(email=email), now=LATER)
    assert not Order.objects.exclude(buyer_name="").exists()
