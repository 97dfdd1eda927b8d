"""The time a shop has to answer in all: each word of it may come in time, and the end never."""

import socket
from collections.abc import Mapping
from threading import Timer
from types import TracebackType
from typing import Any, Self

_OPENED = {"connection.connect_tcp.complete", "connection.start_tls.complete"}


class Deadline:
    """Cuts the line of one call when its time is over; `trace` has to be told of the line."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._line: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Learn the line, as httpx tells it of a request in its extension of this name."""
        if event in _OPENED:
            self._line = info["return_value"].get_extra_info("socket")
            if self.is_over:
                self._cut()

    def _end(self) -> None:
        self.is_over = True
        self._cut()

    def _cut(self) -> None:
        if self._line is None:
            return
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It was closed already.
            return
