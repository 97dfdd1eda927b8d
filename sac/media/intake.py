"""Where a fetched file is written: no more than a limit, no longer than a minute."""

import io
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from automacao.gateways.port import FileTooLarge, GatewayUnavailable
from evendas.leaving import is_leaving

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Leaving(Exception):
    """This process was asked to stop: the file is fetched by the next one."""


class Intake(io.BufferedWriter):
    """A new file that refuses what is too much, too slow, or too late for this process.

    Raises FileTooLarge, GatewayUnavailable and Leaving from `write`.
    """

    def __init__(self, file: Path, *, limit: int, seconds: float) -> None:
        super().__init__(io.FileIO(file, "wb"))
        self._left = limit
        self._until = monotonic() + seconds

    def write(self, data: "ReadableBuffer") -> int:
        self._left -= memoryview(data).nbytes
        if self._left < 0:
            raise FileTooLarge("more bytes than it may have")
        if is_leaving():
            raise Leaving
        if monotonic() > self._until:
            raise GatewayUnavailable("the file drips too slowly")
        return super().write(data)
