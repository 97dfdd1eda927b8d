"""What attendants do to a message that is out already: react, edit, delete for everyone.

An amendment is a row first and asked of the gateway after, like a message. The network takes each
any number of times to the same effect, so one of unknown outcome is simply asked again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from automacao.gateways.port import GatewayError, Outcome, Target
from automacao.models import Instance
from evendas import clock
from evendas.bell import ring
from sac.actions.changes import Change, apply_change, save_changes
from sac.actions.signing import insist_on_room
from sac.actions.tickets import Held, held, insist
from sac.actions.whereabouts import lock_conversation_of
from sac.models import Amendment, Conversation, EarlyChange, Message, Ticket
from sac.permissions import Rights, may_reply
from sac.refusals import Invalid, TooLate

# WhatsApp's own limits, counted from when the message was sent.
EDIT_WITHIN = timedelta(minutes=15)
DELETE_WITHIN = timedelta(hours=48)
# A flag is two characters, a family joined by zero-width characters up to seven.
EMOJI_MAX = 16
ATTEMPTS_MAX = 20
_EDIT_LATE = "O WhatsApp só deixa editar até 15 minutos depois do envio."
_DELETE_LATE = "O WhatsApp só deixa apagar até 2 dias depois do envio."
_LEASE = timedelta(seconds=60)
_OUT = (Message.State.ACCEPTED, Message.State.SENT, Message.State.DELIVERED)
_AT_THE_NETWORK = {*_OUT, Message.State.READ, Message.State.PLAYED, Message.State.RECEIVED}
_CHANGES = {
    Amendment.Kind.REACTION: EarlyChange.Kind.REACTION,
    Amendment.Kind.EDIT: EarlyChange.Kind.EDIT,
    Amendment.Kind.DELETION: EarlyChange.Kind.DELETION,
}


def react(ticket: Ticket, message: Message, *, rights: Rights, emoji: str) -> Message:
    """Put an emoji on any message, in the place of the one before; an empty one takes it away."""
    emoji = emoji.strip()
    if len(emoji) > EMOJI_MAX or any(one.isalnum() and one.isascii() for one in emoji):
        raise Invalid("Escolha um emoji.")
    with _amended(ticket, message, rights=rights) as (row, current):
        return _ask(row, current, Amendment.Kind.REACTION, emoji)


def edit(ticket: Ticket, message: Message, *, rights: Rights, text: str) -> Message:
    """Give a text of ours other words. Raises TooLate after EDIT_WITHIN."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Escreva o novo texto. Para tirar a mensagem, use Apagar para todos.")
    insist_on_room(text)
    with _amended(ticket, message, rights=rights) as (row, current):
        _insist_on_ours(current, "Só dá para editar mensagens enviadas pela loja.")
        if current.kind != "text":
            raise TooLate("Só mensagens de texto podem ser editadas.")
        if row.now - current.sent_at > EDIT_WITHIN:
            raise TooLate(_EDIT_LATE)
        insist_on_room(text, current.signature)
        if current.text == text:
            return current
        return _ask(row, current, Amendment.Kind.EDIT, text)


def delete(ticket: Ticket, message: Message, *, rights: Rights) -> Message:
    """Take a message of ours back from everybody's phone. Raises TooLate after DELETE_WITHIN."""
    with _amended(ticket, message, rights=rights) as (row, current):
        _insist_on_ours(current, "Só dá para apagar mensagens enviadas pela loja.")
        if row.now - current.sent_at > DELETE_WITHIN:
            raise TooLate(_DELETE_LATE)
        return _ask(row, current, Amendment.Kind.DELETION, "")


@contextmanager
def _amended(ticket: Ticket, message: Message, *, rights: Rights) -> Iterator[tuple[Held, Message]]:
    """Hold the ticket in whose thread the message stands, at the network and not deleted."""
    with held(ticket.pk, taker=rights.attendant_id) as row:
        insist(may_reply(rights, row.ticket))
        if row.ticket.status == Ticket.Status.WAITING:
            raise TooLate("Assuma o atendimento antes.")
        current = Message.objects.for_thread().get(pk=message.pk)
        current.conversation = row.conversation
        if current.deleted_at is not None:
            raise TooLate("Esta mensagem foi apagada.")
        if not current.provider_id or current.state not in _AT_THE_NETWORK:
            raise TooLate("Espere a mensagem ser enviada.")
        yield row, current


def _insist_on_ours(message: Message, reason: str) -> None:
    if not message.is_out:
        raise TooLate(reason)


def _ask(row: Held, message: Message, kind: Amendment.Kind, text: str) -> Message:
    waiting = message.amendments.filter(kind=kind, state=Amendment.State.QUEUED)
    waiting.update(state=Amendment.State.REPLACED)
    assert row.taker is not None  # noqa: S101 - named when the ticket was held
    amendment = Amendment.objects.create(
        store_id=message.store_id,
        message=message,
        kind=kind,
        text=text,
        attendant=row.taker,
        next_attempt_at=row.now,
        created_at=row.now,
    )
    _show_pending(message, kind)
    save_changes([message])
    transaction.on_commit(lambda: ring("sac.amend", amendment.pk), robust=True)
    return message


def _show_pending(message: Message, kind: str, *, error: str = "", text: str = "") -> None:
    """Let the bubble say what is on its way, or what was refused and its words; nothing when done.

    Words that were refused are not lost: the person may want to try again.
    """
    kept = {name: fact for name, fact in message.content.items() if name != "amending"}
    amending = {"kind": kind, "error": error, **({"text": text} if error and text else {})}
    message.content = {**kept, "amending": amending} if kind else kept


# --- What the worker does -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amending:
    """An amendment claimed for the call: what the gateway needs, and nothing else."""

    amendment_id: int
    instance: Instance
    kind: str
    target: Target
    text: str


def due() -> list[int]:
    """Amendments to be asked of the gateway now: lost bells, failures, workers that died."""
    return list(Amendment.objects.due().values_list("pk", flat=True)[:100])


def begin_amending(amendment_id: int) -> Amending | None:
    """Claim an amendment, if its turn has come: one at a time of a message, oldest first."""
    with transaction.atomic():
        conversation, amendment = _lock(amendment_id)
        now = clock.now()
        message = amendment.message
        is_due = amendment.state == Amendment.State.QUEUED and not _is_leased(amendment, now)
        is_held = _is_busy(amendment, now) or not conversation.instance.is_connected
        if not is_due or is_held or (amendment.next_attempt_at or now) > now:
            return None
        if reason := _too_late(amendment, now):
            _give_up(amendment, reason)
            return None
        amendment.attempts += 1
        amendment.lease_until = now + _LEASE
        amendment.save(update_fields=["attempts", "lease_until"])
    target = Target(conversation.send_address, message.provider_id or "", is_ours=message.is_out)
    is_edit = amendment.kind == Amendment.Kind.EDIT
    text = f"{message.signature}{amendment.text}" if is_edit else amendment.text
    return Amending(amendment.pk, conversation.instance, amendment.kind, target, text)


def _too_late(amendment: Amendment, now: datetime) -> str:
    """Why it is not asked any more: gateways differ in whether they refuse it themselves."""
    age = now - amendment.message.sent_at
    if amendment.kind == Amendment.Kind.EDIT and age > EDIT_WITHIN:
        return _EDIT_LATE
    return _DELETE_LATE if amendment.kind == Amendment.Kind.DELETION and age > DELETE_WITHIN else ""


def _give_up(amendment: Amendment, reason: str) -> None:
    amendment.state, amendment.error = Amendment.State.FAILED, reason
    amendment.save(update_fields=["state", "error"])
    _show_pending(amendment.message, amendment.kind, error=reason, text=amendment.text)
    save_changes([amendment.message])


def give_up_on_removed_numbers() -> None:
    """Say on what still waits for a number that was removed that it will not be done."""
    for pk in list(Amendment.objects.of_removed_numbers().values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            _, amendment = _lock(pk)
            if amendment.state == Amendment.State.QUEUED:
                _give_up(amendment, "O número da loja foi removido.")


def _is_leased(amendment: Amendment, now: datetime) -> bool:
    return amendment.lease_until is not None and amendment.lease_until > now


def _is_busy(amendment: Amendment, now: datetime) -> bool:
    """Another of the same message is being asked: the newer one must not overtake it."""
    others = amendment.message.amendments.exclude(pk=amendment.pk)
    return others.filter(lease_until__gt=now).exists()


def end_amending(amendment_id: int) -> None:
    """The gateway did it: so does the desk, and the echo that follows finds it done."""
    with transaction.atomic():
        _, amendment = _lock(amendment_id)
        if amendment.state == Amendment.State.QUEUED:
            amendment.state, amendment.error = Amendment.State.DONE, ""
        amendment.lease_until = None
        amendment.save(update_fields=["state", "error", "lease_until"])
        message = amendment.message
        apply_change(message, _change(amendment))
        _show_pending(message, "")
        save_changes([message])


def _change(amendment: Amendment) -> Change:
    return Change(
        target=amendment.message.provider_id or "",
        kind=_CHANGES[Amendment.Kind(amendment.kind)],
        text=amendment.text,
        is_ours=True,
        at=clock.now(),
    )


def fail_amending(amendment_id: int, error: GatewayError) -> None:
    """Ask again later, or say why it was not done."""
    with transaction.atomic():
        _, amendment = _lock(amendment_id)
        amendment.lease_until = None
        is_final = error.outcome == Outcome.REFUSED or amendment.attempts >= ATTEMPTS_MAX
        if amendment.state == Amendment.State.QUEUED and is_final:
            amendment.state, amendment.error = Amendment.State.FAILED, error.pt
            _show_pending(amendment.message, amendment.kind, error=error.pt, text=amendment.text)
            save_changes([amendment.message])
        waits = settings.SEND_BACKOFF
        wait = waits[min(amendment.attempts, len(waits)) - 1]
        amendment.next_attempt_at = clock.now() + timedelta(seconds=wait)
        amendment.save(update_fields=["state", "error", "lease_until", "next_attempt_at"])


def _lock(amendment_id: int) -> tuple[Conversation, Amendment]:
    message_id = Amendment.objects.values_list("message_id", flat=True).get(pk=amendment_id)
    conversation = lock_conversation_of(message_id)
    amendment = Amendment.objects.get(pk=amendment_id)
    amendment.message = Message.objects.for_thread().get(pk=amendment.message_id)
    amendment.message.conversation = conversation
    return conversation, amendment
