"""Tabs that are closed again, whatever a test did with them."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Actor
from tests.sac.tabs import Tab

OpenTab = Callable[[Actor], Tab]


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
