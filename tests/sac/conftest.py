"""What many tests of the desk begin with: a ticket being attended to, an open tab."""

from collections.abc import Callable, Iterator

import pytest

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of
from tests.sac.tabs import Tab

OpenTab = Callable[[Actor], Tab]


@pytest.fixture
def anas(shop: Shop, ana: Actor) -> Ticket:
    """A ticket of Suporte that Ana is attending to."""
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    return now_of(ticket)


@pytest.fixture
def open_tab(transactional_db: None) -> Iterator[OpenTab]:
    """Open a tab of the desk and wait until it is greeted."""
    tabs: list[Tab] = []

    def open_one(actor: Actor) -> Tab:
        tabs.append(Tab(actor))
        assert tabs[-1].next() == {"t": "hello"}
        return tabs[-1]

    yield open_one
    for tab in tabs:
        tab.close()
