"""A whole installation whose every process may be killed, and comes back as under a manager."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg

from dev import postgres
from dev.local import ROOT, made, own_secrets, private
from dev.ports import free_port
from dev.processes import Program, Supervisor, spawn
from dev.valkey import Valkey
from tests.dev.waiting import until
from tests.running import Running, running_on

LIMIT = 120.0
# A minute of the product's clocks is six seconds here.
SCALE = 0.1


@dataclass
class House:
    """Servers, site and simulator; `facts` is what `opening` printed."""

    desk: Running
    database: postgres.Postgres
    valkey: Valkey
    env: Mapping[str, str]
    facts: dict[str, str]
    strikes: Counter[str] = field(default_factory=Counter)
    # What is meant to stay down for a while.
    resting: set[str] = field(default_factory=set)
    over: Event = field(default_factory=Event)

    def strike(self, name: str, *, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill a process as a crash does, and return when the next one is ready."""
        child = self.desk.children[name]
        os.killpg(child.process.pid, number)
        self.until(lambda: self.desk.children[name] is not child, f"{name} was not started again")
        self.until(lambda: self.is_ready(name), f"{name} did not come back")
        self.strikes[name] += 1

    def rest(self, name: str) -> None:
        """Stop a process, until `wake`."""
        self.resting.add(name)
        self.desk.children[name].stop()

    def wake(self, name: str) -> None:
        self.resting.discard(name)
        self.until(lambda: self.is_ready(name), f"{name} did not come back")

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop a process in its tracks: its connections stand, and nothing answers."""
        pid = self.desk.children[name].process.pid
        os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(pid, signal.SIGCONT)

    def crash_database(self) -> None:
        """What `pg_ctl -m immediate` does: no checkpoint, recovery at the next start."""
        self.strike("postgres", number=signal.SIGQUIT)

    def flush(self) -> None:
        """Let Valkey forget everything: bells, groups of the open sockets."""
        with socket.create_connection(("127.0.0.1", self.valkey.port), timeout=5) as line:
            line.sendall(f"AUTH {self.valkey.password}\r\nFLUSHALL\r\n".encode())
            replies = line.makefile("rb")
            assert [replies.readline(), replies.readline()] == [b"+OK\r\n"] * 2
        self.strikes["flush"] += 1

    def is_ready(self, name: str) -> bool:
        child = self.desk.children[name]
        return not child.has_ended() and child.program.ready(child.log)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database directly, past everything that is on trial."""
        with psycopg.connect(self.desk.database_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def command(self, statement: str) -> None:
        """Change the database directly: a fault, or its end."""
        with psycopg.connect(self.desk.database_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def count(self, query: str, *values: object) -> int:
        return int(self.rows(query, *values)[0][0])

    def manage(self, *words: str) -> str:
        """Run a management command in the installation; return what it printed."""
        argv = [sys.executable, "manage.py", *words]
        env = dict(self.env)
        done = subprocess.run(argv, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{words[0]}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def until(self, condition: Callable[[], object], complaint: str, limit: float = LIMIT) -> None:
        """Return when the condition holds; a database in recovery is no answer yet."""
        until(lambda: _holds(condition), seconds=limit, complaint=complaint)

    def keep(self) -> None:
        """Start again whatever died, until the house is closed; then stop it all.

        Both in one thread: the kernel ends a leashed child with the thread that started it.
        """
        while not self.over.wait(0.05):
            for name, child in list(self.desk.children.items()):
                if child.has_ended() and name not in self.resting:
                    self._revive(name)
        for child in self.desk.children.values():
            child.stop()

    def _revive(self, name: str) -> None:
        if name == "postgres":
            self.database.prepare()
        child = self.desk.children[name]
        self.desk.children[name] = spawn(child.program, log=child.log)


@contextmanager
def house(folder: Path, **settings: str) -> Iterator[House]:
    """Build an installation on servers of its own, a crash-proof database among them."""
    folder = made(folder)
    passwords = own_secrets(folder)
    database = postgres.settled(folder, port=free_port(), password=passwords["postgres"])
    valkey = Valkey(folder / "valkey", free_port(), passwords["valkey"])
    servers = Supervisor(private(folder / "servers"))
    try:
        database.prepare()
        valkey.prepare()
        started = servers.begin(database.program(), valkey.program())
        servers.await_ready(*started)
        database.create_database()
        urls = {"DATABASE_URL": database.url, "REDIS_URL": valkey.url}
        with running_on(urls, folder / "desk", settings, fill=_opening) as desk:
            desk.children |= {child.program.name: child for child in started}
            yield from _kept(House(desk, database, valkey, _environment(desk), _facts(folder)))
    finally:
        servers.stop()


def _kept(built: House) -> Iterator[House]:
    keeper = Thread(target=built.keep, daemon=True)
    keeper.start()
    try:
        yield built
    finally:
        built.over.set()
        keeper.join()


def _opening(env: Mapping[str, str]) -> Program:
    argv = (sys.executable, "-W", "ignore", "-m", "tests.faults.opening")
    return Program(name="opening", argv=argv, env=env, cwd=ROOT, limit=60)


def _environment(desk: Running) -> Mapping[str, str]:
    return desk.children["web"].program.env


def _facts(folder: Path) -> dict[str, str]:
    facts: dict[str, str] = json.loads((folder / "desk" / "logs" / "opening.log").read_text())
    return facts


def _holds(condition: Callable[[], object]) -> bool:
    with suppress(psycopg.OperationalError):
        return bool(condition())
    return False
