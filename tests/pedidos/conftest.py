"""The shops of a store, and the server of one."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.conftest import Shop
from tests.fake_shop import FakeShop, open_fake_shop
from tests.pedidos.doors import Door, open_source


@pytest.fixture
def woo(shop: Shop) -> Door:
    return Door(open_source(shop, "woocommerce"))


@pytest.fixture
def shopify(shop: Shop) -> Door:
    return Door(open_source(shop, "shopify"))


@pytest.fixture
def nuvem(shop: Shop) -> Door:
    return Door(open_source(shop, "nuvemshop"))


@pytest.fixture
def evendas(shop: Shop) -> Door:
    return Door(open_source(shop, "evendas"))


@pytest.fixture
def seller(settings: Settings) -> Iterator[FakeShop]:
    """The server of a shop; Nuvemshop's API stands there too."""
    with open_fake_shop() as shop:
        settings.NUVEMSHOP_URL = shop.url
        yield shop
