"""The REST of Evolution API 2.3.6: its routes, and its guards in their order."""

import asyncio
from collections.abc import Awaitable, Callable

from automacao.simulator import rest_instances as instances
from automacao.simulator import rest_messages as messages
from automacao.simulator.answers import RefusedError
from automacao.simulator.network import Network
from automacao.simulator.state import Instance
from automacao.simulator.web import (
    Handler,
    HangUpError,
    NotJsonError,
    Request,
    Response,
    Router,
    answer,
)

Call = Callable[[Network, Request], Awaitable[Response]]
LineCall = Callable[[Network, Request, Instance], Awaitable[Response]]

OPEN_ROUTES: tuple[tuple[str, str, Call], ...] = (
    ("POST", "/instance/create", instances.create),
    ("GET", "/instance/fetchInstances", instances.fetch_instances),
)
LINE_ROUTES: tuple[tuple[str, str, LineCall], ...] = (
    ("GET", "/instance/connect/{name}", instances.connect),
    ("GET", "/instance/connectionState/{name}", instances.connection_state),
    ("POST", "/instance/restart/{name}", instances.restart),
    ("DELETE", "/instance/logout/{name}", instances.log_out),
    ("DELETE", "/instance/delete/{name}", instances.delete),
    ("POST", "/webhook/set/{name}", instances.set_webhook),
    ("GET", "/webhook/find/{name}", instances.find_webhook),
    ("POST", "/settings/set/{name}", instances.set_settings),
    ("POST", "/message/sendText/{name}", messages.send_text),
    ("POST", "/chat/findMessages/{name}", messages.find_messages),
    ("POST", "/chat/whatsappNumbers/{name}", messages.whatsapp_numbers),
    ("POST", "/chat/markMessageAsRead/{name}", messages.mark_read),
    ("POST", "/chat/sendPresence/{name}", messages.send_presence),
)


def install(router: Router, net: Network) -> None:
    """Add the gateway's routes."""
    for method, path, call in OPEN_ROUTES:
        router.add(method, path, _through_faults(net, call))
    for method, path, line_call in LINE_ROUTES:
        router.add(method, path, _through_faults(net, _guarded(line_call)))


def _through_faults(net: Network, call: Call) -> Handler:
    """Serve a route as the faults in force allow."""

    async def handle(request: Request) -> Response:
        faults = net.faults
        if faults.down:
            return Response(503)
        if not faults.cover(request.path):
            return await _refusals(net, request, call)
        await asyncio.sleep(faults.delay_ms / 1000)
        if faults.reset.strikes():
            raise HangUpError
        if faults.error_500.strikes():
            return _server_error()
        response = await _refusals(net, request, call)
        return await _spoil(net, request, response) if response.status < 400 else response

    return handle


async def _spoil(net: Network, request: Request, response: Response) -> Response:
    if net.faults.accept_then_reset.strikes():
        raise HangUpError
    if net.faults.accept_then_500.strikes():
        return _server_error()
    if net.faults.accept_then_hang.strikes():
        await request.gone()
    return response


async def _refusals(net: Network, request: Request, call: Call) -> Response:
    try:
        return await call(net, request)
    except RefusedError as refusal:
        return answer(refusal.body, refusal.status)
    except NotJsonError as error:
        broken = RefusedError(400, str(error), title="Internal Server Error")
        return answer(broken.body, broken.status)


def _server_error() -> Response:
    return answer(RefusedError(500, "Internal Server Error").body, 500)


def _guarded(call: LineCall) -> Call:
    """Check the instance first, then the key: a wrong name is 404 whatever the key."""

    async def handle(net: Network, request: Request) -> Response:
        request.json()
        name = request.params["name"]
        line = net.world.instances.get(name)
        if line is None:
            raise RefusedError(404, [f'The "{name}" instance does not exist'])
        if request.headers.get("apikey") not in {net.options.key, line.token}:
            raise RefusedError(401, "Unauthorized")
        return await call(net, request, line)

    return handle
