"""Signals to the supervisor: noted at once, heeded at the next pause.

An exception out of a signal handler could land between starting a child and writing it down.
"""

import signal
import time
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Asked(Exception):
    """Somebody wants us to stop."""


class Attention:
    """Remembers that a stop was asked for; asking again changes nothing."""

    def __init__(self) -> None:
        self._asked = False
        for number in _STOPS:
            signal.signal(number, self._note)

    def pause(self, seconds: float) -> None:
        """Wait, and raise Asked when a stop was asked for."""
        if not self._asked:
            time.sleep(seconds)
        if self._asked:
            raise Asked

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
