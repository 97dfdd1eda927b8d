"""The store's tags, and which of them a ticket carries."""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q

from evendas.accounts.audit import change, record
from evendas.accounts.models import Store, User
from evendas.unique import unique
from sac.actions.tickets import held, insist, still_sees
from sac.announce import names_changed
from sac.models import Tag, Ticket, TicketEvent, TicketTag
from sac.permissions import Rights, may_tag

Kind = TicketEvent.Kind


class TagTaken(Exception):
    """The store has such a tag, accents and case apart."""

    sentence = "A loja já tem esta etiqueta."


def offered_to(ticket: Ticket) -> list[Tag]:
    """What may be put on a ticket: the tags in use, and those it carries anyway."""
    worn = TicketTag.objects.filter(ticket=ticket, tag=OuterRef("pk"))
    known = Tag.objects.in_store(ticket.store).filter(Q(is_active=True) | Exists(worn))
    return list(known.by_name())


def change_tags(
    ticket: Ticket, *, add: Collection[Tag], remove: Collection[Tag], by: User, rights: Rights
) -> Ticket:
    """Put tags on a ticket and take others off; what colleagues did meanwhile stays."""
    with held(ticket.pk) as row:
        insist(still_sees(rights, row.ticket) and may_tag(rights, row.ticket))
        carried = set(row.ticket.tags.all())
        fresh, gone = set(add) - carried, carried & set(remove)
        if not fresh and not gone:
            return row.ticket
        TicketTag.objects.filter(ticket=row.ticket, tag__in=gone).delete()
        TicketTag.objects.bulk_create(
            TicketTag(store_id=row.ticket.store_id, ticket=row.ticket, tag=tag) for tag in fresh
        )
        for kind, tags in ((Kind.TAGGED, fresh), (Kind.UNTAGGED, gone)):
            if tags:
                row.record(kind, by=by, note=_named(tags))
        # Around every thread of this conversation, like the customer's own data.
        row.announcement.contact_changed()
        return row.ticket


def _named(tags: Iterable[Tag]) -> str:
    """What the trail says: the names of that day, whatever they are called later."""
    names = sorted((tag.name for tag in tags), key=str.casefold)
    return ", ".join(names)[: TicketEvent.MAX_NOTE]


def create_tag(store: Store, name: str, colour: str, *, by: User, ip: str | None) -> Tag:
    """Add a tag. Raises TagTaken."""
    with unique("sac_tag_name_once", taken=TagTaken()):
        tag = Tag.objects.create(store=store, name=name, colour=colour)
        record("tag.created", by=by, target=tag, ip=ip, name=name)
    return tag


def change_tag(  # noqa: PLR0913 - what a tag is made of
    tag: Tag, *, name: str, colour: str, is_active: bool, by: User, ip: str | None
) -> None:
    """Rename a tag, colour it, take it out of use or back. Raises TagTaken."""
    wanted = {"name": name, "colour": colour, "is_active": is_active}
    with unique("sac_tag_name_once", taken=TagTaken()):
        row = Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)
        if changed := change(row, **wanted):
            record("tag.changed", by=by, target=row, ip=ip, **changed)
            names_changed(row.store_id)
