"""Channels at the gateway: made, paired, watched, removed."""

from automacao.gateways.evolution.client import call, global_key, key_of, route
from automacao.gateways.evolution.door import SECRET_HEADER
from automacao.gateways.evolution.jids import lid_of, parse_jid, phone_of
from automacao.gateways.evolution.session import pairing_of
from automacao.gateways.evolution.wire import dig, text
from automacao.gateways.port import (
    Channel,
    ChannelMissing,
    ChannelNotConnected,
    Created,
    GatewayUnavailable,
    Pairing,
    Registration,
    State,
    Webhook,
)

# Seconds. Creating and connecting wait for a QR, and for WhatsApp itself.
_PAIRING_TIMEOUT = 75.0
_STATES = {
    "open": State.CONNECTED,
    "connecting": State.CONNECTING,
    "close": State.DISCONNECTED,
    "refused": State.QR_EXPIRED,
}
# Left off: what floods and tells the desk nothing (chats, presence, history).
_EVENTS = [
    "QRCODE_UPDATED",
    "CONNECTION_UPDATE",
    "STATUS_INSTANCE",
    "LOGOUT_INSTANCE",
    "REMOVE_INSTANCE",
    "MESSAGES_UPSERT",
    "MESSAGES_UPDATE",
    "MESSAGES_EDITED",
    "MESSAGES_DELETE",
    "SEND_MESSAGE",
    "SEND_MESSAGE_UPDATE",
    "CALL",
]
_SETTINGS = {
    "rejectCall": False,
    "groupsIgnore": True,
    "alwaysOnline": False,  # otherwise the store's phone stops ringing
    "readMessages": False,
    "readStatus": False,
    "syncFullHistory": False,
}


def create_channel(name: str, phone: str, webhook: Webhook) -> Created:
    """Make an instance that starts pairing at once; takes five seconds or more.

    A lost answer (GatewayUnavailable) may leave an instance behind, its name taken: names are
    never used twice. Raises Conflict for a taken name.
    """
    body = {
        "instanceName": name,
        "integration": "WHATSAPP-BAILEYS",
        "number": phone.removeprefix("+"),
        "qrcode": True,
        "webhook": _webhook(webhook),
        **_SETTINGS,
    }
    made = call("POST", "/instance/create", key=global_key(), json=body, read=_PAIRING_TIMEOUT)
    return Created(token=text(dig(made, "hash")), pairing=pairing_of(dig(made, "qrcode")))


def start(channel: Channel, phone: str | None = None) -> Pairing:
    """Ask for a QR, and with a phone (E.164) for a pairing code too."""
    found = call(
        "GET",
        route("/instance/connect", channel),
        key=key_of(channel),
        params={"number": phone.removeprefix("+")} if phone else {},
        read=_PAIRING_TIMEOUT,
    )
    if dig(found, "instance", "state") == "open":
        return Pairing(is_connected=True)
    return pairing_of(found)


def state(channel: Channel) -> State:
    """Return the state of the line, as the gateway's memory has it."""
    return state_of(call("GET", route("/instance/connectionState", channel), key=key_of(channel)))


def state_of(found: object) -> State:
    """Read the answer about a state. Without one the instance is not loaded yet."""
    said = dig(found, "instance", "state")
    if not isinstance(said, str) or said not in _STATES:
        raise GatewayUnavailable(f"state {text(said)!r}")
    return _STATES[said]


def own_phone(channel: Channel) -> str | None:
    """Return the number of the phone that paired last, in E.164."""
    found = call(
        "GET",
        "/instance/fetchInstances",
        key=key_of(channel),
        params={"instanceName": channel.name},
    )
    rows = found if isinstance(found, list) else []
    named = (row for row in rows if dig(row, "name") == channel.name)
    return phone_of(parse_jid(dig(next(named, None), "ownerJid")))


def restart(channel: Channel) -> None:
    """Open the socket anew; the answer comes before it happened. A closed line cannot be."""
    call("POST", route("/instance/restart", channel), key=key_of(channel))


def logout(channel: Channel) -> None:
    """Unpair the phone. One that is not paired is no error."""
    try:
        call("DELETE", route("/instance/logout", channel), key=key_of(channel))
    except ChannelNotConnected:
        return


def delete_channel(channel: Channel) -> None:
    """Remove the instance; its name stays taken for a while. A missing one is no error."""
    try:
        call("DELETE", route("/instance/delete", channel), key=key_of(channel))
    except ChannelMissing:
        return


def configure_webhook(channel: Channel, webhook: Webhook) -> None:
    """Tell the instance where to post, which events, and the secret to send along."""
    body = {"webhook": _webhook(webhook)}
    call("POST", route("/webhook/set", channel), key=key_of(channel), json=body)


def is_webhook_set(channel: Channel, webhook: Webhook) -> bool:
    """Read back whether the instance posts all we need, there, with that secret."""
    row = call("GET", route("/webhook/find", channel), key=key_of(channel), may_be_null=True)
    return (
        dig(row, "enabled") is True
        and dig(row, "url") == webhook.url
        and not dig(row, "webhookByEvents")
        and not dig(row, "webhookBase64")
        and _secret_in(dig(row, "headers")) == webhook.secret
        and _is_told_all(dig(row, "events"))
    )


def check_number(channel: Channel, phone: str) -> Registration:
    """Ask the network for a phone (E.164). The line must be connected."""
    body = {"numbers": [phone.removeprefix("+")]}
    found = call("POST", route("/chat/whatsappNumbers", channel), key=key_of(channel), json=body)
    row = found[0] if isinstance(found, list) and found else None
    exists = dig(row, "exists")
    if not isinstance(exists, bool):
        raise GatewayUnavailable("whatsappNumbers")
    jid = parse_jid(dig(row, "jid"))
    if not exists or jid is None:
        return Registration(exists=False)
    return Registration(
        exists=True, address=str(jid), lid=lid_of(parse_jid(dig(row, "lid"))) or lid_of(jid) or ""
    )


def _webhook(webhook: Webhook) -> dict[str, object]:
    return {
        "enabled": True,
        "url": webhook.url,
        "byEvents": False,
        "base64": False,
        "headers": {SECRET_HEADER: webhook.secret},
        "events": _EVENTS,
    }


def _secret_in(headers: object) -> object:
    named = headers.items() if isinstance(headers, dict) else ()
    return next((value for name, value in named if name.lower() == SECRET_HEADER.lower()), None)


def _is_told_all(events: object) -> bool:
    """An empty list means every event."""
    return isinstance(events, list) and (not events or set(_EVENTS) <= set(map(str, events)))
