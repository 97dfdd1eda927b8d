"""Runs the simulator inside this process on daphne, on 127.0.0.1 only."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

# Importing daphne's server first installs the reactor it needs.
from daphne.server import Server  # isort: skip
from twisted.internet import defer, reactor

from automacao.simulator import control, lines, page, rest
from automacao.simulator.network import Network, Options
from automacao.simulator.web import Router, Scope


class PortTakenError(Exception):
    """Another program listens on the port."""


class _Server(Server):  # type: ignore[misc]  # daphne carries no types
    """Daphne, able to hang up without an answer and honest about a port it cannot have."""

    refusal: str = ""

    def create_application(self, protocol: object, scope: Scope) -> object:
        scope["extensions"] = {"hang_up": protocol.transport.abortConnection}  # type: ignore[attr-defined]
        return super().create_application(protocol, scope)

    def listen_error(self, failure: object) -> None:
        self.refusal = failure.getErrorMessage()  # type: ignore[attr-defined]
        self.stop()


def application(net: Network) -> Router:
    """Put the gateway, the control API and the page together."""
    router = Router()
    rest.install(router, net)
    control.install(router, net)
    page.install(router, net)
    return router


def serve(options: Options, *, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then write the state.

    Raises PortTakenError, UnreadableStateError.
    """
    net = Network(options)
    server = _Server(
        application(net),
        endpoints=[f"tcp:{port}:interface=127.0.0.1"],
        server_name="",
        ready_callable=ready,
    )
    clock = cast("Any", reactor)
    clock.callLater(0, lambda: lines.resume(net, net.world.instances.values()))
    clock.addSystemEventTrigger("before", "shutdown", lambda: _closing(net))
    server.run()
    if server.refusal:
        raise PortTakenError(server.refusal)


def _closing(net: Network) -> "defer.Deferred[None]":
    return defer.Deferred.fromFuture(asyncio.ensure_future(net.close()))
