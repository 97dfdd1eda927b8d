"""Two furnished stores, and the counts of what was tried, for the end of the run."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.conftest import Actor, Shop
from tests.walls.world import World, furnish

CANARY = "canarioboreal"
Count = Callable[[str], None]


@pytest.fixture
def far(other_shop: Shop) -> World:
    """The other store, with the canary word in every text of it."""
    return furnish(other_shop, CANARY)


@pytest.fixture
def near(shop: Shop) -> World:
    """The store of ana, sara and dono."""
    return furnish(shop, "aurora")


@pytest.fixture
def people(ana: Actor, sara: Actor, dono: Actor) -> dict[str, Client]:
    """Who tries every door, by role."""
    return {"anonymous": Client(), "ana": ana.client, "sara": sara.client, "dono": dono.client}


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Say what was tried; it is printed at the end of the run."""
    return lambda sentence: record_property("walls", sentence)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts, also under xdist: they travel with the reports of the tests."""
    lines = sorted(
        sentence
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, sentence in report.user_properties
        if name == "walls"
    )
    if lines:
        terminalreporter.section("walls")
    for line in lines:
        terminalreporter.write_line(line)
