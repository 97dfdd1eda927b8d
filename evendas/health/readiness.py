"""Whether this installation does its work now: what `/pronto/` says."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import close_old_connections
from redis import Redis

from evendas.health.measures import Measures, measure
from evendas.health.probe import Probe
from evendas.timetable import QUEUES

if TYPE_CHECKING:
    from concurrent.futures import Future

logger = logging.getLogger(__name__)

# Seconds each server has to answer, and for which an answer is given again.
PATIENCE = 1.5
FRESH = 1.0

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Check:
    """One light: `ok` is None when it could not be looked at. Ages and limits in seconds."""

    ok: bool | None
    age: float | None = None
    limit: float | None = None

    def told(self) -> dict[str, Any]:
        if self.limit is None:
            return {"ok": self.ok}
        age = None if self.age is None else round(self.age, 1)
        return {"ok": self.ok, "age_seconds": age, "limit_seconds": self.limit}


Checks = dict[str, Check]


class Readiness:
    """Looks at most once per FRESH seconds, whoever asks how often."""

    def __init__(self) -> None:
        self._database = Probe(_ask_database)
        self._redis = Probe(_ask_redis)
        self._looking = threading.Lock()
        self._seen: tuple[float, Checks] | None = None

    def checks(self) -> Checks:
        """Return every light. Somebody who comes during a look is told what was seen before."""
        seen = self._seen
        if not self._looking.acquire(blocking=seen is None):
            return seen[1] if seen else {}
        try:
            return self._look_again()
        finally:
            self._looking.release()

    def forget(self) -> None:
        """Look anew at the next question."""
        self._seen = None

    def _look_again(self) -> Checks:
        if self._seen and time.monotonic() - self._seen[0] < FRESH:
            return self._seen[1]
        checks = self._look()
        self._seen = (time.monotonic(), checks)
        return checks

    def _look(self) -> Checks:
        end = time.monotonic() + PATIENCE
        asked, redis = self._database.begin(), self._redis.begin()
        measures = _answer(asked, end)
        has_redis = _answer(redis, end) is not None
        return {
            "database": Check(measures is not None),
            "redis": Check(has_redis),
            **_pulses(measures),
            "inbox": _age("inbox", measures.inbox if measures else None),
            "outbox": _age("outbox", measures.outbox if measures else None),
        }


def _ask_database() -> Measures:
    try:
        return measure()
    finally:
        close_old_connections()


def _ask_redis() -> bool:
    patience = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    with Redis.from_url(settings.REDIS_URL, **patience) as client:
        return bool(client.ping())


def _answer(asked: "Future[Answer]", end: float) -> Answer | None:
    """Return the answer if it comes by `end`. Why not is for the log alone."""
    try:
        return asked.result(timeout=max(end - time.monotonic(), 0))
    except Exception as error:  # noqa: BLE001 - whatever it is, the light is red
        logger.warning("not ready: %s: %s", type(error).__name__, error)
        return None


def _pulses(measures: Measures | None) -> Checks:
    names = [*(f"worker_{queue}" for queue in QUEUES), "beat"]
    if measures is None:
        return {name: _age("pulse", None) for name in names}
    known = measures.pulses
    # Who never gave a sign of life is not unknown: it never ran.
    missing = Check(ok=False, limit=settings.HEALTH_LIMITS["pulse"])
    return {name: _age("pulse", known[name]) if name in known else missing for name in names}


def _age(what: str, age: float | None) -> Check:
    limit = settings.HEALTH_LIMITS[what]
    return Check(None if age is None else age <= limit, age, limit)


readiness = Readiness()
