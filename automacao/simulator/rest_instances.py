"""REST of the instances: create, connect, state, webhook and settings, as 2.3.6 answers them."""

import asyncio
import re

from automacao.simulator import answers, lines
from automacao.simulator.answers import RefusedError, schema_error
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json
from automacao.simulator.web import Request, Response, answer

# Seconds the real gateway blocks; scaled by an option, not at all by default.
CREATE_WAIT, CONNECT_WAIT = 5, 2


async def create(net: Network, request: Request) -> Response:
    """Register an instance. Any failure leaves none behind."""
    body = request.json()
    name = _new_name(net, request, body)
    hook = body.get("webhook")
    if hook:
        _check_events(hook, status=400)
        _check_url(hook)
    line = lines.create(net, name, token=body.get("token") or "", number=body.get("number"))
    line.settings = lines.settings_of(body)
    if hook:
        lines.set_webhook(net, line, hook | {"enabled": True})
    lines.announce_creation(net, line)
    with_qr = body.get("qrcode") is True
    if with_qr:
        lines.show_qr(net, line, number=line.number)
        await asyncio.sleep(CREATE_WAIT * net.options.wait_scale)
    return answer(answers.created(line, with_qr=with_qr), 201)


async def fetch_instances(net: Network, request: Request) -> Response:
    """List instances: all for the global key, its own for an instance's."""
    key = request.headers.get("apikey", "")
    known = net.world.instances
    name = request.query.get("instanceName")
    if key != net.options.key:
        name = next((line.name for line in known.values() if key and line.token == key), None)
        if name is None:
            raise RefusedError(401, "Unauthorized")
    if name is not None and name not in known:
        raise RefusedError(404, [f'Instance "{name}" not found'])
    chosen = known.values() if name is None else [known[name]]
    return answer([answers.instance_row(line) for line in chosen])


async def connect(net: Network, request: Request, line: Instance) -> Response:
    """Start showing a code; `?number=` asks for a pairing code, and only counts when closed."""
    if line.phase == "open":
        return answer(answers.state(line))
    if line.phase in {"new", "closed"}:
        lines.show_qr(net, line, number=request.query.get("number"))
        await asyncio.sleep(CONNECT_WAIT * net.options.wait_scale)
    return answer(answers.qr(line))


async def connection_state(_net: Network, _: Request, line: Instance) -> Response:
    """Tell the state."""
    return answer(answers.state(line))


async def restart(net: Network, _: Request, line: Instance) -> Response:
    """Reconnect. A closed instance answers 200 with `error`."""
    if line.state == "close":
        return answer({"error": True, "message": "[object Object]"})
    content = answers.state(line) if line.phase == "open" else answers.qr(line)
    lines.restart(net, line)
    return answer(content)


async def log_out(net: Network, _: Request, line: Instance) -> Response:
    """Unlink the phone."""
    if line.state == "close":
        raise RefusedError(400, [f'The "{line.name}" instance is not connected'])
    lines.log_out(net, line)
    return answer(answers.success("Instance logged out"))


async def delete(net: Network, _: Request, line: Instance) -> Response:
    """Remove, answering before it is done."""
    lines.delete(net, line)
    return answer(answers.success("Instance deleted"))


async def set_webhook(net: Network, request: Request, line: Instance) -> Response:
    """Configure the webhook: nested, and with `events`."""
    wanted = request.json().get("webhook")
    if not isinstance(wanted, dict):
        raise schema_error('instance requires property "webhook"')
    for name in ("enabled", "url"):
        if name not in wanted:
            raise schema_error(f'webhook requires property "{name}"')
    _check_url(wanted)
    if wanted["enabled"]:
        _check_events(wanted, status=500)
    return answer(answers.webhook_row(lines.set_webhook(net, line, wanted), line), 201)


async def find_webhook(_net: Network, _: Request, line: Instance) -> Response:
    """Read the webhook back."""
    return answer(answers.webhook_row(line.webhook, line) if line.webhook else None)


async def set_settings(net: Network, request: Request, line: Instance) -> Response:
    """Replace the settings; all six flags are required."""
    body = request.json()
    if problems := answers.missing(body, *lines.FLAGS):
        raise schema_error(*problems)
    line.settings = lines.settings_of(body)
    net.touch()
    return answer({"settings": {"instanceName": line.name, "settings": line.settings}}, 201)


def _new_name(net: Network, request: Request, body: Json) -> str:
    """Return the name asked for. A taken one is refused before the key is looked at."""
    name = body.get("instanceName")
    if name in net.world.instances:
        raise RefusedError(403, [f'This name "{name}" is already in use.'])
    if request.headers.get("apikey") != net.options.key:
        raise RefusedError(401, "Unauthorized")
    if not isinstance(name, str) or not name:
        raise RefusedError(500, "Invalid value provided. Expected String, provided another type.")
    if body.get("integration") != "WHATSAPP-BAILEYS":
        raise RefusedError(400, ["Invalid integration"])
    return name


def _check_events(hook: Json, *, status: int) -> None:
    if not isinstance(hook.get("events"), list):
        text = "Cannot read properties of undefined (reading 'length')"
        raise RefusedError(status, [text] if status == 400 else text)


def _check_url(hook: Json) -> None:
    if not re.fullmatch(r"https?://[^\s/]+\S*", str(hook.get("url"))):
        raise RefusedError(400, ['Invalid "url" property'])
