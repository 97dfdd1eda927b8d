"""What we ask of Evolution over HTTP. Every failure leaves here as one of the port's errors."""

import atexit
import re
import threading
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import httpx
from django.conf import settings

from automacao.gateways.evolution.door import SECRET_HEADER
from automacao.gateways.evolution.failures import answer_of
from automacao.gateways.evolution.jids import parse_jid, phone_of
from automacao.gateways.evolution.messages import text_of
from automacao.gateways.evolution.session import pairing_of
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, dig, moment, text
from automacao.gateways.port import (
    Accepted,
    Channel,
    ChannelMissing,
    ChannelNotConnected,
    Created,
    GatewayError,
    GatewayMisconfigured,
    GatewayUnavailable,
    InvalidRequest,
    OutboundMessage,
    Pairing,
    SendOutcomeUnknown,
    SentMessage,
    State,
    Webhook,
)
from evendas.phones import send_candidates

# Seconds. Creating and connecting wait for a QR, and for WhatsApp itself.
_READ_TIMEOUT = 20.0
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
# The gateway takes an empty or overlong number and harms other chats with it.
_ADDRESS = re.compile(r"[0-9]{8,15}|[0-9]{1,32}@(?:s\.whatsapp\.net|c\.us|lid|hosted\.lid)")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)

_clients: dict[str, httpx.Client] = {}
_clients_lock = threading.Lock()


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
    made = _call("POST", "/instance/create", key=_global_key(), json=body, read=_PAIRING_TIMEOUT)
    return Created(token=text(dig(made, "hash")), pairing=pairing_of(dig(made, "qrcode")))


def start(channel: Channel, phone: str | None = None) -> Pairing:
    """Ask for a QR, and with a phone (E.164) for a pairing code too."""
    found = _call(
        "GET",
        f"/instance/connect/{quote(channel.name, safe='')}",
        key=_key(channel),
        params={"number": phone.removeprefix("+")} if phone else {},
        read=_PAIRING_TIMEOUT,
    )
    if dig(found, "instance", "state") == "open":
        return Pairing(is_connected=True)
    return pairing_of(found)


def state(channel: Channel) -> State:
    """Return the state of the line, as the gateway's memory has it."""
    path = f"/instance/connectionState/{quote(channel.name, safe='')}"
    said = dig(_call("GET", path, key=_key(channel)), "instance", "state")
    if not isinstance(said, str) or said not in _STATES:
        raise GatewayUnavailable(f"state {text(said)!r}")
    return _STATES[said]


def own_phone(channel: Channel) -> str | None:
    """Return the number of the phone that paired last, in E.164."""
    found = _call(
        "GET",
        "/instance/fetchInstances",
        key=_key(channel),
        params={"instanceName": channel.name},
    )
    rows = found if isinstance(found, list) else []
    named = (row for row in rows if dig(row, "name") == channel.name)
    return phone_of(parse_jid(dig(next(named, None), "ownerJid")))


def logout(channel: Channel) -> None:
    """Unpair the phone. One that is not paired is no error."""
    path = f"/instance/logout/{quote(channel.name, safe='')}"
    try:
        _call("DELETE", path, key=_key(channel))
    except ChannelNotConnected:
        return


def delete_channel(channel: Channel) -> None:
    """Remove the instance; its name stays taken for a while. A missing one is no error."""
    path = f"/instance/delete/{quote(channel.name, safe='')}"
    try:
        _call("DELETE", path, key=_key(channel))
    except ChannelMissing:
        return


def configure_webhook(channel: Channel, webhook: Webhook) -> None:
    """Tell the instance where to post, which events, and the secret to send along."""
    path = f"/webhook/set/{quote(channel.name, safe='')}"
    _call("POST", path, key=_key(channel), json={"webhook": _webhook(webhook)})


def send(channel: Channel, message: OutboundMessage) -> Accepted:
    """Send a text. Raises SendOutcomeUnknown whenever it may have left."""
    if not _ADDRESS.fullmatch(message.address):
        raise InvalidRequest("address")
    body: dict[str, object] = {"number": message.address, "text": message.text}
    if message.reply_to:
        body["quoted"] = {"key": {"id": message.reply_to}}
    taken = _call(
        "POST",
        f"/message/sendText/{quote(channel.name, safe='')}",
        key=_key(channel),
        json=body,
        read=settings.SEND_READ_TIMEOUT,
        doubt=SendOutcomeUnknown,
    )
    return Accepted(
        id=text(dig(taken, "key", "id"), MESSAGE_ID_MAX),
        address=text(dig(taken, "key", "remoteJid")) or message.address,
    )


def find_sent(channel: Channel, address: str) -> Sequence[SentMessage]:
    """Return the latest texts the gateway stored as sent to an address, newest first.

    A phone is asked for in both of its forms: the one it was sent to is not known.
    """
    path = f"/chat/findMessages/{quote(channel.name, safe='')}"
    found: list[SentMessage] = []
    for jid in _jids(address):
        where = {"key": {"remoteJid": jid, "fromMe": True}}
        page = _call("POST", path, key=_key(channel), json={"where": where})
        found.extend(_sent_messages(page))
    return found


def _call(  # noqa: PLR0913 (one request has this many parts)
    method: str,
    path: str,
    *,
    key: str,
    json: object = None,
    params: dict[str, str] | None = None,
    read: float = _READ_TIMEOUT,
    doubt: type[GatewayError] = GatewayUnavailable,
) -> object:
    """Make one call, never repeated here. `doubt` is raised when the outcome is not known."""
    try:
        response = _client(_setting("url")).request(
            method,
            path,
            headers={"apikey": key},
            json=json,
            params=params,
            timeout=httpx.Timeout(read, connect=3, write=5, pool=3),
        )
    except _NOT_SENT as error:
        raise GatewayUnavailable(repr(error)) from error
    except _NOT_SENDABLE as error:
        # Its text may quote the key.
        raise GatewayMisconfigured(type(error).__name__) from None
    except httpx.RequestError as error:
        raise doubt(repr(error)) from error
    return answer_of(response.status_code, response.content, doubt=doubt)


def _client(url: str) -> httpx.Client:
    """One client per process and gateway address: its connections are kept and shared."""
    with _clients_lock:
        if url not in _clients:
            # Node closes idle connections after 5 s; one reused at that very moment would turn
            # an ordinary send into one of unknown outcome.
            limits = httpx.Limits(max_connections=100, keepalive_expiry=2)
            _clients[url] = httpx.Client(base_url=url, limits=limits, trust_env=False)
        return _clients[url]


@atexit.register
def _close_clients() -> None:
    for client in _clients.values():
        client.close()


def _key(channel: Channel) -> str:
    return channel.token or _global_key()


def _global_key() -> str:
    return _setting("key")


def _setting(name: str) -> str:
    return str(settings.GATEWAYS["evolution"][name])


def _webhook(webhook: Webhook) -> dict[str, object]:
    return {
        "enabled": True,
        "url": webhook.url,
        "byEvents": False,
        "base64": False,
        "headers": {SECRET_HEADER: webhook.secret},
        "events": _EVENTS,
    }


def _jids(address: str) -> list[str]:
    if "@" in address:
        return [address]
    return [f"{digits}@s.whatsapp.net" for digits in send_candidates(address)]


def _sent_messages(page: object) -> Iterator[SentMessage]:
    """Read a page of stored messages: in an object since 2.2, a bare array before."""
    records = page if isinstance(page, list) else dig(page, "messages", "records")
    for record in records if isinstance(records, list) else []:
        provider_id = text(dig(record, "key", "id"), MESSAGE_ID_MAX)
        if provider_id and dig(record, "key", "fromMe") is True:
            yield SentMessage(
                id=provider_id,
                text=text_of(dig(record, "message")),
                sent_at=moment(dig(record, "messageTimestamp")),
            )
