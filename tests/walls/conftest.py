"""Two furnished stores, and who tries the doors."""

import pytest
from django.test import Client

from tests.conftest import Actor, Shop
from tests.walls.world import World, count_alike, furnish

CANARY = "canarioboreal"


@pytest.fixture
def far(other_shop: Shop) -> World:
    """The other store, with the canary word in every text of it."""
    count_alike()
    return furnish(other_shop, CANARY)


@pytest.fixture
def near(shop: Shop) -> World:
    """The store of ana, sara and dono."""
    return furnish(shop, "aurora")


@pytest.fixture
def people(ana: Actor, sara: Actor, dono: Actor) -> dict[str, Client]:
    """Who tries every door, by role."""
    return {"anonymous": Client(), "ana": ana.client, "sara": sara.client, "dono": dono.client}
