"""The desk in plain Python, as the papers tell it: what every verb does, and to whom it is refused.

No database, no clock, no code of the product: what the stateful model compares the product with.
"""

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["", "refused", "too late", "invalid"]
# Where a message stands in its thread: the second it was sent, then the order of arrival.
Place = tuple[int, int]
LADDER = ("queued", "accepted", "sent", "delivered", "read", "played")
NAMELESS = ("sending", "unknown", "unconfirmed", "accepted", "sent")
IN_DOUBT = ("sending", "unknown", "unconfirmed")
WAITS = (1, 2, 4, 8, 10)
LEASE, SHOWN_AFTER = 35, 60
GOODBYE, UNDO_FOR = "Até logo!", 10


@dataclass(eq=False)
class Person:
    """Somebody of the store. Who only runs it answers nobody."""

    name: str
    places: tuple[str, ...] = ()
    is_admin: bool = False
    sees_all: bool = False
    closes_any: bool = False
    takes_any: bool = False
    is_active: bool = True

    @property
    def answers(self) -> bool:
        return bool(self.places)


@dataclass(eq=False)
class Ticket:
    conversation: "Conversation"
    status: str = "waiting"
    owner: Person | None = None
    place: str | None = None
    is_new: bool = True
    pk: int = 0
    took_part: list[Person] = field(default_factory=list)
    closed_at: float = 0
    closer: Person | None = None
    was_new: bool = False

    @property
    def is_live(self) -> bool:
        return self.status != "closed"

    def seen_by(self, person: Person) -> bool:
        if person.is_admin or self.owner is person or (self.is_live and person.sees_all):
            return True
        in_reach = person.answers if self.place is None else self.place in person.places
        return in_reach or (not self.is_live and person in self.took_part)

    def hand_to(self, person: Person, *, is_new: bool) -> None:
        self.status, self.owner, self.is_new = "open", person, is_new
        self.took_part.append(person)

    def queue(self) -> None:
        self.status, self.owner = "waiting", None


@dataclass(eq=False)
class Message:
    conversation: "Conversation"
    ticket: Ticket | None
    text: str
    state: str
    place: Place
    provider_id: str = ""
    pk: int = 0
    due: float = 0
    attempts: int = 0
    started: float = 0
    is_goodbye: bool = False

    @property
    def is_known(self) -> bool:
        """It can be found again in the database."""
        return bool(self.pk or self.provider_id)

    def advance(self, status: str) -> None:
        """Ticks only go up; a failure gives way to nothing but proof of delivery."""
        if self.state == "failed":
            is_better = status in LADDER[3:]
        elif status == "failed":
            is_better = self.state not in LADDER[3:]
        else:
            reached = LADDER.index(self.state) if self.state in LADDER else 0
            is_better = LADDER.index(status) > reached
        if is_better:
            self.state = status


@dataclass(eq=False)
class Conversation:
    phone: str
    name: str = ""
    is_named: bool = False
    tickets: list[Ticket] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def live(self) -> Ticket | None:
        return self.tickets[-1] if self.tickets and self.tickets[-1].is_live else None

    @property
    def thread(self) -> list[Message]:
        return sorted(self.messages, key=lambda one: one.place)

    @property
    def outbox(self) -> list[Message]:
        """Ours, in the order they were written."""
        return [one for one in self.messages if one.state != "received"]


@dataclass
class Desk:
    """Everything the store knows."""

    people: dict[str, Person]
    conversations: dict[str, Conversation] = field(default_factory=dict)
    early: dict[str, list[str]] = field(default_factory=dict)
    clicks: dict[int, Message] = field(default_factory=dict)
    now: float = 0
    arrivals: int = 0

    @property
    def tickets(self) -> list[Ticket]:
        """By phone and age."""
        return [one for _, known in sorted(self.conversations.items()) for one in known.tickets]

    @property
    def messages(self) -> list[Message]:
        return [one for known in self.conversations.values() for one in known.messages]

    @property
    def with_queue(self) -> list[Conversation]:
        known = self.conversations.values()
        return [one for one in known if any(two.state == "queued" for two in one.outbox)]

    @property
    def undecided(self) -> list[Message]:
        """What somebody may decide about; before it, what is on its way and decides itself."""
        asked = ("unknown", "accepted", "failed", "unconfirmed")
        found = [one for one in self.messages if one.state in asked and one.is_known]
        return sorted(found, key=lambda one: one.state in asked[2:])

    @property
    def closed_before(self) -> list[Ticket]:
        """What was ever closed, the latest last."""
        return sorted((one for one in self.tickets if one.closed_at), key=lambda one: one.closed_at)

    def arrival(self) -> int:
        self.arrivals += 1
        return self.arrivals

    # --- What comes in ---------------------------------------------------------------------------

    def hear(self, phone: str, text: str, provider_id: str, place: Place, *, name: str) -> None:
        known = self._conversation(phone)
        if not known.is_named:
            known.name = name
        if self._named(provider_id):
            return
        if known.live is None:
            known.tickets.append(Ticket(known))
            self._forget_goodbyes(known)
        assert known.live
        known.live.is_new = True
        message = Message(known, known.live, text, "received", place, provider_id)
        known.messages.append(message)

    def _forget_goodbyes(self, known: Conversation) -> None:
        for one in known.messages:
            if one.is_goodbye and one.state == "queued" and not one.attempts:
                one.state = "superseded"

    def overhear(
        self, phone: str, text: str, provider_id: str, place: Place, *, is_api: bool
    ) -> None:
        """Something of ours came back: what is on its way, the oldest without a name, or new."""
        known = self._conversation(phone)
        if self._named(provider_id):
            return
        nameless = [one for one in known.outbox if one.state in NAMELESS and not one.provider_id]
        nameless.sort(key=lambda one: one.state not in {"sending", "unknown"})
        ours = next((one for one in nameless if one.text == text), None)
        if ours and is_api:
            ours.advance("accepted")
        else:
            ours = Message(known, known.live, text, "sent", place)
            known.messages.append(ours)
        self._name(ours, provider_id)

    def tell_status(self, provider_id: str, status: str) -> None:
        ours = self._named(provider_id)
        if ours is None:
            self.early.setdefault(provider_id, []).append(status)
        elif ours.state != "received":
            ours.advance(status)

    def _conversation(self, phone: str) -> Conversation:
        return self.conversations.setdefault(phone, Conversation(phone))

    def _named(self, provider_id: str) -> Message | None:
        return next((one for one in self.messages if one.provider_id == provider_id), None)

    def _name(self, ours: Message, provider_id: str) -> None:
        ours.provider_id = provider_id
        for status in self.early.pop(provider_id, []):
            ours.advance(status)

    # --- What people do --------------------------------------------------------------------------

    def claim(self, who: Person, ticket: Ticket) -> Verdict:
        if ticket.owner is who and ticket.is_live:
            return ""
        if ticket.status != "waiting":
            return "too late"
        if not (ticket.seen_by(who) and who.answers):
            return "refused"
        ticket.hand_to(who, is_new=False)
        return ""

    def take_over(self, who: Person, ticket: Ticket, seen: Person) -> Verdict:
        if ticket.status != "open":
            return "too late"
        if ticket.owner is who:
            return ""
        if not (ticket.seen_by(who) and who.answers and (who.takes_any or who.is_admin)):
            return "refused"
        if ticket.owner is not seen:
            return "too late"
        ticket.hand_to(who, is_new=False)
        return ""

    def move(self, who: Person, ticket: Ticket, place: str) -> Verdict:
        if verdict := self._may_leave(who, ticket):
            return verdict
        if ticket.place == place:
            return "invalid"
        ticket.queue()
        ticket.place, ticket.is_new = place, True
        return ""

    def hand(self, who: Person, ticket: Ticket, receiver: Person) -> Verdict:
        if verdict := self._may_leave(who, ticket):
            return verdict
        if ticket.owner is receiver or not receiver.is_active:
            return "invalid"
        if ticket.place not in receiver.places:
            ticket.place = receiver.places[0]
        ticket.hand_to(receiver, is_new=True)
        return ""

    def give_back(self, who: Person, ticket: Ticket) -> Verdict:
        if ticket.status == "waiting":
            return "too late"
        if verdict := self._may_leave(who, ticket):
            return verdict
        ticket.queue()
        return ""

    def close(self, who: Person, ticket: Ticket, *, says_goodbye: bool) -> Verdict:
        if not ticket.is_live:
            return "too late"
        if ticket.owner is not who and not (who.closes_any or who.is_admin):
            return "refused"
        ticket.was_new = ticket.is_new
        ticket.status, ticket.is_new = "closed", False
        ticket.closed_at, ticket.closer = self.now, who
        if who.answers:
            ticket.took_part.append(who)
        if says_goodbye:
            home, place = ticket.conversation, (int(self.now), self.arrival())
            due = self.now + UNDO_FOR
            goodbye = Message(home, ticket, GOODBYE, "queued", place, due=due, is_goodbye=True)
            home.messages.append(goodbye)
        return ""

    def undo(self, who: Person, ticket: Ticket) -> Verdict:
        if ticket.is_live:
            return "too late"
        is_closer = ticket.closer is who and who.answers
        if not (is_closer or who.closes_any or who.is_admin):
            return "refused"
        is_last = ticket.conversation.tickets[-1] is ticket
        if not is_last or self.now >= ticket.closed_at + UNDO_FOR:
            return "too late"
        ticket.status = "open" if ticket.owner else "waiting"
        ticket.is_new = ticket.was_new
        for one in ticket.conversation.messages:
            if one.ticket is ticket and one.is_goodbye:
                one.state = "superseded"
        return ""

    def look(self, who: Person, ticket: Ticket) -> None:
        if self._may_reply(who, ticket):
            ticket.is_new = False

    def send(self, who: Person, ticket: Ticket, text: str, click: int) -> Verdict | Message:
        """Queue an answer; return what was queued by this click, now or before."""
        if known := self.clicks.get(click):
            return known if known.conversation is ticket.conversation else "too late"
        if not ticket.is_live:
            return "too late"
        if ticket.status == "waiting" and (verdict := self.claim(who, ticket)):
            return verdict
        if ticket.owner is not who:
            return "refused"
        home, place = ticket.conversation, (int(self.now), self.arrival())
        message = Message(home, ticket, text, "queued", place, due=self.now)
        home.messages.append(message)
        self.clicks[click] = message
        ticket.is_new = False
        return message

    def retry(self, who: Person, message: Message) -> Verdict:
        if not self._may_settle(who, message.ticket):
            return "refused"
        if message.state not in {"failed", "unconfirmed"}:
            return "too late"
        message.state, message.provider_id = "queued", ""
        message.attempts, message.due = 0, self.now
        return ""

    def confirm(self, who: Person, message: Message) -> Verdict:
        if not self._may_settle(who, message.ticket):
            return "refused"
        if message.state != "unconfirmed":
            return "too late"
        message.state = "sent"
        return ""

    def dismiss(self, person: Person) -> None:
        person.is_active = False
        for ticket in self.tickets:
            if ticket.owner is person and ticket.is_live:
                ticket.queue()

    def rename(self, conversation: Conversation, name: str) -> None:
        conversation.name, conversation.is_named = name, bool(name)

    def _may_leave(self, who: Person, ticket: Ticket) -> Verdict:
        if not ticket.is_live:
            return "too late"
        is_its = ticket.owner is who or who.takes_any or who.is_admin
        may = who.answers if ticket.status == "waiting" else is_its
        return "" if may and ticket.seen_by(who) else "refused"

    def _may_reply(self, who: Person, ticket: Ticket | None) -> bool:
        if ticket is None or not ticket.is_live:
            return False
        return who.answers if ticket.status == "waiting" else ticket.owner is who

    def _may_settle(self, who: Person, ticket: Ticket | None) -> bool:
        if ticket is None or ticket.is_live:
            return self._may_reply(who, ticket)
        return ticket.owner is who or who.closes_any or who.is_admin

    # --- What goes out ---------------------------------------------------------------------------

    def begin(self, conversation: Conversation) -> Message | None:
        """The next to leave: one at a time, in order, and nothing past what nobody knows."""
        if any(one.state in {"sending", "unknown"} for one in conversation.outbox):
            return None
        head = next((one for one in conversation.outbox if one.state == "queued"), None)
        if head is None or head.due > self.now:
            return None
        head.state, head.started = "sending", self.now
        head.attempts += 1
        return head

    def accept(self, message: Message, provider_id: str) -> None:
        """The gateway took it, under this name; what came back as a stranger's was this one."""
        if message.provider_id or message.state not in IN_DOUBT:
            return
        if provider_id and (echo := self._named(provider_id)):
            message.state = echo.state
            echo.state, echo.provider_id = "superseded", ""
        message.advance("accepted")
        if provider_id:
            self._name(message, provider_id)

    def postpone(self, message: Message) -> None:
        message.state = "queued"
        message.due = self.now + WAITS[min(message.attempts, len(WAITS)) - 1]

    def sweep(self) -> None:
        for one in self.messages:
            if one.state == "sending" and one.started + LEASE < self.now:
                one.state = "unknown"
            if one.state == "unknown" and one.started + SHOWN_AFTER < self.now:
                one.state = "unconfirmed"
