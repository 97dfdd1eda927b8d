"""What customers and phones said becomes rows: contacts, conversations, tickets, messages.

Works on a set of events of one instance at a time, inside the caller's transaction. Locks are taken
in the house order (store when contacts are made, contact, conversation, ticket), the clock is read
after them, and the code counter's row is taken last.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from automacao.gateways.port import Event, MessageEcho, MessageReceived
from automacao.models import Instance
from evendas import clock
from evendas.bell import ring
from sac.actions.codes import take_codes
from sac.actions.people import Identities, find_or_create_contacts
from sac.actions.rows import write_columns
from sac.actions.statuses import apply_early_statuses, show_on_list
from sac.actions.trail import step
from sac.announce import Announcement, past_changed
from sac.models import Contact, Conversation, Department, Message, Ticket, TicketEvent
from sac.ordering import clamp, is_late, sort_key
from sac.permissions import Sight

Said = MessageReceived | MessageEcho
# Ours, handed to the gateway and without an id: an echo may bring it.
_NAMELESS = (
    Message.State.SENDING,
    Message.State.UNKNOWN,
    Message.State.UNCONFIRMED,
    # Accepted by an answer that did not name the message, or seen on the phone by a person.
    Message.State.ACCEPTED,
    Message.State.SENT,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event out of the inbox: its arrival number and time, and what the adapter read."""

    inbox_id: int
    received_at: datetime
    event: Event


@dataclass
class Thread:
    """One conversation while a set of messages is being added to it."""

    conversation: Conversation
    ticket: Ticket | None
    department: Department | None
    now: datetime
    known: set[str | None]
    unsettled: list[Message]
    announcement: Announcement = field(init=False)
    before: Sight | None = field(init=False)
    is_new_ticket: bool = False
    shown: Message | None = None
    messages: list[Message] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    adopted: list[Message] = field(default_factory=list)
    # Earlier chapters whose rows of the list follow what was adopted.
    past: list[Ticket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.announcement = Announcement(self.conversation)
        self.before = Sight.of(self.ticket) if self.ticket else None


def receive_messages(instance: Instance, arrivals: Sequence[tuple[Arrival, Said]]) -> None:
    """Store what was said, once each, opening tickets for new content of customers."""
    threads = _open_threads(instance, arrivals)
    for arrival, said in arrivals:
        thread = threads[said.identities]
        if said.id in thread.known:
            continue
        if isinstance(said, MessageReceived):
            _hear(thread, arrival, said)
        else:
            _recognise(thread, arrival, said)
    changed = _once(threads.values())
    _save(instance, changed)
    for thread in changed:
        _announce(thread)
    _tell_names(instance, [row for row in changed if row.announcement.is_about_contact])


def _open_threads(
    instance: Instance, arrivals: Sequence[tuple[Arrival, Said]]
) -> dict[Identities, Thread]:
    people = find_or_create_contacts(instance.store_id, [said.identities for _, said in arrivals])
    renamed = _learn_names(people, arrivals)
    conversations = _lock_conversations(instance, people, arrivals)
    tickets = _lock_tickets(conversations)
    known = _known_ids(instance, [said.id for _, said in arrivals])
    unsettled = _unsettled_messages(conversations) if _has_echo(arrivals) else {}
    department = _only_department(instance)
    now = clock.now()
    by_contact = {
        conversation.contact_id: Thread(
            conversation=conversation,
            ticket=tickets.get(conversation.pk),
            department=department,
            now=now,
            known=known,
            unsettled=unsettled.get(conversation.pk, []),
        )
        for conversation in conversations
    }
    for contact in renamed:
        by_contact[contact.pk].announcement.contact_changed()
    return {identities: by_contact[contact.pk] for identities, contact in people.items()}


def _learn_names(
    people: dict[Identities, Contact], arrivals: Iterable[tuple[Arrival, Said]]
) -> list[Contact]:
    """Return who has another name now."""
    names = {
        people[said.identities]: said.push_name
        for _, said in arrivals
        if isinstance(said, MessageReceived) and said.push_name
    }
    renamed = [person for person, name in names.items() if person.learn_name(name)]
    write_columns(renamed, ["name"])
    return renamed


def _lock_conversations(
    instance: Instance,
    people: dict[Identities, Contact],
    arrivals: Iterable[tuple[Arrival, Said]],
) -> list[Conversation]:
    addresses = {people[said.identities]: said.address for _, said in arrivals}
    contacts = {contact.pk: contact for contact in addresses}
    locked = (
        Conversation.objects.filter(instance=instance, contact__in=contacts)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    rows = list(locked)
    if len(rows) < len(contacts):
        _open_conversations(instance, addresses)
        rows = list(locked.all())
    for row in rows:
        # What every reader of them needs is at hand already.
        row.instance, row.store = instance, instance.store
        row.contact = contacts[row.contact_id]
        row.send_address = addresses[row.contact]
    return rows


def _open_conversations(instance: Instance, addresses: dict[Contact, str]) -> None:
    Conversation.objects.bulk_create(
        [
            Conversation(
                store_id=instance.store_id,
                instance=instance,
                contact=contact,
                send_address=address,
            )
            for contact, address in addresses.items()
        ],
        ignore_conflicts=True,
    )


def _lock_tickets(conversations: Sequence[Conversation]) -> dict[int, Ticket]:
    by_id = {conversation.pk: conversation for conversation in conversations}
    live = Ticket.objects.live().filter(conversation__in=by_id).order_by("id")
    locked = live.select_for_update(no_key=True, of=("self",))
    tickets = {row.conversation_id: row for row in locked.select_related("department", "attendant")}
    for conversation_id, ticket in tickets.items():
        ticket.conversation = by_id[conversation_id]
        ticket.instance, ticket.store = ticket.conversation.instance, ticket.conversation.store
    return tickets


def _known_ids(instance: Instance, ids: Sequence[str]) -> set[str | None]:
    rows = Message.objects.filter(instance=instance, provider_id__in=ids)
    return set(rows.values_list("provider_id", flat=True))


def _has_echo(arrivals: Iterable[tuple[Arrival, Said]]) -> bool:
    return any(isinstance(said, MessageEcho) for _, said in arrivals)


def _unsettled_messages(conversations: Sequence[Conversation]) -> dict[int, list[Message]]:
    """Ours that may come back as an echo: what is on its way, then the rest, oldest first."""
    rows = Message.objects.filter(
        conversation__in=conversations, provider_id=None, state__in=_NAMELESS
    )
    found: dict[int, list[Message]] = defaultdict(list)
    on_its_way = Q(state__in=[Message.State.SENDING, Message.State.UNKNOWN])
    rows = rows.alias(is_settled=~on_its_way).order_by("is_settled", "id")
    for row in rows.select_related("attendant", "ticket"):
        found[row.conversation_id].append(row)
    return found


def _only_department(instance: Instance) -> Department | None:
    """The instance's department when it has just one; with several, nobody is left out."""
    departments = list(Department.objects.active().filter(instance=instance)[:2])
    return departments[0] if len(departments) == 1 else None


def _hear(thread: Thread, arrival: Arrival, said: MessageReceived) -> None:
    """A customer wrote: new content, which opens a ticket when none is live."""
    sent_at = clamp(said.sent_at, arrival.received_at)
    ticket = thread.ticket or _open_ticket(thread, arrival, sent_at)
    message = _message(thread, arrival, said, sent_at, ticket)
    message.direction = Message.Direction.IN
    message.origin = Message.Origin.CUSTOMER
    message.state = Message.State.RECEIVED
    message.is_late = is_late(sent_at, arrival.received_at)
    ticket.new_since = ticket.new_since or thread.now
    ticket.waiting_since = ticket.waiting_since or sent_at
    _show(thread, message)


def _open_ticket(thread: Thread, arrival: Arrival, sent_at: datetime) -> Ticket:
    conversation = thread.conversation
    ticket = Ticket(
        store=conversation.store,
        conversation=conversation,
        instance=conversation.instance,
        department=thread.department,
        status=Ticket.Status.WAITING,
        created_at=thread.now,
        queued_at=thread.now,
        last_activity_at=sent_at,
    )
    thread.ticket, thread.is_new_ticket = ticket, True
    for kind in (TicketEvent.Kind.CREATED, TicketEvent.Kind.QUEUED):
        event = step(conversation, ticket, kind, at=thread.now, arrival=arrival.inbox_id)
        # The chapter's title stands above the message that opened it, however late that came.
        event.sort_key = sort_key(sent_at, arrival.inbox_id)
        thread.events.append(event)
    return ticket


def _recognise(thread: Thread, arrival: Arrival, echo: MessageEcho) -> None:
    """A message of ours came back: give it to the row that is waiting for it, or keep it as new."""
    ours = next((row for row in thread.unsettled if row.text == echo.text), None)
    if ours is None or echo.origin != "api":
        _overhear(thread, arrival, echo)
        return
    thread.unsettled.remove(ours)
    ours.provider_id = echo.id
    ours.advance(Message.State.ACCEPTED)
    ours.revision = thread.conversation.next_revision()
    thread.known.add(echo.id)
    thread.adopted.append(ours)


def _overhear(thread: Thread, arrival: Arrival, echo: MessageEcho) -> None:
    """Somebody answered outside the desk, on the phone or through another system."""
    sent_at = clamp(echo.sent_at, arrival.received_at)
    message = _message(thread, arrival, echo, sent_at, thread.ticket)
    message.direction = Message.Direction.OUT
    message.origin = Message.Origin.API if echo.origin == "api" else Message.Origin.PHONE
    message.state = Message.State.SENT
    if thread.ticket:
        thread.ticket.waiting_since = None
        _show(thread, message)


def _show(thread: Thread, message: Message) -> None:
    if thread.ticket and thread.ticket.show_last(message):
        thread.shown = message


def _message(
    thread: Thread, arrival: Arrival, said: Said, sent_at: datetime, ticket: Ticket | None
) -> Message:
    conversation = thread.conversation
    message = Message(
        store_id=conversation.store_id,
        conversation=conversation,
        ticket=ticket,
        instance_id=conversation.instance_id,
        provider_id=said.id,
        kind=said.kind,
        text=said.text,
        reply_to=said.reply_to or "",
        created_at=thread.now,
        sent_at=sent_at,
        sort_key=sort_key(sent_at, arrival.inbox_id),
        revision=conversation.next_revision(),
    )
    thread.messages.append(message)
    thread.known.add(said.id)
    return message


def _once(threads: Iterable[Thread]) -> list[Thread]:
    """Several identity sets may lead to one thread."""
    unique = {thread.conversation.pk: thread for thread in threads}
    return [row for row in unique.values() if row.messages or row.adopted]


def _save(instance: Instance, threads: Sequence[Thread]) -> None:
    messages = [message for row in threads for message in row.messages]
    adopted = [message for row in threads for message in row.adopted]
    apply_early_statuses(instance, [row for row in (*messages, *adopted) if row.is_out])
    new = [row.ticket for row in threads if row.ticket and row.is_new_ticket]
    _give_codes(instance, new)
    Ticket.objects.bulk_create(new)
    Message.objects.bulk_create(messages)
    write_columns(adopted, Message.SENDING_FIELDS)
    for row in threads:
        row.past = show_on_list([one for one in row.adopted if one.ticket != row.ticket])
    TicketEvent.objects.bulk_create([event for row in threads for event in row.events])
    write_columns([ticket for row in threads for ticket in _shown(row)], Ticket.ACTIVITY_FIELDS)
    write_columns([row.conversation for row in threads], ["revision", "send_address"])


def _shown(thread: Thread) -> Iterator[Ticket]:
    """The thread's ticket, which shows the last message by its id: its ticks go there too."""
    ticket = thread.ticket
    if ticket is None:
        return
    if thread.shown:
        ticket.preview_message_id = thread.shown.pk
    for message in (*thread.messages, *thread.adopted):
        ticket.follow(message)
    yield ticket


def _give_codes(instance: Instance, tickets: Sequence[Ticket]) -> None:
    if not tickets:
        return
    year = timezone.localtime(tickets[0].created_at, instance.store.zone).year
    for ticket, code in zip(
        tickets, take_codes(instance.store_id, year, len(tickets)), strict=True
    ):
        ticket.code = code


def _announce(thread: Thread) -> None:
    announcement = thread.announcement
    announcement.changed(*thread.events, *thread.messages, *thread.adopted)
    if thread.ticket:
        announcement.ticket_changed(thread.ticket, before=thread.before)
    for ticket in thread.past:
        announcement.ticket_changed(ticket, before=Sight.of(ticket))
    announcement.after_commit()
    if thread.adopted:
        # What waited behind an unknown outcome may go.
        conversation_id = thread.conversation.pk
        transaction.on_commit(lambda: ring("sac.deliver", conversation_id), robust=True)


def _tell_names(instance: Instance, threads: Sequence[Thread]) -> None:
    """Where else the customers of these threads are listed: earlier chapters, other numbers."""
    if not threads:
        return
    people = [row.conversation.contact_id for row in threads]
    shown = [row.ticket.pk for row in threads if row.ticket]
    elsewhere = Ticket.objects.filter(conversation__contact__in=people).exclude(pk__in=shown)
    past_changed(instance.store_id, elsewhere)
