"""TCP ports of this machine, on 127.0.0.1 only."""

import errno
import json
import random
import socket
from pathlib import Path

from dev.local import kept, write_private
from dev.processes import Failure

# Below the kernel's own range for outgoing connections, which would take them now and then.
_POOL = range(15_000, 32_000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free_port() -> int:
    """Return a port nobody listens on."""
    return next(port for port in iter(_any_port, None) if is_free(port))


def remembered(file: Path, name: str) -> int:
    """Return the port this name had on earlier runs, or a new one when somebody took it."""
    ports = kept(file, {name: free_port})
    if not is_free(ports[name]):
        ports[name] = free_port()
        write_private(file, json.dumps(ports))
    return ports[name]


def chosen(variable: str, value: str) -> int:
    """Read a port a person gave in the environment, and insist that it is free."""
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65_535:
        raise Failure(f"{variable}={value!r} não é uma porta: use um número de 1 a 65535.")
    if not is_free(int(value)):
        raise Failure(
            f"A porta {value} já está em uso: feche o programa que a ocupa "
            f"ou escolha outra, por exemplo {variable}={_next_free(int(value))} make demo."
        )
    return int(value)


def _any_port() -> int:
    return random.choice(_POOL)  # noqa: S311 - a guess to be tried, not a secret


def _next_free(port: int) -> int:
    nearby = range(port + 10, min(port + 200, 65_535))
    return next((number for number in nearby if is_free(number)), free_port())
