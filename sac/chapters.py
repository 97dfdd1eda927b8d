"""Above a ticket's first line its customer's earlier tickets go on, the newest of them first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from sac import thread
from sac.models import Ticket
from sac.permissions import Rights


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of an earlier ticket: its lines if it may be read, and where to go on from there."""

    ticket: Ticket
    is_visible: bool
    items: Sequence[thread.Item]
    older_cursor: str
    # The ticket before this one, None at the very beginning.
    earlier: int | None
    # Whether this page goes to its end, where it is told apart from what follows.
    has_end: bool


def chapter_before(
    ticket: Ticket, rights: Rights, *, at: int | None = None, before: thread.Cursor | None = None
) -> Chapter | None:
    """Return the newest ticket of `ticket`'s contact before it, or from id `at` on down.

    Of its thread the page before `before`; without it, the last.
    """
    past = Ticket.objects.in_store(ticket.store).of_contact(ticket.conversation.contact_id)
    past = past.filter(pk__lt=ticket.pk)
    if at is not None:
        past = past.filter(pk__lte=at)
    sight = Exists(Ticket.objects.visible_to(rights).filter(pk=OuterRef("pk")))
    listed = past.for_list().select_related("closed_by").annotate(is_readable=sight)
    found = list(listed.order_by("-pk")[:2])
    if not found:
        return None
    chapter, *rest = found
    is_visible: bool = chapter.is_readable  # type: ignore[attr-defined]
    page = thread.page(chapter, before=before) if is_visible else thread.Page([], "")
    return Chapter(
        ticket=chapter,
        is_visible=is_visible,
        items=page.items,
        older_cursor=page.older_cursor,
        earlier=rest[0].pk if rest else None,
        has_end=before is None,
    )
