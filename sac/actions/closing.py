"""Encerrar and its Desfazer. A ticket is closed at once; for some seconds that can be undone.

The closing text waits that long in the outbox, as an automatic message: it answers nobody, opens
nothing and counts in no figure. It is taken back, and never leaves, when the closing is undone and
when the conversation goes on before it left: goodbye is not said to who has just written again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from automacao.models import ChatbotSettings
from evendas.accounts.models import Store, User
from sac.actions.preview import show_what_was_said
from sac.actions.tickets import Held, held, insist, insist_on_sight, still_sees
from sac.actions.trail import seconds_between
from sac.models import Attendant, CloseReason, Conversation, Message, Ticket, TicketEvent
from sac.permissions import Rights, may_close, may_reopen
from sac.refusals import Invalid, TooLate

_CLOSING_FIELDS = (
    "status",
    "closed_at",
    "closed_by",
    "close_reason",
    "closed_new_since",
    "closed_waiting_since",
    *Ticket.ACTIVITY_FIELDS,
)
# Whatever became of a closing text, short of having been handed to the gateway.
_NOT_SENT = (Message.State.QUEUED, Message.State.HELD, Message.State.FAILED)


def farewell_of(ticket: Ticket) -> str:
    """The closing text of the ticket's number, "" when it has none or is gone."""
    if ticket.instance.removed_at is not None:
        return ""
    known = ChatbotSettings.objects.filter(instance=ticket.instance_id)
    return (known.values_list("closing", flat=True).first() or "").strip()


def reasons_of(store: Store) -> QuerySet[CloseReason]:
    """What the store offers as reasons."""
    return CloseReason.objects.in_store(store).active().by_name()


def wants_reason(store: Store) -> bool:
    """Whether closing needs a reason: the store says so, and offers some."""
    return store.requires_close_reason and reasons_of(store).exists()


def close_ticket(
    ticket: Ticket,
    *,
    by: User,
    rights: Rights,
    reason: CloseReason | None = None,
    says_goodbye: bool = False,
) -> Ticket:
    """Encerrar: at once. The customer's next message opens a new ticket with a new code.

    Raises Invalid without a reason where the store wants one, TooLate and Refused as claiming does.
    """
    with held(ticket.pk) as row:
        current = row.ticket
        if current.status == Ticket.Status.CLOSED:
            raise TooLate("Este atendimento já foi encerrado.")
        insist(still_sees(rights, current) and may_close(rights, current))
        words = _words_of(reason, current.store)
        if says_goodbye and (text := farewell_of(current)):
            _queue_farewell(row, text)
        _close(row, words, rights)
        began = current.taken_at if rights.owns(current) else None
        row.record(
            TicketEvent.Kind.CLOSED,
            by=by,
            attendant=current.closed_by,
            handled_seconds=seconds_between(began, row.now) if began else None,
        )
        return current


def _words_of(reason: CloseReason | None, store: Store) -> str:
    """The reason as the ticket keeps it, whatever it is renamed to later."""
    if reason is not None:
        if reason.store_id != store.pk or not reason.is_active:
            raise Invalid("Este motivo não está mais em uso. Escolha outro.")
        return reason.name
    if wants_reason(store):
        raise Invalid("Escolha o motivo do encerramento.")
    return ""


def _queue_farewell(row: Held, text: str) -> None:
    message = row.queue(leaves_at=undo_ends(row.now), origin=Message.Origin.BOT, text=text)
    row.ticket.show_last(message)


def _close(row: Held, words: str, rights: Rights) -> None:
    ticket = row.ticket
    ticket.closed_new_since, ticket.closed_waiting_since = ticket.new_since, ticket.waiting_since
    ticket.status = Ticket.Status.CLOSED
    ticket.closed_at = row.now
    ticket.closed_by = Attendant.objects.filter(pk=rights.attendant_id or 0).first()
    ticket.close_reason = words
    ticket.new_since = ticket.waiting_since = None
    ticket.save(update_fields=_CLOSING_FIELDS)


def undo_ends(closed_at: datetime) -> datetime:
    """From when on closing is for good."""
    return closed_at + timedelta(seconds=settings.CLOSE_UNDO_FOR)


def reopen_ticket(ticket: Ticket, *, by: User, rights: Rights) -> Ticket:
    """Desfazer: the ticket is as it was before it was closed, and its closing text never leaves.

    Raises TooLate after `undo_ends`, when the conversation went on in another ticket, or when
    somebody undid it before; Refused for who may not.
    """
    with held(ticket.pk) as row:
        current = row.ticket
        if current.closed_at is None:
            raise TooLate("Este atendimento já foi reaberto.")
        insist_on_sight(rights, current)
        insist(may_reopen(rights, current))
        _insist_on_undoable(row, current.closed_at)
        farewells = _farewells(row, current.closed_at)
        for message in farewells:
            message.ticket = current
            take_back(message, row.conversation)
        row.announcement.changed(*farewells)
        _reopen(current)
        row.record(TicketEvent.Kind.REOPENED, by=by, attendant=current.attendant)
        return current


def _insist_on_undoable(row: Held, closed_at: datetime) -> None:
    chapters = row.conversation.tickets
    if chapters.filter(pk__gt=row.ticket.pk).exists() or chapters.live().exists():
        raise TooLate("Um novo atendimento já começou nesta conversa: não dá mais para desfazer.")
    if row.now >= undo_ends(closed_at):
        raise TooLate("O tempo para desfazer acabou: o atendimento está encerrado.")
    last = row.ticket.events.filter(kind=TicketEvent.Kind.CLOSED).order_by("-revision").first()
    if last is None or last.actor_id is None:
        raise TooLate("Este atendimento foi encerrado pelo sistema: não dá para desfazer.")


def _farewells(row: Held, closed_at: datetime) -> list[Message]:
    """What was queued by this closing. Raises TooLate when some of it may have left."""
    said = row.ticket.messages.filter(origin=Message.Origin.BOT, created_at=closed_at)
    found = list(said.exclude(state=Message.State.SUPERSEDED).for_thread())
    if any(one.attempts or one.state not in _NOT_SENT for one in found):
        raise TooLate("A mensagem de encerramento já saiu: não dá mais para desfazer.")
    return found


def take_back(message: Message, conversation: Conversation) -> None:
    """Let a message that never left be as if nobody had written it. The caller holds the lock."""
    message.state, message.error = Message.State.SUPERSEDED, ""
    message.revision = conversation.next_revision()
    message.save(update_fields=["state", "error", "revision"])


def _reopen(ticket: Ticket) -> None:
    is_held = ticket.attendant_id is not None
    ticket.status = Ticket.Status.OPEN if is_held else Ticket.Status.WAITING
    ticket.new_since, ticket.waiting_since = ticket.closed_new_since, ticket.closed_waiting_since
    ticket.closed_at = ticket.closed_by = None
    ticket.closed_new_since = ticket.closed_waiting_since = None
    ticket.close_reason = ""
    show_what_was_said(ticket)
    ticket.save(update_fields=_CLOSING_FIELDS)


def take_back_farewells(conversations: Sequence[Conversation]) -> list[Message]:
    """A new ticket begins in these conversations: what would say goodbye is not sent any more.

    The caller holds their locks, saves their revisions and announces the messages and tickets.
    """
    by_id = {one.pk: one for one in conversations}
    waiting = Message.objects.waiting_farewells().filter(conversation__in=by_id)
    found = list(waiting.for_thread())
    tickets = {row.pk: row for row in Ticket.objects.locked([one.ticket_id or 0 for one in found])}
    for message in found:
        message.conversation = by_id[message.conversation_id]
        message.ticket = tickets[message.ticket_id or 0]
        take_back(message, message.conversation)
        show_what_was_said(message.ticket)
        message.ticket.save(update_fields=Ticket.ACTIVITY_FIELDS)
    return found
