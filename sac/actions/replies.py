"""What people send. A queued message is the promise to send it; delivering comes after."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from evendas.accounts.models import User
from evendas.bell import ring
from sac.actions.drafts import forget_draft
from sac.actions.statuses import save_and_announce
from sac.actions.tickets import Held, held, insist, take
from sac.actions.trail import next_arrival, seconds_between
from sac.models import Conversation, Message, Ticket, TicketEvent
from sac.ordering import sort_key
from sac.permissions import Rights, may_reply, may_settle
from sac.refusals import Invalid, TooLate

_ELSEWHERE = "Esta mensagem já foi enviada em outra conversa."
_REMOVED = "O número da loja foi removido antes do envio."


def send_reply(
    ticket: Ticket, *, by: User, rights: Rights, text: str, client_uuid: UUID
) -> Message:
    """Queue a text to the customer; on a waiting ticket, take it first.

    `client_uuid` is made by the page, one per message: sent twice, it is one message. Raises
    Invalid for a text WhatsApp would refuse, TooLate and Refused as claiming does.
    """
    text = _clean(text)
    with _once(), held(ticket.pk, taker=rights.attendant_id) as row:
        sent = Message.objects.filter(store_id=row.ticket.store_id, client_uuid=client_uuid).first()
        if sent:
            return _same(sent, row)
        if row.ticket.status == Ticket.Status.CLOSED:
            raise TooLate("Este atendimento foi encerrado. Sua mensagem não foi enviada.")
        if row.ticket.status == Ticket.Status.WAITING:
            take(row, by=by, rights=rights)
        insist(may_reply(rights, row.ticket))
        message = _queue(row, text, client_uuid)
        _note_answer(row, message, by=by)
        forget_draft(row.conversation, by=by, sent=text)
    return message


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Escreva uma mensagem antes de enviar.")
    if len(text) > Message.MAX_TEXT:
        raise Invalid(
            f"A mensagem tem {len(text)} caracteres; o WhatsApp aceita até {Message.MAX_TEXT}."
        )
    return text


@contextmanager
def _once() -> Iterator[None]:
    """Tell of an id that another conversation took while this one looked for it."""
    try:
        yield
    except IntegrityError as error:
        if "sac_message_client_uuid_once" not in str(error):
            raise
        raise TooLate(_ELSEWHERE) from error


def _same(sent: Message, row: Held) -> Message:
    if sent.conversation_id != row.conversation.pk:
        raise TooLate(_ELSEWHERE)
    return sent


def _queue(row: Held, text: str, client_uuid: UUID) -> Message:
    message = Message.objects.create(
        store_id=row.ticket.store_id,
        conversation=row.conversation,
        ticket=row.ticket,
        instance_id=row.ticket.instance_id,
        direction=Message.Direction.OUT,
        origin=Message.Origin.DESK,
        text=text,
        attendant=row.ticket.attendant,
        client_uuid=client_uuid,
        state=Message.State.QUEUED,
        next_attempt_at=row.now,
        created_at=row.now,
        sent_at=row.now,
        sort_key=sort_key(row.now, next_arrival()),
        revision=row.conversation.next_revision(),
    )
    row.announcement.changed(message)
    transaction.on_commit(lambda: ring("sac.deliver", message.conversation_id), robust=True)
    return message


def _note_answer(row: Held, message: Message, *, by: User) -> None:
    ticket = row.ticket
    ticket.new_since = ticket.waiting_since = None
    ticket.show_last(message)
    if ticket.first_reply_at is None:
        ticket.first_reply_at = row.now
        row.record(
            TicketEvent.Kind.FIRST_REPLY,
            by=by,
            attendant=ticket.attendant,
            wait_seconds=seconds_between(_began_to_wait(ticket), row.now),
        )
    ticket.save(update_fields=[*Ticket.ACTIVITY_FIELDS, "first_reply_at"])


def _began_to_wait(ticket: Ticket) -> datetime:
    """When the customer first stood in the queue: no transfer sets their patience back."""
    queued = ticket.events.filter(kind=TicketEvent.Kind.QUEUED).order_by("id")
    return queued.values_list("at", flat=True).first() or ticket.queued_at


def retry_message(message: Message, *, rights: Rights) -> Message:
    """Reenviar: a person decided that a failed or unconfirmed message goes again."""
    states = {Message.State.FAILED, Message.State.UNCONFIRMED}
    with held(message.ticket_id or 0) as row:
        insist(may_settle(rights, row.ticket))
        current = _in_state(message, states, "Esta mensagem já está a caminho.")
        current.state = Message.State.QUEUED
        current.error = ""
        # Sent anew it gets a new id; what the old one still reports is nobody's.
        current.provider_id = None
        current.attempts = 0
        current.next_attempt_at = row.now
        _settle(row.conversation, current)
        transaction.on_commit(lambda: ring("sac.deliver", current.conversation_id), robust=True)
    return current


def confirm_message(message: Message, *, rights: Rights) -> Message:
    """Já chegou: a person saw on the phone that an unconfirmed message left."""
    with held(message.ticket_id or 0) as row:
        insist(may_settle(rights, row.ticket))
        current = _in_state(
            message, {Message.State.UNCONFIRMED}, "Esta mensagem já foi confirmada."
        )
        current.state = Message.State.SENT
        current.error = ""
        _settle(row.conversation, current)
    return current


def give_up_on_removed_numbers() -> None:
    """Say on what still waits for a number that was removed that it will not leave."""
    waiting = Message.objects.filter(state=Message.State.QUEUED, instance__removed_at__isnull=False)
    for pk, conversation_id in waiting.values_list("pk", "conversation_id")[:200]:
        with transaction.atomic():
            (conversation,) = Conversation.objects.locked([conversation_id])
            message = Message.objects.for_thread().get(pk=pk)
            if message.state == Message.State.QUEUED:
                message.state, message.error = Message.State.FAILED, _REMOVED
                _settle(conversation, message)


def _in_state(message: Message, states: set[Message.State], reason: str) -> Message:
    current = Message.objects.for_thread().get(pk=message.pk)
    if current.state not in states:
        raise TooLate(reason)
    return current


def _settle(conversation: Conversation, message: Message) -> None:
    message.conversation = conversation
    save_and_announce([message])
