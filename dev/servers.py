"""PostgreSQL and Valkey for a run: those the environment names, else embedded ones."""

import os
from pathlib import Path

from dev import postgres
from dev.local import own_secrets
from dev.ports import remembered
from dev.processes import Supervisor
from dev.valkey import Valkey


def start_servers(supervisor: Supervisor, folder: Path, *, durable: bool = True) -> dict[str, str]:
    """Start what DATABASE_URL and REDIS_URL do not name; return both, whoever runs them.

    The caller holds the folder's lock. Set `durable=False` when the data may die in a crash.
    """
    passwords = own_secrets(folder)
    urls = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    if not urls["DATABASE_URL"]:
        urls["DATABASE_URL"] = _postgres(supervisor, folder, passwords["postgres"], durable=durable)
    if not urls["REDIS_URL"]:
        urls["REDIS_URL"] = _valkey(supervisor, folder, passwords["valkey"])
    return urls


def _postgres(supervisor: Supervisor, folder: Path, password: str, *, durable: bool) -> str:
    port = remembered(folder / "ports.json", "postgres")
    server = postgres.settled(folder, port=port, password=password, durable=durable)
    server.prepare()
    supervisor.await_ready(*supervisor.begin(server.program()))
    server.create_database()
    return server.url


def _valkey(supervisor: Supervisor, folder: Path, password: str) -> str:
    port = remembered(folder / "ports.json", "valkey")
    server = Valkey(folder / "valkey", port, password)
    server.prepare()
    supervisor.await_ready(*supervisor.begin(server.program()))
    return server.url
