"""What happens to a message after it was said: edited, deleted for everyone, reacted to.

Each is applied once, whatever order it comes in, and waits a day for a message not known yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime

from automacao.gateways.port import MessageDeleted, MessageEdited, Reaction
from automacao.models import Instance
from evendas import clock
from sac.actions.rows import write_columns
from sac.announce import Announcement
from sac.models import Amendment, Conversation, EarlyChange, Message, Ticket
from sac.permissions import Sight

ChangeEvent = MessageEdited | MessageDeleted | Reaction
# What a change writes in its message.
CHANGED_FIELDS = (
    "text",
    "content",
    "reactions",
    "earlier_texts",
    "edited_at",
    "deleted_at",
    "revision",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it is to be applied. `at` is the network's time, or that of its arrival."""

    target: str
    kind: EarlyChange.Kind
    text: str
    is_ours: bool
    at: datetime
    # Told by an event without a time, which may repeat an older one.
    is_timeless: bool = False


def change_of(event: ChangeEvent, received_at: datetime) -> Change:
    """Read the port's event."""
    if isinstance(event, MessageDeleted):
        kind, text, at = EarlyChange.Kind.DELETION, "", None
    elif isinstance(event, MessageEdited):
        kind, text, at = EarlyChange.Kind.EDIT, event.text, event.at
    else:
        kind, text, at = EarlyChange.Kind.REACTION, event.emoji or "", event.at
    return Change(
        target=event.target,
        kind=kind,
        text=text,
        is_ours=isinstance(event, Reaction) and event.is_ours,
        at=min(at, received_at) if at else received_at,
        is_timeless=at is None,
    )


def apply_changes(instance: Instance, changes: Sequence[Change]) -> set[str]:
    """Apply changes to the messages they name; what names none waits for it (24 h).

    Return the names that were found.
    """
    by_target: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_target[change.target].append(change)
    found = lock_named(instance, list(by_target))
    _keep_for_later(instance, [one for one in changes if one.target not in found])
    changed = [
        message
        for target, message in found.items()
        # A list first: every change is applied, whatever the one before it did.
        if True in [apply_change(message, one) for one in by_target[target]]
    ]
    save_changes(changed)
    return set(found)


def lock_named(instance: Instance, provider_ids: Sequence[str]) -> dict[str, Message]:
    """Lock the conversations of messages and return these by the network's ids."""
    rows = Message.objects.filter(instance=instance, provider_id__in=provider_ids)
    ids = sorted(set(rows.values_list("conversation_id", flat=True)))
    conversations = {row.pk: row for row in Conversation.objects.locked(ids)}
    found = {}
    for message in rows.filter(conversation__in=ids).for_thread():
        message.conversation = conversations[message.conversation_id]
        found[message.provider_id or ""] = message
    return found


def apply_change(message: Message, change: Change) -> bool:
    """Apply one change in memory. Tell whether it changed anything."""
    match change.kind:
        case EarlyChange.Kind.DELETION:
            return _delete(message, change)
        case EarlyChange.Kind.EDIT:
            return _edit(message, change)
    return _react(message, change)


def _delete(message: Message, change: Change) -> bool:
    if message.deleted_at is not None:
        return False
    message.deleted_at = change.at
    return True


def _edit(message: Message, change: Change) -> bool:
    """Keep every text it had in the order of their times; the newest is the one shown."""
    change = replace(change, text=message.unsigned(change.text))
    said = [*message.earlier_texts, {"text": message.text, "at": _said_at(message).isoformat()}]
    edition = {"text": change.text, "at": change.at.isoformat()}
    is_known = any(one["text"] == change.text for one in said)
    if edition in said or (change.is_timeless and is_known):
        return False
    if message.text == change.text:
        return _confirm(message, change)
    said.append(edition)
    *earlier, newest = sorted(said, key=lambda one: _time(one["at"]))
    message.earlier_texts, message.text = earlier, newest["text"]
    message.edited_at = _time(newest["at"])
    return True


def _confirm(message: Message, change: Change) -> bool:
    """It says so since later than was known: an edit from between must not come on top."""
    if change.at <= _said_at(message):
        return False
    message.edited_at = change.at
    return True


def _said_at(message: Message) -> datetime:
    return message.edited_at or message.sent_at


def _react(message: Message, change: Change) -> bool:
    """Each side has one reaction, the last given. One taken away is kept as empty, with its time:

    an older one that comes late must not bring it back.
    """
    side = "store" if change.is_ours else "customer"
    known = message.reactions.get(side)
    given = {"emoji": change.text, "at": change.at.isoformat()}
    # The network counts whole seconds: within one, the last to arrive is the newer.
    if known and (_time(known["at"]) > change.at or known == given):
        return False
    message.reactions = {**message.reactions, side: given}
    return True


def _time(text: str) -> datetime:
    read = parse_datetime(text)
    assert read is not None  # noqa: S101 - written by this module
    return read


def save_changes(messages: Sequence[Message]) -> None:
    """Save changed messages, show them on the list, and tell the open screens.

    Each knows its conversation, whose lock the caller holds.
    """
    announcements = {row.conversation: Announcement(row.conversation) for row in messages}
    gone = [message for message in messages if _forget_deleted(message)]
    messages = [*messages, *_quoting(gone)]
    for message in messages:
        message.revision = message.conversation.next_revision()
    write_columns(messages, CHANGED_FIELDS)
    write_columns(announcements, ["revision"])
    followed = _show_again(messages)
    for message in messages:
        announcement = announcements[message.conversation]
        announcement.changed(message)
        if message.ticket and message.ticket in followed:
            announcement.ticket_changed(message.ticket, before=Sight.of(message.ticket))
    for announcement in announcements.values():
        announcement.after_commit()


def _forget_deleted(message: Message) -> bool:
    """Let go of what a deleted message said, where the store keeps it no more. Tell if so."""
    if message.deleted_at is None or message.conversation.store.shows_deleted:
        return False
    message.text, message.content, message.earlier_texts = "", {}, []
    if file := message.file:
        file.discard()
    return True


def _quoting(gone: Sequence[Message]) -> list[Message]:
    """Answers that repeat what these said, less those words; edits on their way lose them too."""
    ids = [row.pk for row in gone if row.pk]
    Amendment.objects.filter(message__in=ids).update(text="")
    quoting = []
    for row in gone:
        answers = Message.objects.filter(conversation=row.conversation, reply_to=row.provider_id)
        for answer in answers.exclude(pk__in=ids).for_thread():
            answer.conversation = row.conversation
            quoted = {**answer.content.get("quoted", {}), "text": ""}
            answer.content = {**answer.content, "quoted": quoted}
            quoting.append(answer)
    return quoting


def forget_deleted(limit: int = 200) -> None:
    """Let go of what deleted messages said in stores that do not keep it any more."""
    kept = Message.objects.deleted_but_kept().order_by("id")
    for instance_id, name in list(kept.values_list("instance_id", "provider_id")[:limit]):
        with transaction.atomic():
            found = lock_named(Instance.objects.get(pk=instance_id), [name or ""])
            save_changes(list(found.values()))


def _show_again(messages: Sequence[Message]) -> list[Ticket]:
    """Let the rows of the list show what their message says now."""
    ids = [row.ticket_id for row in messages if row.ticket_id]
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.locked(ids)}
    followed = []
    for message in messages:
        message.ticket = tickets.get(message.ticket_id or 0)
        if message.ticket and message.ticket.preview_message_id == message.pk:
            message.ticket.show(message)
            followed.append(message.ticket)
    write_columns(followed, Ticket.ACTIVITY_FIELDS)
    return followed


def _keep_for_later(instance: Instance, unknown: Iterable[Change]) -> None:
    EarlyChange.objects.bulk_create(
        [
            EarlyChange(
                store_id=instance.store_id,
                instance=instance,
                provider_id=change.target,
                kind=change.kind,
                is_ours=change.is_ours,
                text=change.text,
                at=change.at,
            )
            for change in unknown
        ],
        ignore_conflicts=True,
    )


def apply_early_changes(instance: Instance, messages: Sequence[Message]) -> None:
    """Give messages that just got their id the changes that came before it. The caller saves."""
    by_id = {message.provider_id: message for message in messages if message.provider_id}
    if not by_id:
        return
    early = EarlyChange.objects.filter(instance=instance, provider_id__in=by_id).order_by("at")
    kept = list(early)
    for row in kept:
        message = by_id[row.provider_id]
        apply_change(message, _change_again(row))
        _forget_deleted(message)
    EarlyChange.objects.filter(id__in=[row.pk for row in kept]).delete()


def apply_waiting_changes() -> None:
    """Apply kept changes whose message is known by now: both sides may have missed each other."""
    match = Message.objects.filter(
        instance=OuterRef("instance"), provider_id=OuterRef("provider_id")
    )
    for early in EarlyChange.objects.filter(Exists(match)).select_related("instance")[:200]:
        with transaction.atomic():
            # A message that moves to another conversation meanwhile is found next time.
            if apply_changes(early.instance, [_change_again(early)]):
                early.delete()


def forget_early_changes() -> None:
    """Drop what waited a day for a message that never came."""
    limit = clock.now() - timedelta(hours=24)
    EarlyChange.objects.filter(received_at__lt=limit).delete()


def _change_again(row: EarlyChange) -> Change:
    return Change(
        target=row.provider_id,
        kind=EarlyChange.Kind(row.kind),
        text=row.text,
        is_ours=row.is_ours,
        at=row.at,
    )
