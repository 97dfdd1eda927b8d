"""An admin's screen before the simulator."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from automacao.simulator.client import SimulatorClient
from tests.automacao.evolution_server import FakeGateway, served
from tests.automacao.screen import Rings, Screen
from tests.automacao.simulator import stage
from tests.conftest import Actor
from tests.simulated import hush


@pytest.fixture
def screen(
    gateway_process: stage.Running,
    dono: Actor,
    live_server: LiveServer,
    settings: Settings,
    rings: Rings,
) -> Iterator[Screen]:
    """The admin of the shop. Rings are recorded: `work` does the workers' work."""
    settings.GATEWAYS = {"evolution": {"url": gateway_process.url, "key": stage.GLOBAL_KEY}}
    settings.WEBHOOK_BASE_URL = f"http://127.0.0.1:{live_server.thread.port}"
    settings.SEND_BACKOFF = [0]
    with SimulatorClient(gateway_process.url) as control:
        control.clear()
        yield Screen(dono, control, rings)
        hush(control)


@pytest.fixture
def screen_of(screen: Screen, rings: Rings) -> Callable[[Actor], Screen]:
    """The screen of somebody else, before the same gateway."""
    return lambda actor: Screen(actor, screen.control, rings)


@pytest.fixture
def gateway(settings: Settings) -> Iterator[FakeGateway]:
    """A gateway that answers as it is told."""
    with served() as fake:
        settings.GATEWAYS = {"evolution": {"url": fake.url, "key": "global-key"}}
        settings.SEND_READ_TIMEOUT = 0.3
        yield fake
