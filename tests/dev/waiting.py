"""Wait for what another process does."""

import time
from collections.abc import Callable
from pathlib import Path


def until(
    condition: Callable[[], object], *, seconds: float = 20, complaint: str = "nothing happened"
) -> None:
    """Return when the condition holds; fail with the complaint when it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{complaint} within {seconds:.0f} s"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Tell whether a process lives; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
