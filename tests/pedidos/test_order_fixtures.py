"""Every order a platform was seen to post: through its door, once, again, and in reverse order."""

from typing import Any

import pytest

from pedidos.models import Delivery, Order, OrderMilestone
from tests.conftest import Shop
from tests.fake_shop import FakeShop
from tests.pedidos.doors import Door, Rings, open_source, told_by, work
from tests.pedidos.order_data import ROWS, body, platform_of

POSTED = [one["file"] for one in ROWS if not one["file"].endswith(".order.json")]
# What is expected of a notice is expected of the order that is fetched for it.
FETCHED = {
    one["file"]: one["file"].replace(".webhook.", ".order.") for one in ROWS if "then_fetch" in one
}


@pytest.fixture
def doors(shop: Shop, seller: FakeShop) -> dict[str, Door]:
    """A shop on every platform; Nuvemshop's tells its orders when it is asked."""
    for one in ROWS:
        if "then_fetch" in one:
            seller.orders[one["then_fetch"].split()[1]] = body(FETCHED[one["file"]])
    platforms = {platform_of(name) for name in POSTED}
    return {platform: Door(open_source(shop, platform)) for platform in platforms}


def deliver(doors: dict[str, Door], names: list[str], rings: Rings) -> None:
    for name in names:
        assert doors[platform_of(name)].deliver(name).status_code == 200
    work(rings)


def assert_as_expected(names: list[str]) -> None:
    """Each is one row, and says exactly what the manifest says."""
    wanted: list[dict[str, Any]] = [
        one["expected"]
        for one in ROWS
        if one["file"] in {FETCHED.get(name, name) for name in names}
    ]
    assert Order.objects.count() == len(wanted) == len(names)
    for expected in wanted:
        told = told_by(Order.objects.get(external_id=expected["external_id"]))
        keys = expected.keys() & told.keys()
        assert {key: told[key] for key in keys} == {key: expected[key] for key in keys}
        assert expected.keys() - keys <= {"note", "display_number"}
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


@pytest.mark.parametrize("name", POSTED)
def test_a_posted_order_is_what_the_manifest_says_once_and_again(
    name: str, doors: dict[str, Door], rings: Rings
) -> None:
    deliver(doors, [name], rings)
    assert_as_expected([name])
    milestones = list(OrderMilestone.objects.order_by("id").values())
    deliver(doors, [name], rings)
    assert_as_expected([name])
    assert list(OrderMilestone.objects.order_by("id").values()) == milestones


@pytest.mark.parametrize("names", [POSTED, POSTED[::-1], [*POSTED, *POSTED[::-1]]])
def test_all_of_them_in_any_order_give_the_same(
    names: list[str], doors: dict[str, Door], rings: Rings
) -> None:
    deliver(doors, names, rings)
    assert_as_expected(POSTED)
