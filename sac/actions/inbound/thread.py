"""One conversation while a set of what was said is being added to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from automacao.gateways.port import CallReceived, Event, MessageEcho, MessageReceived
from sac.announce import Announcement
from sac.models import Conversation, Department, Media, Message, Ticket, TicketEvent
from sac.permissions import Sight

# Of a message's name on its number, in characters.
NAME_MAX = 128

Said = MessageReceived | MessageEcho | CallReceived


def name_of(said: Said) -> str:
    """Return what the message is known by on its number. A call's id may be a message's too."""
    return f"call:{said.id}"[:NAME_MAX] if isinstance(said, CallReceived) else said.id


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event out of the inbox: its arrival number and time, and what the adapter read.

    History is what was said before the number was connected: it opens nothing and rings nobody.
    """

    inbox_id: int
    received_at: datetime
    event: Event
    is_history: bool = False


@dataclass
class Thread:
    """A conversation under its lock, the chapter that is open in it, and what is new."""

    conversation: Conversation
    ticket: Ticket | None
    department: Department | None
    now: datetime
    known: set[str | None]
    unsettled: list[Message]
    calls: dict[str | None, Message]
    announcement: Announcement = field(init=False)
    before: Sight | None = field(init=False)
    is_new_ticket: bool = False
    shown: Message | None = None
    messages: list[Message] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    adopted: list[Message] = field(default_factory=list)
    # Calls told of again: how they ended.
    ended: list[Message] = field(default_factory=list)
    # Closing texts that do not leave any more.
    taken_back: list[Message] = field(default_factory=list)
    # Earlier chapters whose rows of the list follow what was adopted or taken back.
    past: list[Ticket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.announcement = Announcement(self.conversation)
        self.before = Sight.of(self.ticket) if self.ticket else None

    @property
    def changed(self) -> Sequence[Message]:
        """Every message that is new here or has changed."""
        return (*self.messages, *self.adopted, *self.ended, *self.taken_back)
