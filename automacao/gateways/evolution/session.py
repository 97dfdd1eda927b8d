"""The state of the line: QR, pairing, connected, lost."""

from automacao.gateways.evolution.jids import parse_jid, phone_of
from automacao.gateways.evolution.wire import Envelope, dig, text, whole
from automacao.gateways.port import Event, Pairing, Quarantine, SessionState, State

_QR_MAX = 2953  # bytes: the most that a QR holds of anything
_PAIRING_CODE_MAX = 16
_PROFILE_MAX = 120
_REASON_LOGGED_OUT = 401
_REASONS_BANNED = frozenset({402, 403, 406})


def qr_updated(envelope: Envelope) -> Event:
    """Read `qrcode.updated`: a new QR, or without one the end of the tries."""
    if not isinstance(envelope.data, dict):
        return Quarantine("qrcode.updated")
    if "qrcode" not in envelope.data:
        return SessionState(State.QR_EXPIRED, at=envelope.at)
    pairing = pairing_of(envelope.data["qrcode"])
    if not pairing.qr and not pairing.pairing_code:
        return Quarantine("qrcode.updated")
    return SessionState(State.QR, at=envelope.at, qr=pairing.qr, pairing_code=pairing.pairing_code)


def connection_updated(envelope: Envelope) -> Event:
    """Read `connection.update`. Short drops show no close: only connecting, then open."""
    reason = whole(dig(envelope.data, "statusReason"))
    match dig(envelope.data, "state"):
        case "open":
            return SessionState(
                State.CONNECTED,
                at=envelope.at,
                own_phone=_own_phone(envelope),
                profile=text(dig(envelope.data, "profileName"), _PROFILE_MAX),
            )
        case "connecting":
            return SessionState(State.CONNECTING, at=envelope.at)
        case "close":
            return SessionState(_lost(reason), at=envelope.at, reason=_code(reason))
        case "refused":  # said once, when nobody read the last QR
            return SessionState(State.QR_EXPIRED, at=envelope.at, reason=_code(reason))
    return Quarantine("connection.update")


def instance_closed(envelope: Envelope) -> Event:
    """Read `status.instance`: the first sign of a loss that needs a person."""
    if dig(envelope.data, "status") != "closed":
        return Quarantine("status.instance")
    reason = whole(dig(envelope.data, "disconnectionReasonCode"))
    return SessionState(_lost(reason), at=envelope.at, reason=_code(reason))


def logged_out(envelope: Envelope) -> Event:
    """Read `logout.instance`, which carries no data."""
    return SessionState(State.LOGGED_OUT, at=envelope.at)


def removed(envelope: Envelope) -> Event:
    """Read `remove.instance`, which carries no data."""
    return SessionState(State.DELETED, at=envelope.at)


def pairing_of(qrcode: object) -> Pairing:
    """Read a QR object, the same in events and answers. Its picture is left: we draw our own."""
    code = text(dig(qrcode, "code"))
    return Pairing(
        qr=code if len(code.encode()) <= _QR_MAX else "",
        pairing_code=text(dig(qrcode, "pairingCode"), _PAIRING_CODE_MAX),
    )


def _own_phone(envelope: Envelope) -> str | None:
    return phone_of(parse_jid(dig(envelope.data, "wuid"))) or envelope.own_phone


def _lost(reason: int | None) -> State:
    if reason == _REASON_LOGGED_OUT:
        return State.LOGGED_OUT
    return State.BANNED if reason in _REASONS_BANNED else State.DISCONNECTED


def _code(reason: int | None) -> int | None:
    return reason if reason is not None and 0 <= reason <= 999 else None
