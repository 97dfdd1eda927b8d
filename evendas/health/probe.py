"""A question that is given up when the answer does not come: by the clock, not by hope.

Timeouts of sockets do not bound everything: a name that does not resolve, a frozen server that
still acknowledges. So the question is asked on a thread of its own and waited for at most so long.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Probe(Generic[Answer]):
    """Asks one thing, once at a time: while an answer is missing, nobody else is sent to wait."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None

    def begin(self) -> Future[Answer]:
        """Return what will hold the answer, or what was raised instead."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._answer, args=[self._asked], daemon=True).start()
            return self._asked

    def _answer(self, asked: "Future[Answer]") -> None:
        try:
            asked.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            asked.set_exception(error)
