"""Both ends of a store's line: its desk over HTTP, and the simulator, a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from automacao.simulator.client import SimulatorClient
from sac.drain import drain_instance
from sac.models import Message
from tests.automacao.simulator import stage
from tests.conftest import Shop

QUICK = ("--arrival-delay", "0", "--retry-scale", "0.002")


@dataclass
class Line:
    """The shop's number at the simulated gateway, which posts to the live desk."""

    shop: Shop
    control: SimulatorClient
    desk_url: str

    def connect(self) -> None:
        """Let the gateway know the number, paired, with its webhook."""
        instance = self.shop.instance
        webhook = instance.webhook(self.desk_url)
        self.control.ensure(
            instance.gateway_name,
            token=instance.gateway_token,
            phone=instance.phone.lstrip("+"),
            profile="Loja",
            webhook={
                "url": webhook.url,
                "headers": {"X-Evendas-Secret": webhook.secret},
                "enabled": True,
                "events": [],
            },
        )
        self.hear()

    def hear(self) -> None:
        """Wait until the gateway has told everything, and work it off."""
        assert self.control.quiet(timeout=20)
        drain_instance(self.shop.instance.pk)

    @property
    def delivered(self) -> list[str]:
        """The texts that phones got through the gateway, in order. A doubled one is here twice."""
        return [one.text for one in self.control.sent()]


@pytest.fixture(scope="session")
def gateway_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Running]:
    running = stage.start(tmp_path_factory.mktemp("gateway") / "state.json", *QUICK)
    yield running
    running.stop()


@pytest.fixture
def line(
    gateway_process: stage.Running,
    shop: Shop,
    live_server: LiveServer,
    settings: Settings,
    rings: list[tuple[str, tuple[int, ...]]],
) -> Iterator[Line]:
    """The shop's number, connected. Rings are recorded: the test does the workers' work."""
    settings.GATEWAYS = {"evolution": {"url": gateway_process.url, "key": stage.GLOBAL_KEY}}
    with SimulatorClient(gateway_process.url) as control:
        control.clear()
        line = Line(shop, control, f"http://127.0.0.1:{live_server.thread.port}")
        line.connect()
        yield line
        hush(control)


def hush(control: SimulatorClient) -> None:
    """Let what is under way arrive, then forget it all: the tables are emptied after this."""
    control.reset_faults()
    control.quiet(timeout=5)
    control.clear()
    assert control.quiet(timeout=20)


def fresh(message: Message) -> Message:
    """Read a message anew."""
    return Message.objects.select_related("conversation__instance", "ticket").get(pk=message.pk)


def fate(message: Message) -> tuple[str, str]:
    """What became of a message: its state, and the reason shown with it."""
    known = fresh(message)
    return known.state, known.error
