"""PostgreSQL and Valkey for a run: those the environment names, else embedded ones."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from dev import postgres
from dev.local import own_secrets
from dev.ports import remembered
from dev.processes import Failure, Supervisor
from dev.valkey import Valkey


def start_servers(supervisor: Supervisor, folder: Path, *, durable: bool = True) -> dict[str, str]:
    """Start what DATABASE_URL and REDIS_URL do not name; return both, whoever runs them.

    The caller holds the folder's lock. Set `durable=False` when the data may die in a crash.
    """
    passwords = own_secrets(folder)
    database = _named("DATABASE_URL", 5432)
    redis = _named("REDIS_URL", 6379)
    return {
        "DATABASE_URL": database
        or _postgres(supervisor, folder, passwords["postgres"], durable=durable),
        "REDIS_URL": redis or _valkey(supervisor, folder, passwords["valkey"]),
    }


def _named(variable: str, usual_port: int) -> str:
    """Return the address a person gave, if any; insist that somebody answers there."""
    url = os.environ.get(variable, "")
    if host := urlsplit(url).hostname:
        port = urlsplit(url).port or usual_port
        try:
            socket.create_connection((host, port), timeout=5).close()
        except OSError as error:
            raise Failure(
                f"Ninguém responde em {host}:{port}, o endereço de {variable}."
            ) from error
    return url


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
