"""Tells the open screens what a transaction changed, after it committed.

Fragments are rendered once, free of the viewer, with the templates of the page itself. Each goes
to the groups that saw the ticket before or see it now; the sockets decide who may receive it.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from evendas import live
from evendas.accounts.models import User
from sac.actions.troubles import lines_of_store
from sac.models import Attendant, Conversation, Message, Ticket, TicketEvent
from sac.models.ticket import TicketQuerySet
from sac.permissions import Sight
from sac.thread import as_items, chapter_of

Item = Message | TicketEvent


@dataclass
class Announcement:
    """What one transaction changes in one conversation. Make it right after taking the lock."""

    conversation: Conversation
    since: int = field(init=False)
    items: list[Item] = field(default_factory=list)
    tickets: dict[int, tuple[Ticket, Sight | None]] = field(default_factory=dict)
    is_about_contact: bool = False
    is_heard: bool = False
    arrival: "Arrival | None" = None
    returned: "Return | None" = None
    naming: "Naming | None" = None

    def __post_init__(self) -> None:
        self.since = self.conversation.revision + 1

    def changed(self, *items: Item) -> None:
        self.items.extend(items)

    def ticket_changed(self, ticket: Ticket, *, before: Sight | None) -> None:
        """Say that a ticket's row changed. `before` is its sight at the lock, None when new."""
        # Rows carry the revision, and this is the conversation that takes it.
        ticket.conversation = self.conversation
        self.tickets.setdefault(ticket.pk, (ticket, before))

    def heard(self) -> None:
        """Say that the customer just wrote: whoever is concerned may be called to it."""
        self.is_heard = True

    def contact_changed(self) -> None:
        """Say that the customer's data changed, which stand around every thread of theirs."""
        self.is_about_contact = True

    def arrived(self, ticket: Ticket, *, by: User, note: str) -> None:
        """Say that a ticket was handed to somebody, who must notice."""
        self.arrival = Arrival(ticket, by, note)

    def given_back(self, ticket: Ticket, *, loser: Attendant, reason: str) -> None:
        """Say that a ticket was taken from somebody who did not answer: all must notice."""
        self.returned = Return(ticket, loser, reason)

    def named(
        self, ticket: Ticket, note: Message, people: Sequence[Attendant], *, by: User
    ) -> None:
        """Say that a note names these people, who must notice."""
        self.naming = Naming(ticket, note, people, by)

    def after_commit(self) -> None:
        """Speak once the transaction is safe; a broken template never breaks the write."""
        transaction.on_commit(self._speak, robust=True)

    def _speak(self) -> None:
        with timezone.override(self.conversation.store.zone):
            for ticket, items in self._by_chapter():
                self._push_thread(ticket, items)
            for ticket, before in self.tickets.values():
                if self._is_silent:
                    self._push_thread(ticket, [])
                self._push_row(ticket, before)
            if self.arrival:
                _push_alert(self.arrival)
            if self.returned:
                _push_return(self.returned)
            if self.naming:
                _push_mention(self.naming)

    @property
    def _is_silent(self) -> bool:
        """Nothing in the thread changed, and watchers would take the revision for a gap."""
        return not self.items and self.conversation.revision >= self.since

    def _by_chapter(self) -> Iterator[tuple[Ticket, list[Item]]]:
        """The changed lines by the chapter in whose thread they stand, where there is one."""
        has_loose = any(item.ticket_id is None for item in self.items)
        tickets = self.conversation.tickets.for_list().order_by("created_at")
        chapters = list(tickets) if has_loose else []
        found: dict[Ticket, list[Item]] = {}
        for item in self.items:
            ticket = item.ticket or chapter_of(item, chapters)
            if ticket is not None:
                found.setdefault(ticket, []).append(item)
        yield from found.items()

    def _push_thread(self, ticket: Ticket, items: Sequence[Item]) -> None:
        group = live.conversation_group(self.conversation.pk)
        if not live.is_heard(group):
            return
        known = self.tickets.get(ticket.pk)
        frame = {
            "t": "thread",
            "conversation": self.conversation.pk,
            "ticket": ticket.pk,
            "from": self.since,
            "to": self.conversation.revision,
            "html": render_to_string("sac/_items.html", {"thread": as_items(items)}),
            "header": self._is_around(has_moved=known is not None and Sight.of(ticket) != known[1]),
            "sight": asdict(Sight.of(ticket)),
            "parties": [attendant for attendant, _ in _parties(ticket)],
        }
        live.publish([group], frame)

    def _is_around(self, *, has_moved: bool) -> bool:
        """What stands around the thread is another: whose it is, the customer's data, a mention."""
        return has_moved or self.is_about_contact or self.naming is not None

    def _push_row(self, ticket: Ticket, before: Sight | None) -> None:
        sight = Sight.of(ticket)
        parties = _parties(ticket)
        groups = _groups(sight) | (_groups(before) if before else set())
        groups |= {live.user_group(user) for _, user in parties}
        frame = {
            "t": "row",
            "ticket": ticket.pk,
            "revision": self.conversation.revision,
            # A socket in two of the groups gets it twice and knows it by this.
            "push": secrets.token_hex(6),
            "html": render_to_string("sac/_row.html", {"ticket": ticket}),
            # The month's figures are made of steps.
            "counts": sight != before or any(isinstance(item, TicketEvent) for item in self.items),
            "heard": self.is_heard and ticket.is_live,
            "sight": asdict(sight),
            "parties": [attendant for attendant, _ in parties],
        }
        live.publish(groups, frame)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ticket in new hands: who sent it there, and what they wrote to the receiver."""

    ticket: Ticket
    by: User
    note: str


@dataclass(frozen=True, slots=True)
class Return:
    """A ticket taken out of the hands of who did not answer, and why."""

    ticket: Ticket
    loser: Attendant
    reason: str


def _push_alert(arrival: Arrival) -> None:
    """Alert the receiver, or everybody of the department but who sent it there."""
    sight = Sight.of(arrival.ticket)
    frame = {
        "t": "alert",
        "ticket": arrival.ticket.pk,
        "push": secrets.token_hex(6),
        "html": render_to_string("sac/_alert.html", {"ticket": arrival.ticket, "arrival": arrival}),
        "sight": asdict(sight),
        "to_user": sight.user_id,
        "to_department": None if sight.user_id else sight.department_id,
        "by": arrival.by.pk,
    }
    # Who sees everything is in no department's group, and may work in this one all the same.
    groups = _groups(sight) if sight.user_id is None else {live.user_group(sight.user_id)}
    live.publish(groups, frame)


def _push_return(given_back: Return) -> None:
    """Alert the department, and by itself who lost the ticket: it may be out of their sight."""
    ticket, loser = given_back.ticket, given_back.loser.user_id
    sight, context = Sight.of(ticket), {"ticket": ticket, "told": given_back}
    everybody: live.Event = {
        "t": "alert",
        "ticket": ticket.pk,
        "push": secrets.token_hex(6),
        "html": render_to_string("sac/_alert_returned.html", context),
        "sight": asdict(sight),
        "to_user": None,
        "to_department": sight.department_id,
        "by": loser,
    }
    live.publish(_groups(sight), everybody)
    theirs = render_to_string("sac/_alert_returned.html", {**context, "is_loser": True})
    own: live.Event = {"t": "alert", "ticket": ticket.pk, "html": theirs}
    own |= {"to_user": loser, "to_department": None, "by": None}
    live.publish([live.user_group(loser)], own)


@dataclass(frozen=True, slots=True)
class Naming:
    """A note, whom it names, and who wrote it."""

    ticket: Ticket
    note: Message
    people: Sequence[Attendant]
    by: User


def _push_mention(naming: Naming) -> None:
    """Alert those who are named, each on whichever page they are but the conversation itself."""
    context = {"ticket": naming.ticket, "naming": naming}
    frame = {
        "t": "alert",
        "ticket": naming.ticket.pk,
        "conversation": naming.ticket.conversation_id,
        "html": render_to_string("sac/_mention_alert.html", context),
        "sight": asdict(Sight.of(naming.ticket)),
        "parties": [attendant for attendant, _ in _parties(naming.ticket)],
        "to_department": None,
        "by": naming.by.pk,
    }
    for one in naming.people:
        own = {**frame, "to_user": one.user_id, "push": secrets.token_hex(6)}
        live.publish([live.user_group(one.user_id)], own)


def _parties(ticket: Ticket) -> list[tuple[int, int]]:
    """(attendant, user) of everybody who took part in a closed ticket: they go on seeing it."""
    if ticket.is_live:
        return []
    steps = ticket.events.exclude(attendant=None).order_by()
    return list(steps.values_list("attendant", "attendant__user").distinct())


def _groups(sight: Sight) -> set[str]:
    """Whose lists may hold this ticket."""
    groups = {live.everything_group(sight.store_id)}
    if sight.department_id is None:
        groups.add(live.instance_group(sight.instance_id))
    else:
        groups.add(live.department_group(sight.department_id))
    if sight.user_id is not None:
        groups.add(live.user_group(sight.user_id))
    return groups


def names_changed(store_id: int) -> None:
    """After commit, let open lists be read again: a name or colour on their rows is another."""
    frame: live.Event = {"t": "list", "conversations": []}
    groups = [live.store_group(store_id)]
    transaction.on_commit(lambda: live.publish(groups, frame), robust=True)


def past_changed(store_id: int, tickets: TicketQuerySet) -> None:
    """After commit, let the lists that show one of these closed tickets be read again.

    A customer may have hundreds of them: their rows are not pushed one by one.
    """
    rows = set(tickets.order_by().values_list("conversation", "department", "instance").distinct())
    if not rows:
        return
    groups = {live.everything_group(store_id)}
    for _, department, instance in rows:
        is_placed = department is not None
        groups.add(
            live.department_group(department) if is_placed else live.instance_group(instance)
        )
    frame: live.Event = {"t": "list", "conversations": sorted({row[0] for row in rows})}
    transaction.on_commit(lambda: live.publish(groups, frame), robust=True)


def conversation_left(conversation_id: int) -> None:
    """After commit, let whoever has it on screen look where its tickets are by now."""
    frame: live.Event = {"t": "list", "conversations": []}
    groups = [live.conversation_group(conversation_id)]
    transaction.on_commit(lambda: live.publish(groups, frame), robust=True)


def orders_changed(conversation_ids: Iterable[int]) -> None:
    """After commit, let whoever has one of these on screen read their customer's orders again."""
    ids = list(conversation_ids)

    def push() -> None:
        for pk in ids:
            frame: live.Event = {"t": "around", "conversation": pk}
            live.publish([live.conversation_group(pk)], frame)

    transaction.on_commit(push, robust=True)


def money_changed(store_id: int) -> None:
    """After commit, let the figures of Início be read again by whoever may see them."""
    groups = [live.store_group(store_id)]
    transaction.on_commit(lambda: live.publish(groups, {"t": "money"}), robust=True)


def presence_changed(attendant: Attendant) -> None:
    """Tell everybody of the store, after commit, whether a colleague takes conversations now."""

    def push() -> None:
        html = render_to_string("sac/_presence.html", {"attendant": attendant})
        frame = {"t": "team", "attendant": attendant.pk, "html": html}
        live.publish([live.store_group(attendant.store_id)], frame)

    transaction.on_commit(push, robust=True)


def lines_changed(store_id: int) -> None:
    """Tell everybody of a store the state of its numbers, after commit."""
    transaction.on_commit(lambda: _push_lines(store_id), robust=True)


def _push_lines(store_id: int) -> None:
    html = render_to_string("sac/_lines.html", {"lines": lines_of_store(store_id)})
    live.publish([live.store_group(store_id)], {"t": "lines", "html": html})
