"""The REST of Evolution API 2.3.6: its routes, and its guards in their order."""

import asyncio
from collections.abc import Awaitable, Callable

from automacao.simulator import rest_changes as changes
from automacao.simulator import rest_instances as instances
from automacao.simulator import rest_media as media
from automacao.simulator import rest_messages as messages
from automacao.simulator import rest_sending as sending
from automacao.simulator.answers import RefusedError
from automacao.simulator.network import Network
from automacao.simulator.refusals import ANSWERS, Refusal
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
    ("POST", "/message/sendText/{name}", sending.send_text),
    ("POST", "/message/sendMedia/{name}", media.send_media),
    ("POST", "/message/sendWhatsAppAudio/{name}", media.send_audio),
    ("POST", "/message/sendPtv/{name}", media.send_video_note),
    ("POST", "/message/sendSticker/{name}", media.send_sticker),
    ("POST", "/message/sendLocation/{name}", sending.send_location),
    ("POST", "/message/sendContact/{name}", sending.send_contact),
    ("POST", "/message/sendReaction/{name}", changes.send_reaction),
    ("POST", "/chat/updateMessage/{name}", changes.update_message),
    ("DELETE", "/chat/deleteMessageForEveryone/{name}", changes.delete_for_everyone),
    ("POST", "/chat/getBase64FromMediaMessage/{name}", media.get_base64),
    ("POST", "/chat/fetchProfilePictureUrl/{name}", messages.fetch_picture),
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
        if planned := net.refusal(request.path):
            return await _planned(net, request, call, planned)
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


async def _planned(net: Network, request: Request, call: Call, planned: Refusal) -> Response:
    """Answer as a test wants it; what acts first may still fail by itself."""
    if planned.acts:
        real = await _refusals(net, request, call)
        if real.status >= 400:
            return real
    status, body = ANSWERS[planned.name]
    return Response(status) if body is None else answer(body, status)


async def _spoil(net: Network, request: Request, response: Response) -> Response:
    if net.faults.accept_then_reset.strikes():
        raise HangUpError
    if net.faults.accept_then_500.strikes():
        return _server_error()
    if net.faults.accept_then_hang.strikes():
        await request.gone()
    await asyncio.sleep(net.faults.answer_late_ms / 1000)
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
        request.check_json()
        name = request.params["name"]
        line = net.world.instances.get(name)
        if line is None:
            raise RefusedError(404, [f'The "{name}" instance does not exist'])
        if request.headers.get("apikey") not in {net.options.key, line.token}:
            raise RefusedError(401, "Unauthorized")
        return await call(net, request, line)

    return handle
