"""The whole product running for a test: real processes on a database of their own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from automacao.simulator.client import Bubble, Details, SimulatorClient
from dev import stack
from dev.local import demo_logins, made, own_secrets, private
from dev.ports import free_port
from dev.processes import Child, Supervisor, spawn
from dev.stack import Addresses
from sac import demo


class Phones(SimulatorClient):
    """Customers of the demo's own number, whatever other numbers a test adds."""

    def own_line(self) -> str:
        lines = self.state()["instances"]
        return str(next(one["name"] for one in lines if one["profile"] == demo.STORE))

    def receive(self, sender: str, text: str, **details: Unpack[Details]) -> str:
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
    """Bring the demo up in `folder`, with extra settings in its environment, and take it down."""
    addresses = Addresses(free_port(), free_port())
    database_url = _fresh_database(f"stack_{addresses.port}")
    redis_url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{redis_database}").geturl()
    folder = made(folder)
    logins = demo_logins(folder)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    env = stack.environment(folder, addresses, own_secrets(folder), urls) | settings
    supervisor = Supervisor(private(folder / "logs"))
    children: dict[str, Child] = {}
    try:
        children.update(_start(supervisor, env, addresses))
        with Phones(addresses.simulator) as simulator:
            yield Running(
                web=addresses.web,
                phones=addresses.simulator,
                simulator=simulator,
                logins=logins,
                database_url=database_url,
                children=children,
            )
    finally:
        for child in children.values():
            child.stop()
        supervisor.stop()
        _drop_database(database_url)


def _start(supervisor: Supervisor, env: dict[str, str], addresses: Addresses) -> dict[str, Child]:
    phones = supervisor.begin(stack.simulator(env, addresses))
    supervisor.finish(*stack.preparation(env))
    site = supervisor.begin(*stack.site(env, addresses))
    supervisor.await_ready(*phones)
    supervisor.finish(stack.seed(env))
    supervisor.await_ready(*site)
    return {child.program.name: child for child in [*phones, *site]}


def _fresh_database(name: str) -> str:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _drop_database(url: str) -> None:
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(statement)
