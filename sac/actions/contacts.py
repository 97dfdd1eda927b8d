"""What people write about a customer."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from evendas.accounts.audit import record
from evendas.accounts.models import User
from sac.actions.whereabouts import lock_contact_of
from sac.announce import Announcement, past_changed
from sac.models import Contact, Conversation, Ticket
from sac.permissions import Sight


def edit_contact(
    ticket: Ticket, *, by: User, changes: Mapping[str, str], ip: str | None = None
) -> Contact:
    """Editar: write these fields of the ticket's contact, and show them on every screen.

    A name written by a person stays theirs; an emptied one is WhatsApp's to fill again.
    """
    with transaction.atomic():
        contact = lock_contact_of(ticket.pk)
        changed = [name for name, value in changes.items() if getattr(contact, name) != value]
        if not changed:
            return contact
        for name in changed:
            setattr(contact, name, changes[name])
        if "name" in changed:
            contact.name_edited_by = by if contact.name else None
        contact.save(update_fields=[*changed, "name_edited_by"])
        # Field names only: the audit outlives what the customer may ask to forget.
        record("contact.edited", by=by, target=contact, ip=ip, fields=sorted(changed))
        _show_everywhere(contact, ticket)
    return contact


def _show_everywhere(contact: Contact, ticket: Ticket) -> None:
    """On every number the customer wrote to: around the thread, and in the rows of the list."""
    ids = list(contact.conversations.values_list("id", flat=True))
    shown = Q(status__in=Ticket.LIVE) | Q(pk=ticket.pk)
    tickets = Ticket.objects.for_list().filter(shown, conversation__in=ids)
    for conversation in Conversation.objects.locked(ids):
        announcement = Announcement(conversation)
        conversation.next_revision()
        conversation.save(update_fields=["revision"])
        announcement.contact_changed()
        for row in tickets:
            if row.conversation_id == conversation.pk:
                announcement.ticket_changed(row, before=Sight.of(row))
        announcement.after_commit()
    past_changed(contact.store_id, Ticket.objects.filter(conversation__in=ids).exclude(shown))
