"""Moves tickets, with all that was said in them, between two conversations on one number.

Set-based: a conversation may hold thousands of messages. Whatever moves takes new revisions, above
those of both conversations, so that every page that has it on screen asks for it again. The caller
holds the locks of both conversations.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import Max

from sac.actions.preview import show_what_was_said
from sac.models import Conversation, Draft, Message, Ticket

_STAMP = """
    WITH moved AS (
        SELECT 'message' AS kind, id, revision FROM sac_message
            WHERE conversation_id = %(home)s AND ticket_id = ANY(%(tickets)s)
                OR id = ANY(%(messages)s)
        UNION ALL
        SELECT 'event', id, revision FROM sac_ticketevent
            WHERE conversation_id = %(home)s AND ticket_id = ANY(%(tickets)s)
    ), numbered AS (
        -- In the order in which they happened: the last step of a ticket stays its last.
        SELECT kind, id, %(since)s + row_number() OVER (ORDER BY revision, kind, id) AS revision
        FROM moved
    ), messages AS (
        UPDATE sac_message AS message SET conversation_id = %(to)s, revision = numbered.revision
        FROM numbered WHERE numbered.kind = 'message' AND numbered.id = message.id
        RETURNING 1
    ), events AS (
        UPDATE sac_ticketevent AS event SET conversation_id = %(to)s, revision = numbered.revision
        FROM numbered WHERE numbered.kind = 'event' AND numbered.id = event.id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM events)
"""


def rehouse(
    home: Conversation,
    to: Conversation,
    *,
    tickets: Collection[int],
    messages: Collection[int],
) -> None:
    """Move these tickets of `home` with their messages and steps, and these messages besides.

    The latter may be of `to` already: they only take a new revision. Saves both revisions.
    """
    since = max(home.revision, to.revision)
    names = {"home": home.pk, "to": to.pk, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, names | {"tickets": [*tickets], "messages": [*messages]})
        (count,) = cursor.fetchone()
    Ticket.objects.filter(id__in=tickets, conversation=home).update(conversation=to)
    to.revision = since + count
    home.next_revision()
    for row in (home, to):
        row.save(update_fields=["revision"])


def contents_of(conversation: Conversation) -> dict[str, list[int]]:
    """The ids of its tickets, and of what was said outside any: all that has to be moved."""
    loose = conversation.messages.filter(ticket=None).order_by("id")
    tickets = conversation.tickets.order_by("id")
    return {
        "tickets": list(tickets.values_list("pk", flat=True)),
        "loose": list(loose.values_list("pk", flat=True)),
    }


def move_drafts(home: Conversation, to: Conversation) -> list[dict[str, Any]]:
    """What people typed and did not send goes along; beside a text of theirs, below it.

    Return what `part_drafts` knows it by: no word of it, which may never be sent.
    """
    there = {draft.user_id: draft for draft in Draft.objects.filter(conversation=to)}
    moved = []
    for draft in Draft.objects.filter(conversation=home):
        moved.append({"user": draft.user_id, **_print_of(draft.text)})
        other = there.get(draft.user_id)
        if other is None:
            draft.conversation = to
            draft.save(update_fields=["conversation"])
            continue
        other.text = f"{other.text}\n{draft.text}"
        other.save(update_fields=["text", "updated_at"])
        draft.delete()
    return moved


def part_drafts(
    moved: Iterable[Mapping[str, Any]], *, home: Conversation, to: Conversation
) -> None:
    """Bring what was moved to `home` back to `to`; what somebody changed since stays."""
    texts = Draft.objects.filter(conversation=home).select_for_update(no_key=True)
    by_user = {draft.user_id: draft for draft in texts}
    for one in moved:
        draft = by_user.get(one["user"])
        own, text = _apart(draft.text, one["length"]) if draft else ("", "")
        if draft is None or one != {"user": draft.user_id, **_print_of(text)}:
            continue
        Draft.objects.create(
            store_id=to.store_id, conversation=to, user_id=draft.user_id, text=text
        )
        if own:
            draft.text = own
            draft.save(update_fields=["text", "updated_at"])
        else:
            draft.delete()


def _print_of(text: str) -> dict[str, Any]:
    return {"length": len(text), "sha256": sha256(text.encode()).hexdigest()}


def _apart(text: str, length: int) -> tuple[str, str]:
    """What stands above the last so many characters, and these; nothing where no line ends."""
    own, text = text[:-length], text[-length:]
    return (own.removesuffix("\n"), text) if not own or own.endswith("\n") else ("", "")


def questions_of(ticket: Ticket) -> list[int]:
    """What its customer said after the last answer: what the team owes a look."""
    owed = ticket.messages.filter(direction=Message.Direction.IN)
    last = ticket.messages.answers().aggregate(last=Max("id"))["last"] or 0
    return list(owed.filter(pk__gt=last).order_by("id").values_list("pk", flat=True))


def move_questions(messages: Collection[int], *, home: Ticket, to: Ticket) -> None:
    """Let these messages of one ticket be another's, and let both tell so. Saves both."""
    Message.objects.filter(id__in=messages, ticket=home).update(ticket=to)
    for ticket in (home, to):
        tell_what_it_holds(ticket)


def tell_what_it_holds(ticket: Ticket) -> None:
    """Bring a ticket's row of the list, and its waiting clock, in line with its messages."""
    show_what_was_said(ticket)
    questions = questions_of(ticket) if ticket.is_live else []
    first = Message.objects.filter(id__in=questions[:1]).first()
    ticket.waiting_since = first.sent_at if first else None
    ticket.save(update_fields=Ticket.ACTIVITY_FIELDS)
