"""What may go wrong on purpose, on the way in (REST) and on the way out (webhooks). Never saved."""

import asyncio
import secrets
from dataclasses import dataclass, field, fields
from typing import Any

_ABOUT_MESSAGES = ("messages.", "send.message")
_dice = secrets.SystemRandom()


@dataclass
class Fault:
    """Strikes the `next` calls, then with `probability` (0 to 1)."""

    next: int = 0
    probability: float = 0.0

    def strikes(self) -> bool:
        """Decide for one call."""
        if self.next > 0:
            self.next -= 1
            return True
        return self.probability > 0 and _dice.random() < self.probability


@dataclass
class Faults:
    """The faults in force. Those of REST hit `/message/*`, or every route with `everywhere`."""

    delay_ms: int = 0
    down: bool = False
    everywhere: bool = False
    reset: Fault = field(default_factory=Fault)
    error_500: Fault = field(default_factory=Fault)
    # The three below act first and fail afterwards: the message did leave.
    accept_then_reset: Fault = field(default_factory=Fault)
    accept_then_500: Fault = field(default_factory=Fault)
    accept_then_hang: Fault = field(default_factory=Fault)
    duplicate: bool = False
    unordered_ms: int = 0
    hold: bool = False
    # Events about messages that are never posted; findMessages knows what they told.
    hidden: Fault = field(default_factory=Fault)
    # The last receipt first, the server's own last.
    receipts_backwards: bool = False
    # A send is answered when its echo has arrived, or so much later than it left.
    echo_first: bool = False
    answer_late_ms: int = 0
    # getBase64FromMediaMessage: bytes a second, bytes in place of the real file, a length that
    # the header declares. 0: as it should be.
    media_drip: int = 0
    media_size: int = 0
    media_declared: int = 0

    def __post_init__(self) -> None:
        self._open_gate = asyncio.Event()
        self._open_gate.set()

    def set(self, wanted: dict[str, Any]) -> None:
        """Change the named faults, leave the others. A bare number means the next n calls.

        Raises ValueError with the name that is none.
        """
        known = {entry.name for entry in fields(self)}
        if unknown := set(wanted) - known:
            raise ValueError(f"There is no fault {', '.join(sorted(unknown))}.")
        for name, value in wanted.items():
            setattr(self, name, _read(value) if isinstance(getattr(self, name), Fault) else value)
        (self._open_gate.clear if self.hold else self._open_gate.set)()

    def reset_all(self) -> None:
        """Make everything go well again; webhooks on hold leave."""
        clean = Faults()
        self.set({entry.name: getattr(clean, entry.name) for entry in fields(clean)})

    def cover(self, path: str) -> bool:
        """Tell whether the REST faults apply to this path."""
        return self.everywhere or path.startswith("/message/")

    def hides(self, event: str) -> bool:
        """Tell whether this event is lost on its way."""
        return event.startswith(_ABOUT_MESSAGES) and self.hidden.strikes()

    async def before_webhook(self) -> None:
        """Wait as a webhook in trouble does: shuffled within the window, then on hold."""
        if self.unordered_ms:
            await asyncio.sleep(_dice.uniform(0, self.unordered_ms / 1000))
        await self._open_gate.wait()


def _read(value: int | dict[str, Any] | Fault) -> Fault:
    if isinstance(value, Fault):
        return value
    return Fault(next=value) if isinstance(value, int) else Fault(**value)
