"""The doorbell: tells the workers there is something to do, by task name and ids only.

A ring may be lost (Redis is down, the process dies): the sweep finds the work in its rows. So
ringing never waits, never raises and never carries anything that is not already committed. One
background thread per process does the talking, which also folds a burst of equal rings into one.
Work that no row tells of, and so no sweep finds, is rung for with `ring_once`.
"""

import logging
import threading

from celery import current_app

logger = logging.getLogger(__name__)

# Seconds. A ring nobody answered for so long is worth nothing: the sweeps have rung again since.
LIFE = 30.0

Ring = tuple[str, tuple[int, ...]]


class Bell:
    """Rings pending on one thread, each at most once."""

    def __init__(self) -> None:
        self._pending: dict[Ring, float | None] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, task: str, *ids: int, life: float | None) -> None:
        with self._changed:
            self._pending[task, ids] = life
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pending:
                    self._changed.wait()
                rings, self._pending = self._pending, {}
            for (task, ids), life in rings.items():
                _send(task, ids, life)


def _send(task: str, ids: tuple[int, ...], life: float | None) -> None:
    try:
        current_app.send_task(task, args=ids, retry=False, ignore_result=True, expires=life)
    except Exception as error:  # noqa: BLE001 - whatever Redis does, the sweep exists
        logger.warning("bell not rung for %s%s: %s", task, ids, error)


_bell = Bell()


def ring(task: str, *ids: int) -> None:
    """Ask the workers to run `task(*ids)` soon. Call after commit; returns at once."""
    _bell.ring(task, *ids, life=LIFE)


def ring_once(task: str, *ids: int) -> None:
    """Ring for what no sweep will ring for again: however late a worker comes to it, it is run."""
    _bell.ring(task, *ids, life=None)
