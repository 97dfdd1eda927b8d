"""The outbox's bookkeeping: what is being sent, and what became of it.

Never sent twice by itself: a message is marked `sending` in a commit of its own before the gateway
is called. From there it ends accepted, refused, back in the queue only when it surely never left,
or unknown, which is settled by its echo, by asking the gateway, or by a person.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Coalesce

from automacao.actions.tallies import What, tally_today
from automacao.gateways.port import Accepted, GatewayError, OutboundMessage, Outcome
from automacao.models import Instance
from evendas import clock
from sac.actions.statuses import apply_early_statuses, save_and_announce
from sac.announce import Announcement
from sac.media.uploads import open_outbound
from sac.models import Conversation, Message, Ticket
from sac.permissions import Sight

# Of one number at a time: more would look like a machine to WhatsApp.
MAX_IN_FLIGHT = 5
# Any constant: keeps these advisory locks apart from others that use an instance's id.
LOCK_SPACE = 7302


@dataclass(frozen=True, slots=True)
class Sending:
    """A message claimed for sending: what the gateway call needs, and nothing else.

    `phone` is to be asked about first: the network never told an address of this person.
    """

    message_id: int
    conversation_id: int
    instance: Instance
    outbound: OutboundMessage
    phone: str = ""


def begin_sending(conversation_id: int) -> Sending | None:
    """Claim the conversation's next message, if its turn has come.

    At most one in flight per conversation, in the order they were written, and MAX_IN_FLIGHT per
    number; one whose fate is unknown holds the next ones back until it is settled.
    """
    with transaction.atomic():
        has_place = _has_place(conversation_id)
        (conversation,) = Conversation.objects.locked([conversation_id])
        now = clock.now()
        head = _head(conversation)
        if head is None or not has_place or not _may_leave(head, conversation.instance, now):
            return None
        head.state = Message.State.SENDING
        head.attempts += 1
        head.send_started_at = now
        head.lease_until = now + _lease(head)
        head.save(update_fields=["state", "attempts", "send_started_at", "lease_until"])
    return Sending(
        message_id=head.pk,
        conversation_id=conversation.pk,
        instance=conversation.instance,
        outbound=_outbound(conversation, head),
        phone="" if conversation.address_known_at else conversation.contact.phone,
    )


def _has_place(conversation_id: int) -> bool:
    """Tell whether one more may be in flight on its number. Whoever sends for it waits in turn."""
    conversation = Conversation.objects.filter(pk=conversation_id)
    instance_id = conversation.values_list("instance_id", flat=True).get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, instance_id])
    flying = Message.objects.filter(instance=instance_id, state=Message.State.SENDING)
    return flying.count() < MAX_IN_FLIGHT


def _head(conversation: Conversation) -> Message | None:
    """What is on its way, whenever it was written: one that is sent again waits for it too."""
    busy = conversation.messages.in_outbox().for_thread()
    is_queued = models.Q(state=Message.State.QUEUED)
    return busy.alias(is_queued=is_queued).order_by("is_queued", "id").first()


def _may_leave(head: Message, instance: Instance, now: datetime) -> bool:
    is_due = head.state == Message.State.QUEUED and (head.next_attempt_at or now) <= now
    is_held = instance.send_paused_until is not None and instance.send_paused_until > now
    return is_due and instance.is_connected and not is_held and not _is_stale(head, now)


def _is_stale(message: Message, now: datetime) -> bool:
    waits_since = message.queued_at or message.created_at
    return waits_since < now - timedelta(seconds=settings.SEND_HOLD_AFTER)


def _lease(message: Message) -> timedelta:
    """A file takes its time twice: up to the gateway, and from there to the network."""
    size = message.file.size if message.file else None
    return timedelta(seconds=settings.SEND_LEASE + 2 * (size or 0) * settings.SEND_SECONDS_PER_BYTE)


def _outbound(conversation: Conversation, message: Message) -> OutboundMessage:
    return OutboundMessage(
        address=conversation.send_address,
        text=message.sent_text,
        reply_to=message.reply_to or None,
        kind=message.kind,
        file=open_outbound(message.file) if message.file else None,
        facts=message.content,
    )


def learn_address(sending: Sending, address: str) -> Sending:
    """Keep what the network calls this person, and go on with it."""
    conversation = Conversation.objects.filter(pk=sending.conversation_id)
    conversation.update(send_address=address, address_known_at=clock.now())
    return replace(sending, phone="", outbound=replace(sending.outbound, address=address))


def accept_sending(message_id: int, accepted: Accepted) -> None:
    """The gateway took it. Its echo may have been here first, with the same id."""
    with transaction.atomic():
        conversation, message = _lock(message_id)
        if message.provider_id or message.state not in _in_doubt():
            return
        if accepted.id:
            _drop_echo(message, accepted.id)
            message.provider_id = accepted.id
        if accepted.address:
            conversation.send_address = accepted.address
        message.advance(Message.State.ACCEPTED)
        message.lease_until = None
        apply_early_statuses(conversation.instance, [message])
        save_and_announce([message])


def _in_doubt() -> set[str]:
    return {Message.State.SENDING, Message.State.UNKNOWN, Message.State.UNCONFIRMED}


def _drop_echo(message: Message, provider_id: str) -> None:
    """An echo that could not be recognised made a row of its own: it is this message."""
    echo = Message.objects.filter(instance=message.instance_id, provider_id=provider_id).first()
    if echo is None:
        return
    echo_home = echo.conversation_id
    message.state, message.error = echo.state, echo.error
    _take_over_changes(message, echo)
    echo.provider_id, echo.state = None, Message.State.SUPERSEDED
    echo.conversation = message.conversation
    if echo.conversation_id != echo_home:
        (echo.conversation,) = Conversation.objects.locked([echo_home])
    save_and_announce([echo])
    _show_another(echo)


def _take_over_changes(message: Message, echo: Message) -> None:
    """What was done to the echo was done to this message."""
    if echo.edited_at:
        earlier = [{**one, "text": message.unsigned(one["text"])} for one in echo.earlier_texts]
        message.text, message.earlier_texts = message.unsigned(echo.text), earlier
    message.reactions = echo.reactions or message.reactions
    message.edited_at, message.deleted_at = echo.edited_at, echo.deleted_at
    message.save(update_fields=["text", "earlier_texts", "reactions", "edited_at", "deleted_at"])


def _show_another(echo: Message) -> None:
    """Let the list show what was last said besides the echo: it may stand in another chapter."""
    shown = Ticket.objects.for_list().filter(conversation=echo.conversation_id)
    ticket = shown.filter(preview_message_id=echo.pk).first()
    if ticket is None:
        return
    if newest := ticket.messages.last_said():
        ticket.show(newest)
        ticket.save(update_fields=Ticket.ACTIVITY_FIELDS)
        announcement = Announcement(echo.conversation)
        announcement.ticket_changed(ticket, before=Sight.of(ticket))
        announcement.after_commit()


def fail_sending(message_id: int, error: GatewayError) -> None:
    """Put a message that was not accepted where its outcome says (the port's `Outcome`)."""
    with transaction.atomic():
        _, message = _lock(message_id)
        if message.state != Message.State.SENDING:
            return
        _apply_outcome(message, error)
        message.lease_until = None
        save_and_announce([message])


def _apply_outcome(message: Message, error: GatewayError) -> None:
    if error.outcome == Outcome.REFUSED:
        message.state, message.error = Message.State.FAILED, error.pt
    elif error.outcome == Outcome.UNKNOWN:
        message.state = Message.State.UNKNOWN
        _count_unknown(message)
    else:
        waits = settings.SEND_BACKOFF
        wait = waits[min(message.attempts, len(waits)) - 1]
        message.state = Message.State.QUEUED
        message.next_attempt_at = clock.now() + timedelta(seconds=wait)


def expire_leases() -> None:
    """A worker died while sending: the message may have left, so it is unknown."""
    expired = Message.objects.filter(state=Message.State.SENDING, lease_until__lt=clock.now())
    _move(expired, to=Message.State.UNKNOWN)


def hold_stale() -> None:
    """What waited for hours may no longer be what anybody would say: a person decides."""
    limit = clock.now() - timedelta(seconds=settings.SEND_HOLD_AFTER)
    _move(Message.objects.queued_before(limit), to=Message.State.HELD)


def give_up_on_unknown() -> None:
    """Nothing settled it in time: show "não confirmada" and let a person decide.

    A file has longer, as its lease had.
    """
    limit = clock.now() - timedelta(seconds=settings.UNKNOWN_SHOW_AFTER)
    unknown = Message.objects.filter(state=Message.State.UNKNOWN).alias(more=_file_time())
    unsettled = unknown.filter(send_started_at__lt=limit - models.F("more"))
    _move(unsettled, to=Message.State.UNCONFIRMED)


def _file_time() -> models.Func:
    """What a message's file adds to its time: see `_lease`."""
    size = Coalesce("media__size", 0, output_field=models.FloatField())
    seconds = size * models.Value(2 * settings.SEND_SECONDS_PER_BYTE)
    return models.Func(
        seconds,
        function="make_interval",
        template="%(function)s(secs => %(expressions)s)",
        output_field=models.DurationField(),
    )


def _move(found: models.QuerySet[Message], *, to: Message.State) -> None:
    for pk, state in list(found.values_list("pk", "state")[:200]):
        with transaction.atomic():
            _, message = _lock(pk)
            if message.state != state:
                continue
            message.state = to
            message.lease_until = None
            if to == Message.State.UNKNOWN:
                _count_unknown(message)
            save_and_announce([message])


def _count_unknown(message: Message) -> None:
    tally_today(message.conversation.instance, {What.UNKNOWN: 1})


def _lock(message_id: int) -> tuple[Conversation, Message]:
    while True:
        home = Message.objects.values_list("conversation_id", flat=True).get(pk=message_id)
        (conversation,) = Conversation.objects.locked([home])
        message = Message.objects.for_thread().get(pk=message_id)
        # Uniting contacts may move it while this waits.
        if message.conversation_id == home:
            message.conversation = conversation
            return conversation, message
