"""Internal notes: said in a ticket's thread to the team alone, and to whom they name."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from evendas import clock
from evendas.accounts.models import User
from sac.actions.tickets import Held, held, insist, insist_on_sight
from sac.mentions import said_names
from sac.models import Attendant, Mention, Message, Ticket
from sac.permissions import Rights, may_note
from sac.refusals import Invalid, TooLate


def write_note(
    ticket: Ticket, *, by: User, rights: Rights, text: str, client_uuid: UUID
) -> Message:
    """Keep a note. It never leaves the store, clears no NOVO and stops no waiting clock.

    Whoever it names of those who see the ticket is alerted. Written twice with the same id, it is
    there once. Raises Invalid for what it cannot say, Refused once the ticket is out of sight.
    """
    text = _clean(text)
    with held(ticket.pk, taker=rights.attendant_id) as row:
        if known := _written_already(row, client_uuid):
            return known
        insist_on_sight(rights, row.ticket)
        insist(may_note(rights, row.ticket))
        named = _named(text, Attendant.objects.who_see(row.ticket))
        note = _write(row, text, client_uuid, by=by, named=named)
        row.ticket.show_last(note)
        row.ticket.save(update_fields=Ticket.ACTIVITY_FIELDS)
        _mention(row, note, [one for one in named if one.user_id != by.pk], by=by)
    return note


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Escreva a nota antes de salvar.")
    if len(text) > Message.MAX_TEXT:
        raise Invalid(f"A nota tem {len(text)} caracteres; cabem até {Message.MAX_TEXT}.")
    return text


def _written_already(row: Held, client_uuid: UUID) -> Message | None:
    known = Message.objects.for_thread().filter(
        store_id=row.ticket.store_id, client_uuid=client_uuid
    )
    note = known.first()
    if note and (note.conversation_id != row.conversation.pk or not note.is_note):
        raise TooLate("Esta nota já foi salva em outra conversa.")
    return note


def _named(text: str, team: Iterable[Attendant]) -> list[Attendant]:
    people = list(team)
    said = said_names(text, (one.nickname for one in people))
    return [one for one in people if one.nickname.casefold() in said]


def _write(
    row: Held, text: str, client_uuid: UUID, *, by: User, named: Sequence[Attendant]
) -> Message:
    content: dict[str, object] = {"named": [one.nickname for one in named]} if named else {}
    if row.taker is None:
        # An admin who does not attend has no row to be named by.
        content["author"] = by.full_name
    return row.write(
        direction=Message.Direction.NOTE,
        origin=Message.Origin.DESK,
        text=text,
        content=content,
        attendant=row.taker,
        client_uuid=client_uuid,
        state=Message.State.RECEIVED,
    )


def _mention(row: Held, note: Message, named: Sequence[Attendant], *, by: User) -> None:
    if not named:
        return
    Mention.objects.bulk_create(
        Mention(store_id=note.store_id, message=note, attendant=one, created_at=row.now)
        for one in named
    )
    row.announcement.named(row.ticket, note, named, by=by)


def see_mentions(ticket: Ticket, *, rights: Rights) -> None:
    """Note that this person opened the conversation in which they were named."""
    unseen = Mention.objects.unseen_by(rights.attendant_id or 0)
    unseen.filter(message__conversation=ticket.conversation_id).update(seen_at=clock.now())
