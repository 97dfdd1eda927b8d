"""Who else has a conversation before their eyes, and who is writing: told by sockets to sockets.

Nothing of it is kept: a tab says it again every few seconds, and whoever hears no more of one
forgets it. Nobody acts by it.
"""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal

from evendas import live
from evendas.accounts.models import User

Shown = Literal["viewing", "writing"]

# No page has more to say than this: so many frames at once, and so many a second.
BURST = 60
PER_SECOND = 3.0


@dataclass(frozen=True, slots=True)
class Viewer:
    """How a person is shown to the others on a conversation."""

    user: int
    name: str
    initials: str

    @classmethod
    def of(cls, user: User) -> "Viewer":
        """Read by what name the team knows them. One query."""
        attendant = getattr(user, "attendant", None)
        return cls(user.pk, attendant.nickname if attendant else user.full_name, user.initials)


@dataclass(slots=True)
class Frame:
    """What a page may say: which conversation is on screen, and whether one writes in it."""

    watch: int | None = None
    is_watch: bool = False
    writing: bool | None = None
    is_writing: bool = False

    @classmethod
    def read(cls, text: str) -> "Frame":
        """Read a frame; of one that makes no sense nothing is left."""
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return cls()
        told = told if isinstance(told, dict) else {}
        watch, writing = told.get("watch", _NOTHING), told.get("writing", _NOTHING)
        return cls(
            watch=watch if _is_id(watch) else None,
            is_watch=watch is None or _is_id(watch),
            writing=writing if isinstance(writing, bool) else None,
            is_writing=writing is None or isinstance(writing, bool),
        )


_NOTHING = object()


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


class Pace:
    """Lets a socket say so much and no more: what is left over is not heard."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST), time.monotonic()

    def allows(self) -> bool:
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class ViewerConsumer(live.LiveConsumer):
    """A tab that tells the others on its conversation that it is there, and hears of them."""

    watched: int | None = None
    # May see what goes on in the conversation it watches, as far as it was last told.
    is_party = False
    # What the others see of this tab, if anything.
    shown: Shown | None = None
    viewer: Viewer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tab = secrets.token_hex(6)

    async def disconnect(self, code: int) -> None:
        self.go_unseen()
        await super().disconnect(code)

    def show(self, writing: bool | None) -> None:
        """Tell the others; the first time, ask who of them is there. None: one looks away."""
        if not self.is_party or self.watched is None or self.viewer is None:
            return
        if writing is None:
            self.go_unseen()
            return
        is_new, self.shown = self.shown is None, "writing" if writing else "viewing"
        live.publish([live.conversation_group(self.watched)], self._told(asks=is_new))

    def go_unseen(self) -> None:
        """Tell the others that this tab has gone from the conversation."""
        if self.shown is None or self.watched is None:
            return
        self.shown = None
        live.publish([live.conversation_group(self.watched)], self._told())

    async def meet(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Answer a newcomer who asks; return what the page is to know of another person."""
        asked_by = event.pop("asked_by", None)
        is_other = self.viewer is not None and event["user"] != self.viewer.user
        if not is_other or not self.is_party or event["conversation"] != self.watched:
            return None
        if asked_by and self.shown:
            await self.whisper(asked_by, self._told())
        return event

    def _told(self, *, asks: bool = False) -> live.Event:
        assert self.viewer is not None  # noqa: S101 - for mypy: only who is known is shown
        told: live.Event = {"t": "here", "conversation": self.watched, "tab": self.tab}
        told |= {"state": self.shown or "gone", **asdict(self.viewer)}
        return {**told, "asked_by": self.channel_name} if asks else told
