"""Daphne, which ends politely: `python -m evendas.live_server`, with daphne's own options.

Daphne itself cuts off what it is at when it is asked to stop: a webhook that is stored stays
without its answer, and sockets just break. Here requests at hand are answered first, and sockets
are closed with "service restart", upon which a page waits a random moment and comes back.
"""

import asyncio
import sys
import time
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort

# RFC 6455's registry: "Service Restart".
COME_BACK = 1012
_MOMENT = 0.05


class PoliteServer(Server):  # type: ignore[misc] # Daphne has no types
    """Stops listening, lets go of the sockets, finishes the requests, and then ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ports: list[IListeningPort] = []

    def listen_success(self, port: IListeningPort) -> None:
        super().listen_success(port)
        self._ports.append(port)

    def kill_all_applications(self) -> "Deferred[None]":
        """Twisted waits for the answer before it goes on to end."""
        return Deferred.fromFuture(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        for port in self._ports:
            port.stopListening()  # type: ignore[misc] # an interface has no self
        for protocol in list(self.connections):
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                # Its public way to close knows only the codes of applications.
                protocol.sendCloseFrame(code=COME_BACK)
        end = time.monotonic() + settings.LEAVE_WITHIN
        while (works := self._at_work()) and (left := end - time.monotonic()) > 0:
            await asyncio.wait(works, timeout=left)
        # Twisted hands the last answer to the kernel in its next rounds.
        await asyncio.sleep(_MOMENT)
        for work in (late := self._at_work()):
            work.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _at_work(self) -> "list[asyncio.Future[None]]":
        begun = (details.get("application_instance") for details in self.connections.values())
        return [work for work in begun if work is not None and not work.done()]


class PoliteCommand(CommandLineInterface):  # type: ignore[misc] # Daphne has no types
    server_class = PoliteServer


if __name__ == "__main__":
    PoliteCommand().run(sys.argv[1:])
