"""One simulator for all these tests, emptied before each."""

from collections.abc import Iterator

import httpx
import pytest

from automacao.simulator.client import SimulatorClient
from tests.automacao.simulator import stage as staging
from tests.automacao.simulator.stage import Desk, Running, Stage


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A simulator whose ten tries take two seconds and whose phones are quick."""
    state = tmp_path_factory.mktemp("simulator") / "state.json"
    running = staging.start(state, "--retry-scale", "0.002", "--arrival-delay", "0.02")
    yield running
    assert running.stop() == 0


@pytest.fixture
def stage(running: Running) -> Iterator[Stage]:
    control = SimulatorClient(running.url)
    control.clear()
    with control, httpx.Client(base_url=running.url, timeout=15, trust_env=False) as http:
        yield Stage(control, http)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk, server = staging.open_desk()
    yield desk
    server.shutdown()
    server.server_close()
