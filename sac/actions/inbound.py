"""What customers and phones said becomes rows: contacts, conversations, tickets, messages.

Works on a set of events of one instance at a time, inside the caller's transaction. Locks are taken
in the house order (store when contacts are made, contact, conversation, ticket), the clock is read
after them, and the code counter's row is taken last.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from automacao.gateways.port import Event, MessageEcho, MessageReceived
from automacao.models import Instance
from evendas import clock
from sac.actions.codes import take_codes
from sac.actions.people import find_or_create_contacts
from sac.actions.statuses import apply_early_statuses
from sac.actions.trail import step
from sac.announce import Announcement
from sac.models import Contact, Conversation, Department, Message, Ticket, TicketEvent
from sac.ordering import clamp, is_late, sort_key
from sac.permissions import Sight

Said = MessageReceived | MessageEcho


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
    known: dict[str, Message]
    unsettled: list[Message]
    announcement: Announcement = field(init=False)
    before: Sight | None = field(init=False)
    is_new_ticket: bool = False
    shown: Message | None = None
    messages: list[Message] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    adopted: list[Message] = field(default_factory=list)

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


def _open_threads(
    instance: Instance, arrivals: Sequence[tuple[Arrival, Said]]
) -> dict[tuple[object, ...], Thread]:
    owners = find_or_create_contacts(instance.store_id, [said.identities for _, said in arrivals])
    _learn_names(owners, arrivals)
    conversations = _lock_conversations(instance, owners, arrivals)
    ids = [conversation.pk for conversation in conversations.values()]
    live = Ticket.objects.live().filter(conversation__in=ids).order_by("id").values_list("id")
    tickets = {row.conversation_id: row for row in Ticket.objects.locked([pk for (pk,) in live])}
    known = _known_messages(instance, [said.id for _, said in arrivals])
    unsettled = _unsettled_messages(ids) if _has_echo(arrivals) else {}
    department = _only_department(instance)
    now = clock.now()
    by_contact = {
        contact_id: Thread(
            conversation=conversation,
            ticket=tickets.get(conversation.pk),
            department=department,
            now=now,
            known=known,
            unsettled=unsettled.get(conversation.pk, []),
        )
        for contact_id, conversation in conversations.items()
    }
    return {identities: by_contact[contact_id] for identities, contact_id in owners.items()}


def _learn_names(
    owners: dict[tuple[object, ...], int], arrivals: Iterable[tuple[Arrival, Said]]
) -> None:
    names = {
        owners[said.identities]: said.push_name
        for _, said in arrivals
        if isinstance(said, MessageReceived) and said.push_name
    }
    contacts = Contact.objects.filter(id__in=names)
    learned = [contact for contact in contacts if contact.learn_name(names[contact.pk])]
    if learned:
        Contact.objects.bulk_update(learned, ["name"])


def _lock_conversations(
    instance: Instance,
    owners: dict[tuple[object, ...], int],
    arrivals: Iterable[tuple[Arrival, Said]],
) -> dict[int, Conversation]:
    addresses = {owners[said.identities]: said.address for _, said in arrivals}
    existing = Conversation.objects.filter(instance=instance, contact__in=addresses)
    ids = dict(existing.values_list("contact_id", "id"))
    missing = [
        Conversation(
            store_id=instance.store_id,
            instance=instance,
            contact_id=contact_id,
            send_address=address,
        )
        for contact_id, address in addresses.items()
        if contact_id not in ids
    ]
    if missing:
        Conversation.objects.bulk_create(missing, ignore_conflicts=True)
        ids = dict(existing.all().values_list("contact_id", "id"))
    locked = {row.contact_id: row for row in Conversation.objects.locked(list(ids.values()))}
    for contact_id, conversation in locked.items():
        conversation.send_address = addresses[contact_id]
    return locked


def _known_messages(instance: Instance, ids: Sequence[str]) -> dict[str, Message]:
    rows = Message.objects.filter(instance=instance, provider_id__in=ids).only("provider_id")
    return {row.provider_id: row for row in rows if row.provider_id}


def _has_echo(arrivals: Iterable[tuple[Arrival, Said]]) -> bool:
    return any(isinstance(said, MessageEcho) for _, said in arrivals)


def _unsettled_messages(conversation_ids: Sequence[int]) -> dict[int, list[Message]]:
    """Ours that were handed to the gateway and have no id yet, oldest first."""
    states = [Message.State.SENDING, Message.State.UNKNOWN, Message.State.UNCONFIRMED]
    rows = Message.objects.filter(
        conversation__in=conversation_ids, provider_id=None, state__in=states
    )
    found: dict[int, list[Message]] = defaultdict(list)
    for row in rows.select_related("attendant", "ticket").order_by("id"):
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
    thread.known[echo.id] = ours
    thread.adopted.append(ours)
    if thread.ticket:
        thread.ticket.follow(ours)


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
    thread.known[said.id] = message
    return message


def _once(threads: Iterable[Thread]) -> list[Thread]:
    """Several identity sets may lead to one thread."""
    unique = {thread.conversation.pk: thread for thread in threads}
    return [row for row in unique.values() if row.messages or row.adopted]


def _save(instance: Instance, threads: Sequence[Thread]) -> None:
    new = [row.ticket for row in threads if row.ticket and row.is_new_ticket]
    _give_codes(instance, new)
    Ticket.objects.bulk_create(new)
    Message.objects.bulk_create([message for row in threads for message in row.messages])
    Message.objects.bulk_update(
        [message for row in threads for message in row.adopted],
        ["provider_id", "state", "lease_until", "revision"],
    )
    TicketEvent.objects.bulk_create([event for row in threads for event in row.events])
    touched = [_with_preview(row) for row in threads]
    Ticket.objects.bulk_update([row for row in touched if row], Ticket.ACTIVITY_FIELDS)
    _apply_early(instance, threads)
    Conversation.objects.bulk_update(
        [row.conversation for row in threads], ["revision", "send_address"]
    )


def _with_preview(thread: Thread) -> Ticket | None:
    """The ticket, if its row still has to be written. Ticks need the id of what it shows."""
    ticket, shown = thread.ticket, thread.shown
    if ticket is None:
        return None
    if shown:
        ticket.preview_message_id = shown.pk
    is_written = thread.is_new_ticket and (shown is None or not shown.is_out)
    return None if is_written else ticket


def _give_codes(instance: Instance, tickets: Sequence[Ticket]) -> None:
    if not tickets:
        return
    year = timezone.localtime(tickets[0].created_at, instance.store.zone).year
    for ticket, code in zip(
        tickets, take_codes(instance.store_id, year, len(tickets)), strict=True
    ):
        ticket.code = code


def _apply_early(instance: Instance, threads: Sequence[Thread]) -> None:
    """Statuses that came before their message find it now."""
    ours = [
        message
        for row in threads
        for message in [*row.messages, *row.adopted]
        if message.direction == Message.Direction.OUT
    ]
    apply_early_statuses(instance, ours)


def _announce(thread: Thread) -> None:
    announcement = thread.announcement
    announcement.changed(*thread.events, *thread.messages, *thread.adopted)
    if thread.ticket:
        announcement.ticket_changed(thread.ticket, before=thread.before)
    announcement.after_commit()
