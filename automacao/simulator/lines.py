"""Life of a store's number at the gateway: created, waiting for a phone, open, lost, deleted."""

import asyncio
import base64
import secrets
import time
import uuid
from collections.abc import Iterable

import segno

from automacao.simulator import chats, shapes
from automacao.simulator.network import Network
from automacao.simulator.state import Deadness, Instance, Json, Phase, Qr, Webhook, new_instance

ALL_EVENTS = (
    "APPLICATION_STARTUP",
    "INSTANCE_CREATE",
    "INSTANCE_DELETE",
    "QRCODE_UPDATED",
    "MESSAGES_SET",
    "MESSAGES_UPSERT",
    "MESSAGES_EDITED",
    "MESSAGES_UPDATE",
    "MESSAGES_DELETE",
    "SEND_MESSAGE",
    "SEND_MESSAGE_UPDATE",
    "CONTACTS_SET",
    "CONTACTS_UPSERT",
    "CONTACTS_UPDATE",
    "PRESENCE_UPDATE",
    "CHATS_SET",
    "CHATS_UPDATE",
    "CHATS_UPSERT",
    "CHATS_DELETE",
    "CONNECTION_UPDATE",
    "LABELS_EDIT",
    "LABELS_ASSOCIATION",
    "GROUPS_UPSERT",
    "GROUP_UPDATE",
    "GROUP_PARTICIPANTS_UPDATE",
    "CALL",
    "TYPEBOT_START",
    "TYPEBOT_CHANGE_STATUS",
    "REMOVE_INSTANCE",
    "LOGOUT_INSTANCE",
    "STATUS_INSTANCE",
)
FLAGS = (
    "rejectCall",
    "groupsIgnore",
    "alwaysOnline",
    "readMessages",
    "readStatus",
    "syncFullHistory",
)
LOGGED_OUT, BANNED, QR_REFUSED = 401, 403, 428


def create(net: Network, name: str, *, token: str = "", number: str | None = None) -> Instance:
    """Register an instance that never connected."""
    line = new_instance(name, token=token, number=number)
    line.settings = settings_of({})
    net.world.instances[name] = line
    net.touch()
    return line


def announce_creation(net: Network, line: Instance) -> None:
    """Tell of a new instance, once its webhook is set."""
    net.emit(line, "instance.create", shapes.instance_ids(line))


def settings_of(wanted: Json) -> Json:
    """Return the settings of an instance as the gateway stores them."""
    flags = {name: wanted.get(name) is True for name in FLAGS}
    return {"msgCall": wanted.get("msgCall") or "", "wavoipToken": "", **flags}


def set_webhook(net: Network, line: Instance, wanted: Json) -> Webhook:
    """Configure where events go; an empty list of events means all of them."""
    now = time.time()
    old = line.webhook
    line.webhook = Webhook(
        url=wanted["url"],
        id=old.id if old else str(uuid.uuid4()),
        created_at=old.created_at if old else now,
        updated_at=now,
        is_enabled=wanted.get("enabled", True),
        headers=wanted.get("headers") or {},
        events=list(wanted.get("events") or ALL_EVENTS),
        by_events=wanted.get("byEvents") is True,
        base64=wanted.get("base64") is True,
    )
    net.touch()
    return line.webhook


def change_webhook(net: Network, hook: Webhook, wanted: Json) -> None:
    """Change what is named, as somebody at the gateway's own manager does."""
    hook.url = wanted.get("url", hook.url)
    hook.is_enabled = wanted.get("enabled", hook.is_enabled)
    hook.events = wanted.get("events", hook.events)
    hook.headers = wanted.get("headers", hook.headers)
    hook.by_events = wanted.get("byEvents", hook.by_events)
    hook.base64 = wanted.get("base64", hook.base64)
    hook.updated_at = time.time()
    net.touch()


def show_qr(net: Network, line: Instance, *, number: str | None = None) -> None:
    """Start waiting for a phone: the code changes every `qr_seconds`, `qr_limit` times at most."""
    _enter(net, line, "qr")
    line.qr = _next_qr(line, pairing_code=secrets.token_hex(4).upper() if number else None)
    net.emit(line, "connection.update", shapes.connection(line, "connecting"))
    net.emit(line, "qrcode.updated", shapes.qr_shown(line))
    net.spawn(_renew_qr(net, line))


def renew_qr(net: Network, line: Instance) -> None:
    """Show the next code now, as when the last one's time is over."""
    line.qr = _next_qr(line, pairing_code=line.qr.pairing_code)
    net.emit(line, "qrcode.updated", shapes.qr_shown(line))
    net.spawn(_renew_qr(net, line))
    net.touch()


def give_qr_up(net: Network, line: Instance) -> None:
    """Stop waiting, as after the last renewal."""
    line.qr = Qr()
    _enter(net, line, "closed")
    net.emit(line, "qrcode.updated", shapes.qr_given_up())
    refused = shapes.connection(line, "refused", QR_REFUSED) | {"profileName": None}
    net.emit(line, "connection.update", refused)


def pair(net: Network, line: Instance, *, phone: str, profile: str = "") -> None:
    """Let a phone scan the code: WhatsApp asks for a restart (515), then the line opens."""
    line.own_id, line.qr = phone, Qr()
    line.profile = profile or line.profile or f"Loja {phone[-4:]}"
    line.closed_reason = line.closed_at = None
    net.emit(line, "connection.update", shapes.connection(line, "connecting"))
    _open(net, line)
    chats.deliver_history(net, line)


def restart(net: Network, line: Instance) -> None:
    """Drop the socket and connect again; nobody sees a `close`."""
    if line.phase == "qr":
        show_qr(net, line)
        return
    net.emit(line, "connection.update", shapes.connection(line, "connecting"))
    _open(net, line)
    chats.deliver_waiting(net, line)


def drop(net: Network, line: Instance, *, seconds: float | None) -> None:
    """Lose the connection for some seconds, or until `restore` when None."""
    _enter(net, line, "dropped")
    net.emit(line, "connection.update", shapes.connection(line, "connecting"))
    if seconds is not None:
        net.spawn(_restore_later(net, line, seconds))


def restore(net: Network, line: Instance) -> None:
    """End a drop: what customers wrote meanwhile arrives, unmarked and with its old time."""
    if line.phase != "dropped":
        return
    _open(net, line)
    chats.deliver_waiting(net, line)


def flood(net: Network, line: Instance, *, count: int, seconds: float) -> None:
    """Reconnect without delay, as while WhatsApp is unreachable: so many `connecting` events."""
    net.spawn(_flood(net, line, count=count, seconds=seconds))


def deaden(net: Network, line: Instance, how: Deadness) -> None:
    """Let the socket die while the state stays open: nothing comes in, no call succeeds."""
    line.deadness = how
    net.touch()


def revive(net: Network, line: Instance) -> None:
    """Let a dead socket live again without a reconnect: what waited comes."""
    deaden(net, line, "")
    chats.deliver_waiting(net, line)


def disconnect(net: Network, line: Instance, *, reason: int, message: str) -> None:
    """Lose the session for good: 401 unlinked, 403 banned. A person must pair again."""
    at = time.time()
    line.qr, line.closed_reason, line.closed_at = Qr(), reason, at
    _enter(net, line, "closed")
    detail = shapes.closed(line, reason=reason, message=message, at=at)
    net.emit(line, "status.instance", detail)
    net.emit(line, "logout.instance", None)
    net.emit(line, "connection.update", shapes.connection(line, "close", reason))


def log_out(net: Network, line: Instance) -> None:
    """Unlink at the gateway's own wish."""
    disconnect(net, line, reason=LOGGED_OUT, message=f"Log out instance: {line.name}")


def kick(net: Network, line: Instance) -> None:
    """Unlink from the store's phone (Aparelhos conectados)."""
    disconnect(net, line, reason=LOGGED_OUT, message="Stream Errored (conflict)")


def ban(net: Network, line: Instance) -> None:
    """Have WhatsApp block the number."""
    disconnect(net, line, reason=BANNED, message="Connection Failure")


def delete(net: Network, line: Instance) -> None:
    """Remove an instance. Its name stays taken until `remove.instance` arrived or was given up."""
    if line.state != "close":
        log_out(net, line)
    line.is_leaving = True
    net.emit(line, "instance.delete", shapes.instance_ids(line))
    net.spawn(_leave(net, line, net.emit(line, "remove.instance", None)))


def ensure(net: Network, name: str, *, token: str, webhook: Json) -> Instance:
    """Create the instance or keep it, with this key and this webhook."""
    line = net.world.instances.get(name) or create(net, name)
    line.token, line.is_leaving = token, False
    set_webhook(net, line, webhook)
    return line


def resume(net: Network, lines: Iterable[Instance]) -> None:
    """Connect every stored instance after a start, as the gateway does by itself."""
    for line in list(lines):
        if line.is_leaving:
            del net.world.instances[line.name]
        elif line.phase in {"open", "dropped"}:
            restart(net, line)
        elif line.phase == "qr":
            show_qr(net, line)


def _open(net: Network, line: Instance) -> None:
    line.deadness = ""
    _enter(net, line, "open")
    net.emit(line, "connection.update", shapes.opened(line))


def _enter(net: Network, line: Instance, phase: Phase) -> None:
    line.phase = phase
    line.updated_at = time.time()
    net.touch()


async def _renew_qr(net: Network, line: Instance) -> None:
    # A code that is no longer the one on show was scanned, restarted or given up meanwhile.
    mine = line.qr
    while line.qr is mine:
        await asyncio.sleep(net.options.qr_seconds)
        if line.qr is not mine or line.phase != "qr":
            return
        if mine.count >= net.options.qr_limit:
            give_qr_up(net, line)
            return
        mine = line.qr = _next_qr(line, pairing_code=mine.pairing_code)
        net.emit(line, "qrcode.updated", shapes.qr_shown(line))
        net.touch()


def _next_qr(line: Instance, *, pairing_code: str | None) -> Qr:
    parts = (base64.b64encode(secrets.token_bytes(size)).decode() for size in (62, 32, 32, 32))
    code = "2@" + ",".join(parts)
    image = segno.make(code, error="l").png_data_uri(scale=4, border=2)
    return Qr(code=code, image=image, pairing_code=pairing_code, count=line.qr.count + 1)


async def _flood(net: Network, line: Instance, *, count: int, seconds: float) -> None:
    for _ in range(count):
        net.emit(line, "connection.update", shapes.connection(line, "connecting"))
        await asyncio.sleep(seconds / count)
    if line.phase == "open":
        net.emit(line, "connection.update", shapes.opened(line))


async def _restore_later(net: Network, line: Instance, seconds: float) -> None:
    await asyncio.sleep(seconds)
    restore(net, line)


async def _leave(net: Network, line: Instance, farewell: "asyncio.Task[None] | None") -> None:
    if farewell:
        await asyncio.wait({farewell})
    if line.is_leaving and net.world.instances.get(line.name) is line:
        del net.world.instances[line.name]
        net.touch()
