"""What was typed and not sent: kept on the server, so it survives the tab."""

from evendas.accounts.models import User
from sac.models import Draft, Ticket


def keep_draft(ticket: Ticket, *, by: User, text: str) -> None:
    """Keep the person's unsent text of this conversation; an empty one is forgotten."""
    if not text.strip():
        Draft.objects.filter(conversation=ticket.conversation_id, user=by).delete()
        return
    Draft.objects.update_or_create(
        conversation_id=ticket.conversation_id,
        user=by,
        defaults={"text": text, "store_id": ticket.store_id},
    )
