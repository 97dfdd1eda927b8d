"""Servers lent to one test run: quick, not crash-proof, kept between runs for a quick start."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from dev.local import ROOT, held, made
from dev.processes import Supervisor
from dev.servers import start_servers

# Set for every process of a run: whoever finds it starts nothing.
MARK = "EVENDAS_TESTBED"


@contextmanager
def lent() -> Iterator[dict[str, str]]:
    """Start servers, yield the environment that leads to them, and stop them always."""
    with ExitStack() as stack:
        folder = _free_folder(stack)
        supervisor = Supervisor(folder)
        stack.callback(supervisor.stop)
        yield {
            **start_servers(supervisor, folder, durable=False),
            "EVENDAS_DEMO": "1",
            "EVENDAS_LOCAL_DIR": str(folder / "files"),
            MARK: str(folder),
        }


def _free_folder(stack: ExitStack) -> Path:
    """Take the first folder no other run holds: several runs of one clone do not meet."""
    tests = made(made(ROOT / ".local") / "tests")
    folders = (made(tests / str(number)) for number in count())
    return next(folder for folder in folders if stack.enter_context(held(folder / "lock")))
