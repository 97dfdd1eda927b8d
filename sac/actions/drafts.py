"""What was typed and not sent: kept on the server, so it survives the tab."""

from evendas.accounts.models import User
from sac.models import Conversation, Draft, Ticket


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


def forget_draft(conversation: Conversation, *, by: User, sent: str) -> None:
    """Drop the draft that became this message: what the person types elsewhere is another one."""
    draft = Draft.objects.filter(conversation=conversation, user=by).first()
    if draft and sent.startswith(draft.text.strip()):
        draft.delete()
