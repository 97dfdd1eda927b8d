"""Single processes of the product, on the test's own database and a Valkey that may be harmed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from redis import Redis

from dev import stack
from dev.local import made, own_secrets
from dev.ports import free_port
from dev.processes import Child, Program, spawn
from dev.ready import answers
from dev.stack import Addresses
from dev.valkey import Valkey
from evendas.health.measures import measure
from tests.dev.waiting import until

# Quick enough for a test, slow enough for a loaded machine.
HASTE = {"EVENDAS_PULSE_EVERY": "0.5", "EVENDAS_DEAF_AFTER": "6", "EVENDAS_LEAVE_WITHIN": "10"}


@dataclass
class Post:
    """Starts programs of the demo by name, and ends whatever it started."""

    folder: Path
    valkey: Valkey
    addresses: Addresses
    env: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str, *more: str) -> Child:
        """Start a program, perhaps with more words on its command line, and wait until it is up."""
        program = self.known(name)
        return self.run(replace(program, argv=(*program.argv, *more)))

    def known(self, name: str) -> Program:
        """Return a program of the demo as it is started here: without the files of its pages."""
        found = {program.name: program for program in stack.site(self.env, self.addresses)}
        alive = answers(f"{self.addresses.web}saude/")
        return replace(found[name], ready=alive) if name == "web" else found[name]

    def run(self, program: Program) -> Child:
        child = spawn(program, log=self.folder / f"{program.name}.log")
        self.children[program.name] = child
        until(lambda: child.has_ended() or program.ready(child.log), seconds=60)
        assert not child.has_ended(), child.log.read_text()
        return child

    def silence(self, queue: str) -> float:
        """Seconds since a worker of this queue gave a sign of life."""
        return measure().pulses.get(f"worker_{queue}", float("inf"))

    def client(self) -> Redis:
        return Redis.from_url(self.valkey.url)

    def close(self) -> None:
        for child in reversed(self.children.values()):
            child.process.send_signal(signal.SIGCONT)
            child.stop()


@contextmanager
def posted(folder: Path, **more: str) -> Iterator[Post]:
    """Have a Valkey of one's own, and the ways to start the rest. The test's rows are committed."""
    known = connection.settings_dict
    password = quote(known["PASSWORD"], safe="")
    at = f"{known['HOST']}:{known['PORT']}"
    secrets = own_secrets(made(folder))
    valkey = Valkey(folder / "valkey", free_port(), secrets["valkey"])
    valkey.prepare()
    addresses = Addresses(free_port(), free_port())
    urls = {
        "DATABASE_URL": f"postgresql://{known['USER']}:{password}@{at}/{known['NAME']}",
        "REDIS_URL": valkey.url,
    }
    # What the test seals and signs, they read.
    keys = {
        "EVENDAS_SECRET_KEY": settings.SECRET_KEY,
        "EVENDAS_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
    }
    env = stack.environment(folder, addresses, secrets, urls) | HASTE | keys | more
    post = Post(folder, valkey, addresses, env)
    try:
        post.run(valkey.program())
        yield post
    finally:
        post.close()
