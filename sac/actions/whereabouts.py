"""Finds where things are by now: uniting contacts moves them while somebody waits for a lock."""

from sac.models import Contact, Conversation, Message, Ticket


def lock_conversation_of(message_id: int) -> Conversation:
    """Lock the conversation a message is in, and return it."""
    messages = Message.objects.filter(pk=message_id).values_list("conversation_id", flat=True)
    while True:
        home = messages.get()
        (conversation,) = Conversation.objects.locked([home])
        if messages.get() == home:
            return conversation


def lock_contact_of(ticket_id: int) -> Contact:
    """Lock the customer of a ticket, and return them."""
    tickets = Ticket.objects.filter(pk=ticket_id)
    customers = tickets.values_list("conversation__contact_id", flat=True)
    while True:
        contact = Contact.objects.select_for_update(no_key=True).get(pk=customers.get())
        if customers.get() == contact.pk:
            return contact
