"""The fate of what we sent: ticks that only ever go up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from automacao.gateways.port import MessageStatus
from automacao.models import Instance
from evendas import clock
from sac.actions.rows import write_columns
from sac.announce import Announcement
from sac.models import Conversation, EarlyStatus, Message, Ticket
from sac.permissions import Sight


def apply_statuses(instance: Instance, statuses: Sequence[MessageStatus]) -> None:
    """Apply statuses by rank. One whose message is unknown waits for it (24 h)."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for status in statuses:
        wanted[status.id].append(status.status)
    found = _lock_messages(instance, list(wanted))
    _keep_for_later(instance, {pk: w for pk, w in wanted.items() if pk not in found})
    # A list first: every status is applied, whatever the one before it did.
    changed = [
        message
        for provider_id, message in found.items()
        if True in [message.advance(status) for status in wanted[provider_id]]
    ]
    save_and_announce(changed)


def _lock_messages(instance: Instance, provider_ids: Sequence[str]) -> dict[str, Message]:
    rows = Message.objects.filter(
        instance=instance, provider_id__in=provider_ids, direction=Message.Direction.OUT
    )
    ids = sorted(set(rows.values_list("conversation_id", flat=True)))
    conversations = {row.pk: row for row in Conversation.objects.locked(ids)}
    found = {}
    for message in rows.filter(conversation__in=ids).for_thread():
        message.conversation = conversations[message.conversation_id]
        found[message.provider_id or ""] = message
    return found


def _keep_for_later(instance: Instance, unknown: dict[str, list[str]]) -> None:
    EarlyStatus.objects.bulk_create(
        [
            EarlyStatus(
                store_id=instance.store_id,
                instance=instance,
                provider_id=provider_id,
                status=status,
            )
            for provider_id, statuses in unknown.items()
            for status in statuses
        ],
        ignore_conflicts=True,
    )


def apply_early_statuses(instance: Instance, messages: Sequence[Message]) -> None:
    """Give messages that just got their id the statuses that came before it. The caller saves."""
    by_id = {message.provider_id: message for message in messages if message.provider_id}
    if not by_id:
        return
    early = list(EarlyStatus.objects.filter(instance=instance, provider_id__in=by_id))
    for status in early:
        by_id[status.provider_id].advance(status.status)
    EarlyStatus.objects.filter(id__in=[status.pk for status in early]).delete()


def apply_waiting_statuses() -> None:
    """Apply kept statuses whose message is known by now.

    Both sides look for each other before they commit, so each may miss the other.
    """
    match = Message.objects.filter(
        instance=OuterRef("instance"), provider_id=OuterRef("provider_id")
    )
    for early in EarlyStatus.objects.filter(Exists(match)).select_related("instance")[:200]:
        with transaction.atomic():
            status = MessageStatus(id=early.provider_id, status=early.status)  # type: ignore[arg-type]
            apply_statuses(early.instance, [status])
            early.delete()


def forget_early_statuses() -> None:
    """Drop what waited a day for a message that never came."""
    limit = clock.now() - timedelta(hours=24)
    EarlyStatus.objects.filter(received_at__lt=limit).delete()


def save_and_announce(messages: Sequence[Message]) -> None:
    """Save messages whose state changed, show it on the list, and tell the open screens.

    Each knows its conversation, whose lock the caller holds.
    """
    announcements = {row.conversation: Announcement(row.conversation) for row in messages}
    for message in messages:
        message.revision = message.conversation.next_revision()
    write_columns(messages, Message.SENDING_FIELDS)
    write_columns(announcements, ["revision", "send_address"])
    followed = show_on_list(messages)
    for message in messages:
        announcement = announcements[message.conversation]
        announcement.changed(message)
        if message.ticket and message.ticket in followed:
            announcement.ticket_changed(message.ticket, before=Sight.of(message.ticket))
    for announcement in announcements.values():
        announcement.after_commit()


def show_on_list(messages: Sequence[Message]) -> list[Ticket]:
    """Let the rows of the list follow the messages they show; return those that changed.

    The caller holds the lock of the messages' conversations.
    """
    tickets = {
        ticket.pk: ticket
        for ticket in Ticket.objects.locked([row.ticket_id for row in messages if row.ticket_id])
    }
    for message in messages:
        message.ticket = tickets.get(message.ticket_id or 0)
    followed = [row.ticket for row in messages if row.ticket and row.ticket.follow(row)]
    write_columns(followed, ["preview_state"])
    return followed
