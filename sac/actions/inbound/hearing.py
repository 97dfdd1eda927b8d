"""What each arrival means for its thread: a message, a call, an echo of ours, history."""

from datetime import datetime, timedelta

from automacao.gateways.port import CallReceived, File, MessageEcho, MessageReceived
from sac.actions.inbound.thread import Arrival, Said, Thread, name_of
from sac.actions.trail import step
from sac.models import Media, Message, Ticket, TicketEvent
from sac.ordering import clamp, is_late, sort_key

CALL = "call"
# How far the network's time of a message of ours may be from when we began to send it.
CLOCK_SKEW = timedelta(seconds=5)
ECHO_WITHIN = timedelta(minutes=15)


def note(thread: Thread, arrival: Arrival, said: Said) -> None:
    """Add an arrival to its thread, unless it is there already."""
    if isinstance(said, CallReceived):
        _ring(thread, arrival, said)
    elif said.id in thread.known:
        return
    elif arrival.is_history:
        _fill_in(thread, arrival, said)
    elif isinstance(said, MessageReceived):
        _hear(thread, arrival, said)
    else:
        _recognise(thread, arrival, said)


def _hear(thread: Thread, arrival: Arrival, said: MessageReceived) -> None:
    """A customer wrote: new content, which opens a ticket when none is live."""
    sent_at = clamp(said.sent_at, arrival.received_at)
    ticket = thread.ticket or _open_ticket(thread, arrival, sent_at)
    message = _message(thread, arrival, said, sent_at, ticket)
    _mark_as_theirs(message)
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
    ticket.marks = []
    thread.ticket, thread.is_new_ticket = ticket, True
    for kind in (TicketEvent.Kind.CREATED, TicketEvent.Kind.QUEUED):
        event = step(conversation, ticket, kind, at=thread.now, arrival=arrival.inbox_id)
        # The chapter's title stands above the message that opened it, however late that came.
        event.sort_key = sort_key(sent_at, arrival.inbox_id)
        thread.events.append(event)
    return ticket


def _recognise(thread: Thread, arrival: Arrival, echo: MessageEcho) -> None:
    """A message of ours came back: give it to the row that is waiting for it, or keep it as new."""
    ours = next((row for row in thread.unsettled if _is_echo_of(row, echo)), None)
    if ours is None or echo.origin == "phone":
        _overhear(thread, arrival, echo)
        return
    thread.unsettled.remove(ours)
    ours.provider_id = echo.id
    ours.advance(Message.State.ACCEPTED)
    ours.revision = thread.conversation.next_revision()
    thread.known.add(echo.id)
    thread.adopted.append(ours)


def _is_echo_of(row: Message, echo: MessageEcho) -> bool:
    """The same thing, said when this was being sent: files without a caption are all alike."""
    if (row.kind, row.sent_text) != (echo.kind, echo.text):
        return False
    if echo.sent_at is None or row.send_started_at is None:
        return True
    return -CLOCK_SKEW <= echo.sent_at - row.send_started_at <= ECHO_WITHIN


def _overhear(thread: Thread, arrival: Arrival, echo: MessageEcho) -> None:
    """Somebody answered outside the desk: on the phone, through another system, or a machine."""
    sent_at = clamp(echo.sent_at, arrival.received_at)
    message = _message(thread, arrival, echo, sent_at, thread.ticket)
    _mark_as_ours(message, echo)
    if thread.ticket is None:
        return
    if not echo.is_auto_reply:
        thread.ticket.waiting_since = None
    _show(thread, message)


def _fill_in(thread: Thread, arrival: Arrival, said: MessageReceived | MessageEcho) -> None:
    """Keep what was said before the number was here: no chapter, no clock, no alarm."""
    sent_at = min(said.sent_at or arrival.received_at, arrival.received_at)
    message = _message(thread, arrival, said, sent_at, ticket=None)
    message.content = {**message.content, "history": True}
    message.created_at = sent_at
    for file in thread.media:
        if file.message is message:
            # Years of them may come at once: each is fetched when somebody wants to see it.
            file.state, file.error, file.next_attempt_at = Media.State.FAILED, Media.UNASKED, None
    if isinstance(said, MessageReceived):
        _mark_as_theirs(message)
    else:
        _mark_as_ours(message, said)


def _ring(thread: Thread, arrival: Arrival, call: CallReceived) -> None:
    """A call stands in the conversation and opens nothing; told of again, it has ended."""
    content: dict[str, object] = {"status": call.status, "is_video": call.is_video}
    if known := thread.calls.get(name_of(call)):
        if call.status != "ringing":
            _end(thread, known, content)
        return
    sent_at = clamp(call.at, arrival.received_at)
    message = _blank(thread, arrival, call, sent_at, thread.ticket)
    message.kind, message.content = CALL, content
    _mark_as_theirs(message)
    thread.messages.append(message)
    thread.calls[message.provider_id] = message


def _end(thread: Thread, call: Message, content: dict[str, object]) -> None:
    # One that was answered ends as well, in the words of one that was missed.
    if call.content == content or call.content.get("status") == "answered":
        return
    call.content = content
    if call.pk is not None:
        call.conversation = thread.conversation
        call.revision = thread.conversation.next_revision()
        thread.ended.append(call)


def _mark_as_theirs(message: Message) -> None:
    message.direction = Message.Direction.IN
    message.origin = Message.Origin.CUSTOMER
    message.state = Message.State.RECEIVED


def _mark_as_ours(message: Message, echo: MessageEcho) -> None:
    message.direction = Message.Direction.OUT
    message.origin = Message.Origin.API if echo.origin == "api" else Message.Origin.PHONE
    if echo.is_auto_reply:
        message.origin = Message.Origin.BOT
    message.state = Message.State.SENT


def _show(thread: Thread, message: Message) -> None:
    if thread.ticket and thread.ticket.show_last(message):
        thread.shown = message


def _message(
    thread: Thread,
    arrival: Arrival,
    said: MessageReceived | MessageEcho,
    sent_at: datetime,
    ticket: Ticket | None,
) -> Message:
    message = _blank(thread, arrival, said, sent_at, ticket)
    message.kind, message.text = said.kind, said.text
    message.content = dict(said.facts)
    message.reply_to = said.reply_to or ""
    thread.messages.append(message)
    thread.known.add(said.id)
    if said.file:
        thread.media.append(_announced(thread, message, said.file))
    return message


def _blank(
    thread: Thread, arrival: Arrival, said: Said, sent_at: datetime, ticket: Ticket | None
) -> Message:
    conversation = thread.conversation
    return Message(
        store_id=conversation.store_id,
        conversation=conversation,
        ticket=ticket,
        instance_id=conversation.instance_id,
        provider_id=name_of(said),
        created_at=thread.now,
        sent_at=sent_at,
        sort_key=sort_key(sent_at, arrival.inbox_id),
        revision=conversation.next_revision(),
    )


def _announced(thread: Thread, message: Message, file: File) -> Media:
    """Return the row of a file that is still to be fetched, with what is said of it."""
    return Media(
        store_id=message.store_id,
        message=message,
        state=Media.State.PENDING,
        reference=dict(file.reference),
        mime=file.mime[:100],
        filename=file.name[:200],
        size=file.size,
        seconds=file.seconds,
        next_attempt_at=thread.now,
    )
