"""The whole product running for a test: real processes on a database of their own."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

from automacao.simulator.client import Bubble, Details, SimulatorClient
from dev import stack
from dev.local import demo_logins, made, own_secrets, private
from dev.ports import free_port
from dev.processes import Child, Program, Supervisor, spawn
from dev.stack import Addresses
from sac import demo
from tests.databases import lent_database


class Phones(SimulatorClient):
    """Customers of the demo's own number, whatever other numbers a test adds."""

    def own_line(self) -> str:
        lines = self.state()["instances"]
        return str(next(one["name"] for one in lines if one["profile"] == demo.STORE))

    def receive(self, sender: str, text: str = "", **details: Unpack[Details]) -> str:
        details.setdefault("instance", self.own_line())
        return super().receive(sender, text, **details)

    def thread(self, phone: str, *, instance: str | None = None) -> list[Bubble]:
        return super().thread(phone, instance=instance or self.own_line())


@dataclass
class Running:
    """The demo's store, up and reachable."""

    web: str
    phones: str
    simulator: Phones
    logins: dict[str, str]
    database_url: str
    children: dict[str, Child]

    def restart(self, name: str) -> None:
        """Start a stopped program again, as a process manager would."""
        child = self.children[name]
        self.children[name] = spawn(child.program, log=child.log)
        limit = time.monotonic() + child.program.limit
        while not child.program.ready(child.log):
            assert time.monotonic() < limit, f"{name} did not come back"
            time.sleep(0.05)


@contextmanager
def running(folder: Path, *, redis_database: int, **settings: str) -> Iterator[Running]:
    """Bring the demo up on the run's own servers, and take it down."""
    redis_url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{redis_database}").geturl()
    template = os.environ["EVENDAS_TEMPLATE"]
    with lent_database(f"stack_{redis_database}", template=template) as database_url:
        urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        with running_on(urls, folder, settings, fill=_fill) as desk:
            yield desk


def _fill(env: Mapping[str, str]) -> Program:
    """Fill the demo with this morning; pictures show the two months before it as well."""
    return stack.seed(env, *(() if os.environ.get("EVENDAS_SCREENSHOTS") else ("--without-past",)))


@contextmanager
def running_on(
    urls: Mapping[str, str],
    folder: Path,
    settings: Mapping[str, str],
    *,
    fill: Callable[[Mapping[str, str]], Program] = stack.seed,
) -> Iterator[Running]:
    """Bring the site up in `folder` on these servers, with extra settings in its environment.

    `fill` gives the command that makes the first store, once the simulator answers.
    """
    addresses = Addresses(free_port(), free_port())
    folder = made(folder)
    logins = demo_logins(folder)
    env = stack.environment(folder, addresses, own_secrets(folder), urls) | dict(settings)
    supervisor = Supervisor(private(folder / "logs"))
    children: dict[str, Child] = {}
    try:
        children.update(_start(supervisor, env, addresses, fill))
        with Phones(addresses.simulator) as simulator:
            yield Running(
                web=addresses.web,
                phones=addresses.simulator,
                simulator=simulator,
                logins=logins,
                database_url=urls["DATABASE_URL"],
                children=children,
            )
    finally:
        for child in children.values():
            child.stop()
        supervisor.stop()


def _start(
    supervisor: Supervisor,
    env: dict[str, str],
    addresses: Addresses,
    fill: Callable[[Mapping[str, str]], Program],
) -> dict[str, Child]:
    phones = supervisor.begin(stack.simulator(env, addresses))
    supervisor.finish(*stack.preparation(env))
    site = supervisor.begin(*stack.site(env, addresses))
    supervisor.await_ready(*phones)
    supervisor.finish(fill(env))
    supervisor.await_ready(*site)
    return {child.program.name: child for child in [*phones, *site]}
