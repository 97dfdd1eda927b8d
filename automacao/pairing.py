"""What the pairing panel shows of a number: one face per situation."""

import math
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno

from automacao.models import Instance

State = Instance.State
# A pairing that stands still this long is offered a new start.
PATIENCE = timedelta(seconds=60)
_TONES = {
    State.CONNECTED: "green",
    State.WAITING_QR: "amber",
    State.CONNECTING: "amber",
    State.DISCONNECTED: "grey",
    State.LOGGED_OUT: "red",
    State.BANNED: "red",
    State.FAILED: "red",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel of one moment."""

    instance: Instance
    face: str
    seconds_left: int = 0

    @classmethod
    def of(cls, instance: Instance, now: datetime) -> "Panel":
        left = (instance.qr_expires_at - now).total_seconds() if instance.qr_expires_at else 0
        return cls(instance, _face(instance, now), max(0, math.ceil(left)))

    @property
    def tone(self) -> str:
        """The colour of the state's chip."""
        return _TONES[State(self.instance.state)]

    @property
    def mark(self) -> str:
        """Equal for two panels that look the same: pages redraw only when it changes."""
        one = self.instance
        shown = f"{one.qr_code}\n{one.last_error}\n{one.pairing_code}\n{one.profile_name}"
        return f"{self.face}:{one.state}:{zlib.crc32(shown.encode()):x}"

    @property
    def qr_image(self) -> str:
        """The picture of the code: black on white in every theme, or cameras do not read it."""
        code = segno.make(self.instance.qr_code, error="l", micro=False)
        picture: str = code.svg_data_uri(border=2, dark="#000", light="#fff", omitsize=True)
        return picture

    @property
    def pairing_code(self) -> str:
        """The code as phones ask for it, in two groups of four."""
        code = self.instance.pairing_code
        return f"{code[:4]}-{code[4:]}" if len(code) == 8 else code

    @property
    def countdown(self) -> str:
        """Time to the next code, as a clock shows it."""
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02d}"

    @property
    def is_settled(self) -> bool:
        """Nothing will change unless somebody does something."""
        return self.face in {"new", "connected", "lost", "expired"}


def _face(instance: Instance, now: datetime) -> str:  # noqa: PLR0911 - one line per situation
    if instance.is_connected:
        return "connected"
    if instance.has_live_qr(now):
        return "qr"
    if not instance.phone:
        return "new"
    if instance.state == State.FAILED:
        return "failed"
    if instance.state == State.CONNECTING:
        return _connecting(instance, now)
    if instance.state in {State.LOGGED_OUT, State.BANNED} or instance.session_ended_at:
        return "lost"
    is_unread = instance.gateway_token and not instance.connected_phone
    return "expired" if instance.qr_expires_at or is_unread else "lost"


def _connecting(instance: Instance, now: datetime) -> str:
    if instance.order == Instance.Order.CONNECT:
        return "asking"
    since = instance.state_changed_at or now
    return "stuck" if now - since > PATIENCE else "connecting"
