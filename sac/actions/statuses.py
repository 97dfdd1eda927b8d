"""The fate of what we sent: ticks that only ever go up."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from automacao.gateways.port import MessageStatus
from automacao.models import Instance
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
    by_conversation: dict[int, list[Message]] = defaultdict(list)
    for provider_id, message in found.items():
        # A list first: every status is applied, whatever the one before it did.
        advanced = [message.advance(status) for status in wanted[provider_id]]
        if any(advanced):
            by_conversation[message.conversation_id].append(message)
    for messages in by_conversation.values():
        save_and_announce(messages[0].conversation, messages)


def _lock_messages(instance: Instance, provider_ids: Sequence[str]) -> dict[str, Message]:
    rows = Message.objects.filter(
        instance=instance, provider_id__in=provider_ids, direction=Message.Direction.OUT
    )
    ids = sorted(set(rows.values_list("conversation_id", flat=True)))
    conversations = {row.pk: row for row in Conversation.objects.locked(ids)}
    found = {}
    for message in rows.filter(conversation__in=ids).select_related("attendant"):
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
    """Give messages that just got their id the statuses that came before it. Saves their state."""
    by_id = {message.provider_id: message for message in messages if message.provider_id}
    early = list(EarlyStatus.objects.filter(instance=instance, provider_id__in=by_id))
    if not early:
        return
    for status in early:
        by_id[status.provider_id].advance(status.status)
    Message.objects.bulk_update(by_id.values(), ["state", "lease_until"])
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


def save_and_announce(conversation: Conversation, messages: Sequence[Message]) -> None:
    """Save messages whose state changed, show it on the list, and tell the open screens.

    The caller holds the conversation's lock.
    """
    announcement = Announcement(conversation)
    for message in messages:
        message.revision = conversation.next_revision()
    Message.objects.bulk_update(messages, Message.SENDING_FIELDS)
    conversation.save(update_fields=["revision", "send_address"])
    ids = [message.ticket_id for message in messages if message.ticket_id]
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.locked(ids)}
    for message in messages:
        ticket = tickets.get(message.ticket_id or 0)
        if ticket and ticket.follow(message):
            ticket.save(update_fields=["preview_state"])
            announcement.ticket_changed(ticket, before=Sight.of(ticket))
        message.ticket = ticket
    announcement.changed(*messages)
    announcement.after_commit()
