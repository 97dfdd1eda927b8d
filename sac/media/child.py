"""Runs what reads a stranger's bytes in a child of its own: a bomb kills only the child."""

import subprocess
import sys
import tempfile
from pathlib import Path

# Bytes of address space, and of a file it writes.
ADDRESS_SPACE = 512 * 1024 * 1024
WRITTEN = 64 * 1024 * 1024
# Of what a child says, no more is read: a file may name its streams at any length.
MAX_SAID = 256 * 1024
# All it is told. Heaps of threads would each take 64 MB of the address space.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
_LIMITED = Path(__file__).with_name("limited.py")


class ChildFailed(Exception):
    """It gave up, was stopped by a limit or took too long. The text is its own, for logs."""


def run(*argv: str, cpu: int, room: Path) -> str:
    """Run a program within `cpu` seconds of CPU, in the folder `room`; return what it said.

    It knows no setting and no secret of ours. Raises ChildFailed.
    """
    limits = (str(ADDRESS_SPACE), str(cpu), str(WRITTEN))
    command = [sys.executable, "-I", str(_LIMITED), *limits, *argv]
    with tempfile.TemporaryFile(dir=room) as said:
        code = _wait(command, said.fileno(), room, seconds=cpu * 3)
        said.seek(0)
        text = said.read(MAX_SAID).decode(errors="replace")
    if code != 0:
        raise ChildFailed(f"code {code}: {text[-300:]}")
    return text


def _wait(command: list[str], said: int, room: Path, *, seconds: float) -> int:
    """A busy machine gets three times the time: what costs is the CPU, and that is limited."""
    try:
        done = subprocess.run(  # noqa: S603 - programs of ours, and paths we made
            command,
            cwd=room,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(f"not done within {seconds:.0f} s") from error
    return done.returncode
