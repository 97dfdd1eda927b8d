"""The beat gives a sign of life of its own, in the database: its rings may fail on their way."""

import threading
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import close_old_connections

from evendas.health.lifesign import mark, show_life


class Scheduler(PersistentScheduler):
    """Celery's, which marks that it ticks. A tick never waits for the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._marked_at = float("-inf")
        self._ticked = threading.Event()
        if not kwargs.get("lazy"):
            threading.Thread(target=self._mark, name="pulse", daemon=True).start()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        now = time.monotonic()
        if now - self._marked_at >= settings.PULSE_EVERY:
            self._marked_at = now
            show_life()
            self._ticked.set()
        return min(wait, settings.PULSE_EVERY)

    def _mark(self) -> None:
        while True:
            self._ticked.wait()
            self._ticked.clear()
            mark("beat")
            close_old_connections()
