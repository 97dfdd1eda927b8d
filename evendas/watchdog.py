"""Ends a worker that hears nothing any more, so that its process manager starts a fresh one.

After a broken connection a worker of Celery may come back without listening, alive to everybody
who looks at the process. So it sends itself a question over Redis every few seconds, to a queue of
its own, read by the same connection as its work. It is deaf when Redis takes the questions and none
arrives. While Redis is away nothing is held against it, nor while all its threads are at work.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from celery import bootsteps, signals
from celery.utils.nodenames import worker_direct
from celery.worker import WorkController, state
from django.conf import settings

from evendas.health.lifesign import show_life
from evendas.health.tasks import ASK
from evendas.leaving import leave

logger = logging.getLogger(__name__)

# What a worker that gave itself up ends with: "try again" of sysexits.h.
GAVE_UP = os.EX_TEMPFAIL
# Seconds a question may take to Redis.
PATIENCE = 2.0


class Verdict(Enum):
    """What is to be said of a worker, in its log."""

    WELL = "well"
    DEAF = "deaf: Redis takes what is sent to this worker, but it hears nothing"
    STUCK = "stuck: all its threads are at work and none gets done"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a worker shows: counters that only grow, and the state of the moment.

    A full worker begins a task only when another is done. `was_asked`: Redis took a question.
    """

    heard: int
    begun: int
    is_full: bool
    was_asked: bool


class Patience:
    """Remembers since when a worker does not do what it should. Moments are monotonic seconds."""

    def __init__(self, *, deaf_after: float, stuck_after: float) -> None:
        self._deaf_after = deaf_after
        self._stuck_after = stuck_after
        self._before: Sight | None = None
        self._silent_since: float | None = None
        self._full_since: float | None = None

    def judge(self, seen: Sight, *, now: float) -> Verdict:
        before, self._before = self._before or seen, seen
        if seen.heard != before.heard or seen.is_full or not seen.was_asked:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        if seen.begun != before.begun or not seen.is_full:
            self._full_since = None
        elif self._full_since is None:
            self._full_since = now
        if self._silent_since is not None and now - self._silent_since >= self._deaf_after:
            return Verdict.DEAF
        if self._full_since is not None and now - self._full_since >= self._stuck_after:
            return Verdict.STUCK
        return Verdict.WELL


class Watchdog(bootsteps.StartStopStep):
    """Lives and ends with the worker."""

    def __init__(self, parent: WorkController, **_: Any) -> None:
        super().__init__(parent)
        # Its consumer and its name come with the steps that follow.
        self._worker: Any = parent
        self._heard = 0
        self._is_over = threading.Event()

    def start(self, parent: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        signals.task_received.connect(self._note_heard, weak=False)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self, parent: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        self._is_over.set()

    def terminate(self, parent: WorkController) -> None:
        self.stop(parent)

    def _note_heard(self, **_: Any) -> None:
        self._heard += 1

    def _watch(self) -> None:
        patience = Patience(deaf_after=settings.DEAF_AFTER, stuck_after=settings.STUCK_AFTER)
        while not self._is_over.wait(settings.PULSE_EVERY):
            try:
                verdict = patience.judge(self._look(), now=time.monotonic())
            except Exception:
                # A connection that is being replaced lets go of anything at any moment.
                logger.exception("watchdog: could not look")
                continue
            if verdict is not Verdict.WELL:
                self._give_up(verdict)
                return
            show_life()

    def _look(self) -> Sight:
        is_full = self._is_full()
        return Sight(
            heard=self._heard,
            begun=state.all_total_count[0],
            is_full=is_full,
            was_asked=not is_full and self._ask(),
        )

    def _is_full(self) -> bool:
        """It takes nothing more for now, and so hears nothing: by the very rule it takes by."""
        consumer = self._worker.consumer.task_consumer
        return consumer is not None and not consumer.channel.qos.can_consume()

    def _ask(self) -> bool:
        """Send itself a question over a fresh connection. Tell whether Redis took it."""
        own = worker_direct(self._worker.hostname)
        served = set(self._worker.app.amqp.queues.consume_from) - {own.name}
        options = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        try:
            with self._worker.app.connection_for_write(transport_options=options) as connection:
                self._worker.app.send_task(
                    ASK, args=sorted(served), queue=own, connection=connection, retry=False
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, Redis did not take it
            logger.warning("watchdog: Redis does not answer: %s", error)
            return False
        return True

    def _give_up(self, verdict: Verdict) -> None:
        """End as if asked to, with another code; by force when even that hangs."""
        logger.critical("this worker ends itself with code %d, %s", GAVE_UP, verdict.value)
        leave()
        state.should_stop = GAVE_UP  # type: ignore[assignment] # typed as never asked
        time.sleep(settings.LEAVE_WITHIN)
        logger.critical("this worker does not end in %.0f s: cut off", settings.LEAVE_WITHIN)
        logging.shutdown()
        os._exit(GAVE_UP)
