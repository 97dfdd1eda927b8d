"""Several threads that begin at the same moment, each with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")
LIMIT = 30.0


def together(*jobs: Callable[[], Result]) -> list[Result]:
    """Run the jobs side by side and return what each returned; the first error is raised."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Result]) -> Result:
        try:
            # Connected before the start: opening one would let the others win.
            connection.ensure_connection()
            barrier.wait(LIMIT)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(LIMIT) for future in [pool.submit(run, job) for job in jobs]]


def outcomes(*jobs: Callable[[], Result]) -> Sequence[Result | Exception]:
    """Like `together`, with an error in the place of a result."""

    def caught(job: Callable[[], Result]) -> Callable[[], Result | Exception]:
        def run() -> Result | Exception:
            try:
                return job()
            except Exception as error:  # noqa: BLE001 - it is what the test looks at
                return error

        return run

    return together(*(caught(job) for job in jobs))
