"""What may go wrong inside a worker, at a signal: handed to a test's worker with `--include`."""

import signal
import threading
from types import FrameType
from typing import Any

from celery import shared_task, signals

_release = threading.Event()


@shared_task(name="ailments.work")
def work() -> None:
    """Be at work until SIGUSR2."""
    _release.wait()


@signals.worker_ready.connect(weak=False)
def _be_ready_to_ail(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's consumer
    def deafen(_number: int, _frame: FrameType | None) -> None:
        # What is left of a worker whose poller was taken off the loop by a late disconnect of the
        # connection before (kombu's flaw): alive, connected, and never listening again.
        sender.hub.on_tick.clear()

    def hang(_number: int, _frame: FrameType | None) -> None:
        threading.Event().wait()

    def release(_number: int, _frame: FrameType | None) -> None:
        _release.set()

    signal.signal(signal.SIGUSR1, deafen)
    signal.signal(signal.SIGUSR2, release)
    signal.signal(signal.SIGHUP, hang)
