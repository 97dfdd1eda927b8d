"""What stands around a ticket's conversation for one person: asked in one question."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Subquery

from sac import thread
from sac.models import Draft, Mention, Ticket
from sac.permissions import Rights


@dataclass(frozen=True, slots=True)
class Aside:
    """The person's unsent text, and whether a note names them since they last opened it.

    `newer` is the code of the ticket in which a closed one's conversation goes on, "" where they
    see none. `unseen` is None when the team saw all of the ticket, or nothing was said.
    """

    draft: str
    is_mentioned: bool
    newer: str
    unseen: thread.Unseen | None


def aside_of(ticket: Ticket, rights: Rights) -> Aside:
    """Return what stands around `ticket` for who has these rights."""
    home = ticket.conversation_id
    drafts = Draft.objects.written_by(rights.user_id).filter(conversation=home)
    # An attendant of id 0 is nobody: who does not attend is not named.
    mentions = Mention.objects.unseen_by(rights.attendant_id or 0)
    live = Ticket.objects.visible_to(rights).live().filter(conversation=home)
    draft, is_mentioned, newer, unseen = (
        Ticket.objects.in_store(ticket.store)
        .filter(pk=ticket.pk)
        .values_list(
            Subquery(drafts.values("text")),
            Exists(mentions.filter(message__conversation=home)),
            Subquery(live.exclude(pk=ticket.pk).values("code")),
            ArraySubquery(thread.unseen(ticket)),
        )
        .get()
    )
    return Aside(draft or "", is_mentioned, newer or "", thread.Unseen.of(unseen))
