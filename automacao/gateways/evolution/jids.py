"""WhatsApp addresses: who a message is with, whatever version of the gateway tells it.

A person has a phone, a LID (a hidden number), or both. The domain alone decides which: a LID has
as many digits as a phone may have.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from automacao.gateways.port import Identity, Ignored, Quarantine
from evendas.phones import normalize

_PHONE_DOMAINS = frozenset({"s.whatsapp.net", "c.us"})
_LID_DOMAINS = frozenset({"lid", "hosted.lid"})
_NOT_A_CUSTOMER = {
    "g.us": "group",
    "broadcast": "broadcast",
    "newsletter": "newsletter",
    "bot": "bot",
    "call": "call",
}
# Of our own messages the sender fields name ourselves.
_CHAT_FIELDS = ("remoteJid", "remoteJidAlt", "previousRemoteJid")
_SENDER_FIELDS = ("senderPn", "senderLid")
_JID_MAX = 128
_JID = re.compile(r"(?P<user>[0-9A-Za-z.-]+)(?:[:_][^@]*)?@(?P<domain>[A-Za-z.]+)")
# Some versions lose the domain; 14 and 15 digits are then as likely a LID.
_BARE_PHONE = re.compile(r"[0-9]{8,13}")


@dataclass(frozen=True, slots=True)
class Jid:
    """An address without its device: the user part and the lower-case domain."""

    user: str
    domain: str

    def __str__(self) -> str:
        return f"{self.user}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Chat:
    """The other person of a conversation, and the address that reaches them."""

    identities: tuple[Identity, ...]
    address: str


def parse_jid(value: object) -> Jid | None:
    """Read `user[_agent][:device]@domain`, or the bare digits of a phone."""
    if not isinstance(value, str) or len(value) > _JID_MAX:
        return None
    if _BARE_PHONE.fullmatch(value):
        return Jid(value, "s.whatsapp.net")
    match = _JID.fullmatch(value)
    return Jid(match["user"], match["domain"].lower()) if match else None


@lru_cache(maxsize=4096)
def phone_of(jid: Jid | None) -> str | None:
    """Return the E.164 of a phone address.

    The network knows numbers that the phone library does not know yet: those stay as they are.
    """
    if jid is None or jid.domain not in _PHONE_DOMAINS:
        return None
    if not re.fullmatch(r"[0-9]{8,15}", jid.user):
        return None
    return normalize(str(jid)) or f"+{jid.user}"


def lid_of(jid: Jid | None) -> str | None:
    """Return the digits of a hidden number's address."""
    if jid is None or jid.domain not in _LID_DOMAINS:
        return None
    return jid.user if re.fullmatch(r"[0-9]{1,32}", jid.user) else None


def not_a_customer(value: object) -> str | None:
    """Name what an address is when no customer can be behind it: a group, a broadcast."""
    jid = parse_jid(value)
    return _NOT_A_CUSTOMER.get(jid.domain) if jid else None


def chat_of(
    key: dict[str, object], *, is_ours: bool, own_phone: str | None
) -> Chat | Ignored | Quarantine:
    """Find the other person of a message by every field a version may put them in."""
    if reason := not_a_customer(key.get("remoteJid")):
        return Ignored(reason)
    remote = parse_jid(key.get("remoteJid"))
    if is_ours and own_phone and phone_of(remote) == own_phone:
        return Ignored("self")
    fields = _CHAT_FIELDS if is_ours else _CHAT_FIELDS + _SENDER_FIELDS
    jids = [jid for field in fields if (jid := parse_jid(key.get(field)))]
    # Some versions name the store's own number where the customer's should be.
    others = [jid for jid in jids if own_phone is None or phone_of(jid) != own_phone]
    if jids and not others:
        return Ignored("self")
    return _chat_with(others) or Quarantine("address")


def _chat_with(jids: Iterable[Jid]) -> Chat | None:
    """Take the first phone and the first LID. A phone is the better address."""
    phone: Jid | None = None
    lid: Jid | None = None
    for jid in jids:
        if phone is None and phone_of(jid):
            phone = jid
        if lid is None and lid_of(jid):
            lid = jid
    address = phone or lid
    return Chat(tuple(_identities(phone, lid)), str(address)) if address else None


def _identities(phone: Jid | None, lid: Jid | None) -> Iterable[Identity]:
    if value := phone_of(phone):
        yield Identity("phone", value)
    if value := lid_of(lid):
        yield Identity("lid", value)
