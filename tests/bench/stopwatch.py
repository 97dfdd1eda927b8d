"""Times a piece of work again and again: medians, the processor's share, the database's share."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

_WARM_UP, _ROUNDS = 5, 30


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds: medians on the clock, of the processor and of the database's answers.

    `late` is on the clock too: one in twenty takes longer.
    """

    clock: float
    cpu: float
    sql: float
    late: float


def timed(work: Callable[[], object]) -> Taken:
    """Do the work until its plans and caches are warm, then time it."""
    for _ in range(_WARM_UP):
        work()
    rounds = [_round(work) for _ in range(_ROUNDS)]
    clock, cpu, sql = zip(*rounds, strict=True)
    return Taken(median(clock), median(cpu), median(sql), quantile(clock, 0.95))


def _round(work: Callable[[], object]) -> tuple[float, float, float]:
    asked: list[float] = []
    with connection.execute_wrapper(_clock(asked)):
        clock, cpu = time.perf_counter(), time.process_time()
        work()
        spent = time.perf_counter() - clock, time.process_time() - cpu
    return spent[0] * 1000, spent[1] * 1000, sum(asked) * 1000


def _clock(asked: list[float]) -> Callable[..., Any]:
    def ask(execute: Callable[..., Any], *words: object) -> Any:  # noqa: ANN401 - the cursor's
        began = time.perf_counter()
        try:
            return execute(*words)
        finally:
            asked.append(time.perf_counter() - began)

    return ask


@contextmanager
def lap(seconds: list[float]) -> Iterator[None]:
    """Add how long the block took."""
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
