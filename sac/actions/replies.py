"""What people send. A queued message is the promise to send it; delivering comes after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from automacao.gateways.port import Facts, Kind
from evendas.accounts.models import User
from evendas.bell import ring
from evendas.unique import unique
from sac.actions.drafts import forget_draft
from sac.actions.receipts import tell_read
from sac.actions.signing import insist_on_room, signature_of
from sac.actions.statuses import save_and_announce
from sac.actions.tickets import Held, held, insist, take
from sac.actions.trail import seconds_between
from sac.actions.whereabouts import lock_conversation_of
from sac.media.uploads import Prepared, attach, discard
from sac.models import Conversation, Message, Ticket, TicketEvent
from sac.permissions import Rights, may_forward_to, may_reply, may_settle
from sac.refusals import Invalid, TooLate

# As many as WhatsApp's own album.
MAX_FILES = 10
TOO_MANY_FILES = f"Envie até {MAX_FILES} arquivos de cada vez."
_CLOSED = "Este atendimento foi encerrado. Sua mensagem não foi enviada."
_ELSEWHERE = "Esta mensagem já foi enviada em outra conversa."
_REMOVED = "O número da loja foi removido antes do envio."
_WAITING = (Message.State.QUEUED, Message.State.HELD)
_DROPPED = "Envio cancelado."
# These carry no words of their own: what was typed leaves as a message before them.
_WITHOUT_CAPTION = frozenset({Kind.VOICE, Kind.AUDIO, Kind.STICKER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as somebody wants it sent.

    `client_uuid` is made by the page, one per message. `quotes` is the message it answers.
    """

    client_uuid: UUID
    text: str = ""
    kind: str = Kind.TEXT
    facts: Facts = field(default_factory=dict)
    upload: Prepared | None = None
    quotes: Message | None = None


def send_reply(  # noqa: PLR0913 - what a message is made of
    ticket: Ticket,
    *,
    by: User,
    rights: Rights,
    text: str,
    client_uuid: UUID,
    quotes: Message | None = None,
) -> Message:
    """Queue a text to the customer, as `send_messages` does."""
    wanted = Outgoing(client_uuid=client_uuid, text=_clean(text), quotes=quotes)
    return send_messages(ticket, [wanted], by=by, rights=rights)[0]


def send_files(  # noqa: PLR0913 - what a message is made of
    ticket: Ticket,
    *,
    by: User,
    rights: Rights,
    text: str,
    client_uuid: UUID,
    uploads: Sequence[Prepared],
    quotes: Message | None = None,
) -> list[Message]:
    """Queue files with one caption, which stands under the first that can have one."""
    _insist_on_few(len(uploads))
    wanted = _with_caption(_clean(text) if text.strip() else "", client_uuid, uploads, quotes)
    return send_messages(ticket, wanted, by=by, rights=rights)


def insist_on_looking(ticket: Ticket, *, number: int, rights: Rights) -> None:
    """Refuse before minutes go into looking at files; `send_files` judges anew."""
    _insist_on_few(number)
    _insist_on_going_on(ticket)
    insist(may_reply(rights, ticket))


def _insist_on_few(number: int) -> None:
    if number > MAX_FILES:
        raise Invalid(TOO_MANY_FILES)


def _insist_on_going_on(ticket: Ticket) -> None:
    if ticket.status == Ticket.Status.CLOSED:
        raise TooLate(_CLOSED)


def _with_caption(
    text: str, client_uuid: UUID, uploads: Sequence[Prepared], quotes: Message | None
) -> list[Outgoing]:
    """Give every message its id: of the page's own, and the same when the page asks again."""
    is_captioned = uploads[0].kind not in _WITHOUT_CAPTION
    wanted = [Outgoing(client_uuid=client_uuid, upload=one, kind=one.kind) for one in uploads]
    if text and is_captioned:
        wanted[0] = replace(wanted[0], text=text)
    elif text:
        wanted.insert(0, Outgoing(client_uuid=client_uuid, text=text))
    wanted[0] = replace(wanted[0], quotes=quotes)
    rest = [
        replace(one, client_uuid=uuid5(client_uuid, str(place)))
        for place, one in enumerate(wanted[1:], start=1)
    ]
    return [wanted[0], *rest]


def send_messages(
    ticket: Ticket, wanted: Sequence[Outgoing], *, by: User, rights: Rights
) -> list[Message]:
    """Queue messages to the customer in this order; on a waiting ticket, take it first.

    Sent twice with the same ids, they are there once. Raises Invalid for what WhatsApp would
    refuse, TooLate and Refused as claiming does.
    """
    with _sending(ticket, rights) as row:
        if sent := _sent_already(wanted, row):
            _forget_uploads(wanted)
            return sent
        _insist_on_going_on(row.ticket)
        if row.ticket.status == Ticket.Status.WAITING:
            take(row, by=by, rights=rights)
        messages = _answer(row, wanted, by=by, rights=rights)
        forget_draft(row.conversation, by=by, sent=wanted[0].text)
    return messages


def send_forwarded(ticket: Ticket, wanted: Outgoing, *, by: User, rights: Rights) -> Message:
    """Queue what was said elsewhere. It takes nothing, and leaves what its author types there.

    Sent twice with the same id, it is there once. Raises as `send_messages` does, and Refused for
    a ticket that is not theirs any more.
    """
    with _sending(ticket, rights) as row:
        if sent := _sent_already([wanted], row):
            _forget_uploads([wanted])
            return sent[0]
        _insist_on_going_on(row.ticket)
        insist(may_forward_to(rights, row.ticket))
        return _answer(row, [wanted], by=by, rights=rights)[0]


@contextmanager
def _sending(ticket: Ticket, rights: Rights) -> Iterator[Held]:
    """Hold a ticket; an id that another conversation takes while this one looks is told of."""
    once = unique("sac_message_client_uuid_once", taken=TooLate(_ELSEWHERE))
    with once, held(ticket.pk, taker=rights.attendant_id) as row:
        yield row


def _answer(row: Held, wanted: Sequence[Outgoing], *, by: User, rights: Rights) -> list[Message]:
    insist(may_reply(rights, row.ticket))
    tell_read(row.conversation)
    messages = [_queue(row, one) for one in wanted]
    _note_answer(row, messages, by=by)
    return messages


def sent_before(rights: Rights, code: str, client_uuid: UUID) -> list[Message]:
    """What its author repeats because no answer came: it left, whoever has the ticket by now."""
    if rights.attendant_id is None:
        return []
    sent = Message.objects.written_by(rights.attendant_id).for_thread().order_by("id")
    uuids = [client_uuid, *(uuid5(client_uuid, str(place)) for place in range(1, MAX_FILES + 1))]
    return list(sent.filter(store=rights.store_id, client_uuid__in=uuids, ticket__code=code))


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Escreva uma mensagem antes de enviar.")
    insist_on_room(text)
    return text


def _sent_already(wanted: Sequence[Outgoing], row: Held) -> list[Message]:
    uuids = [one.client_uuid for one in wanted]
    known = Message.objects.filter(store_id=row.ticket.store_id, client_uuid__in=uuids)
    sent = list(known.for_thread().order_by("id"))
    if any(one.conversation_id != row.conversation.pk for one in sent):
        raise TooLate(_ELSEWHERE)
    return sent


def _forget_uploads(wanted: Sequence[Outgoing]) -> None:
    for one in wanted:
        if one.upload:
            discard(one.upload)


def _queue(row: Held, wanted: Outgoing) -> Message:
    quoted = wanted.quotes
    message = row.queue(
        leaves_at=row.now,
        origin=Message.Origin.DESK,
        kind=wanted.kind,
        text=wanted.text,
        content={**wanted.facts, **_signed(row, wanted), **(_quote(quoted) if quoted else {})},
        reply_to=(quoted.provider_id or "") if quoted else "",
        attendant=row.ticket.attendant,
        client_uuid=wanted.client_uuid,
    )
    if wanted.upload:
        attach(message, wanted.upload)
    transaction.on_commit(lambda: ring("sac.deliver", message.conversation_id), robust=True)
    return message


def _signed(row: Held, wanted: Outgoing) -> Facts:
    """The line in front of what a person writes, as of now: it stays with the message."""
    person = row.ticket.attendant
    if not (row.conversation.store.signs_messages and wanted.text and person):
        return {}
    signature = signature_of(person)
    insist_on_room(wanted.text, signature)
    return {"signature": signature}


def _quote(quoted: Message) -> Facts:
    """What the bubble shows of the message it answers, as it is now."""
    if not quoted.provider_id:
        raise TooLate("Espere a mensagem ser enviada para responder a ela.")
    if quoted.deleted_at is not None:
        raise TooLate("A mensagem que você está respondendo foi apagada.")
    return {"quoted": {"text": quoted.text[:200], "kind": quoted.kind, "is_ours": quoted.is_out}}


def _note_answer(row: Held, messages: Sequence[Message], *, by: User) -> None:
    ticket = row.ticket
    ticket.new_since = ticket.waiting_since = None
    ticket.show_last(messages[-1])
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
    """Reenviar: a person decided that a failed, unconfirmed or held message goes (again)."""
    states = {Message.State.FAILED, Message.State.UNCONFIRMED, Message.State.HELD}
    with held(message.ticket_id or 0) as row:
        insist(may_settle(rights, row.ticket))
        current = _in_state(message, states, "Esta mensagem já está a caminho.")
        current.state = Message.State.QUEUED
        current.error = ""
        # Sent anew it gets a new id; what the old one still reports is nobody's.
        current.provider_id = None
        current.attempts = 0
        current.queued_at = current.next_attempt_at = row.now
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


def drop_message(message: Message, *, rights: Rights) -> Message:
    """Não enviar: a person decided that what still waits is not to be sent any more.

    What was ever called for may have left, whatever the queue says: that is not to be dropped.
    """
    with held(message.ticket_id or 0) as row:
        insist(may_settle(rights, row.ticket))
        current = _in_state(message, set(_WAITING), "Esta mensagem já está a caminho.")
        if current.state == Message.State.QUEUED and current.attempts:
            raise TooLate("Esta mensagem já está a caminho.")
        current.state, current.error = Message.State.FAILED, _DROPPED
        _settle(row.conversation, current)
    return current


def give_up_on_removed_numbers() -> None:
    """Say on what still waits for a number that was removed that it will not leave."""
    waiting = Message.objects.filter(state__in=_WAITING, instance__removed_at__isnull=False)
    for pk in waiting.values_list("pk", flat=True)[:200]:
        with transaction.atomic():
            conversation = lock_conversation_of(pk)
            message = Message.objects.for_thread().get(pk=pk)
            if message.state in _WAITING:
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
