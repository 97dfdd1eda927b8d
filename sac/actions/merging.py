"""Unites contacts that turn out to be one person: the oldest row stays, the others are emptied.

Works inside the caller's transaction, which holds the store's row and the contacts'. From there the
house order: all their conversations by id, then tickets. What is moved is kept in `ContactMerge`,
from which an admin may undo it (`sac.actions.parting`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evendas import clock
from evendas.accounts.audit import record_unasked
from evendas.bell import ring
from evendas.phones import normalize
from sac.actions.closing import take_back_farewells
from sac.actions.joining import join_live_tickets, tell_joint
from sac.actions.rehousing import contents_of, move_drafts, rehouse
from sac.announce import Announcement, conversation_left, past_changed
from sac.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    Conversation,
    Message,
    OrderLink,
    Ticket,
)
from sac.permissions import Sight

# By contact and number: at most one conversation each.
Homes = dict[int, dict[int, Conversation]]


@dataclass(frozen=True, slots=True)
class Union:
    """Contacts of one store that are one person, and the identities that told so."""

    kept: Contact
    gone: Sequence[Contact]
    reason: str


def parted_pairs(ids: Collection[int]) -> set[frozenset[int]]:
    """Which of these contacts were once united and parted again: an admin's word stands.

    It stands for whoever they were found to be since then, too.
    """
    roots = _roots(ids)
    undone = ContactMerge.objects.filter(kept__in=roots, undone_at__isnull=False)
    pairs = undone.values_list("kept", "gone")
    return {frozenset({roots[kept], roots[gone]}) for kept, gone in pairs if gone in roots}


def _roots(ids: Collection[int]) -> dict[int, int]:
    """These contacts and all that were united into them, with whom each is by now."""
    roots = {pk: pk for pk in ids}
    latest = list(roots)
    while latest:
        standing = ContactMerge.objects.filter(kept__in=latest, undone_at__isnull=True)
        found = {gone: roots[kept] for gone, kept in standing.values_list("gone", "kept")}
        roots |= found
        latest = list(found)
    return roots


def unite_contacts(unions: Sequence[Union]) -> None:
    """Move everything of the `gone` contacts to the `kept` ones. All are locked by the caller."""
    if not unions:
        return
    homes = lock_homes([one for union in unions for one in (union.kept, *union.gone)])
    for union in unions:
        for gone in union.gone:
            _unite(union, gone, homes)
        show_contact(union.kept, homes[union.kept.pk].values())


def lock_homes(people: Iterable[Contact]) -> Homes:
    """Lock all conversations of these contacts, by ascending id."""
    contacts = {person.pk: person for person in people}
    rows = Conversation.objects.filter(contact__in=contacts)
    homes: Homes = {pk: {} for pk in contacts}
    for row in Conversation.objects.locked(list(rows.values_list("pk", flat=True))):
        row.contact = contacts[row.contact_id]
        homes[row.contact_id][row.instance_id] = row
    return homes


def show_contact(contact: Contact, conversations: Iterable[Conversation]) -> None:
    """Show who this is by now around every thread of theirs and in the rows of the list."""
    homes = {row.pk: row for row in conversations}
    tickets = Ticket.objects.filter(conversation__in=homes)
    live = list(tickets.live().for_list())
    for home in homes.values():
        announcement = Announcement(home)
        home.next_revision()
        home.save(update_fields=["revision"])
        announcement.contact_changed()
        for row in live:
            if row.conversation_id == home.pk:
                announcement.ticket_changed(row, before=Sight.of(row))
        announcement.after_commit()
    past_changed(contact.store_id, tickets.exclude(status__in=Ticket.LIVE))


def _unite(union: Union, gone: Contact, homes: Homes) -> None:
    """Empty one contact into the kept one, and keep what was moved."""
    kept = union.kept
    identities = ContactIdentity.objects.filter(contact=gone)
    moved: dict[str, Any] = {
        "identities": list(identities.values_list("pk", flat=True)),
        **_move_homes(kept, homes.pop(gone.pk), homes[kept.pk]),
        "fields": kept.adopt(gone),
        "orders": _move_words(gone, kept),
    }
    identities.update(contact=kept)
    gone.merged_into = kept
    kept.standing_unions += 1
    for person in (kept, gone):
        person.save()
    merge = ContactMerge.objects.create(
        store_id=kept.store_id,
        kept=kept,
        gone=gone,
        reason=union.reason,
        moved=moved,
        merged_at=clock.now(),
    )
    record_unasked("contact.merged", target=kept, gone=gone.pk, merge=merge.pk)


def _move_words(gone: Contact, kept: Contact) -> list[int]:
    """Hand on what was said of orders, unless it was said of the kept one as well."""
    known = OrderLink.objects.filter(contact=kept).values("order")
    theirs = OrderLink.objects.filter(contact=gone).exclude(order__in=known)
    ids = list(theirs.values_list("pk", flat=True))
    OrderLink.objects.filter(pk__in=ids).update(contact=kept)
    return ids


def _move_homes(
    kept: Contact, theirs: dict[int, Conversation], own: dict[int, Conversation]
) -> dict[str, list[dict[str, Any]]]:
    """On a number where only the gone one wrote the conversation changes hands as it is."""
    moved: dict[str, list[dict[str, Any]]] = {"conversations": [], "threads": []}
    for instance_id, home in theirs.items():
        if instance_id in own:
            moved["threads"].append(_pour(home, own[instance_id]))
            continue
        moved["conversations"].append({"id": home.pk, **contents_of(home)})
        home.contact = kept
        home.save(update_fields=["contact"])
        own[instance_id] = home
    return moved


def _pour(home: Conversation, to: Conversation) -> dict[str, Any]:
    """Move all of one conversation into another on the same number; return what was moved."""
    _let_one_be_in_flight(home, to)
    contents = contents_of(home)
    joint = join_live_tickets(home, to)
    questions = joint.questions if joint else []
    rehouse(home, to, tickets=contents["tickets"], messages=[*contents["loose"], *questions])
    if joint:
        tell_joint(joint, to)
    if to.tickets.live().exists():
        # Whoever is being talked to is not said goodbye to. `show_contact` tells of it.
        take_back_farewells([to])
    drafts = move_drafts(home, to)
    address = _take_address(home, to)
    conversation_left(home.pk)
    transaction.on_commit(lambda: ring("sac.deliver", to.pk), robust=True)
    record = joint.as_record() if joint else None
    there = {"home": home.pk, "to": to.pk, "drafts": drafts}
    return {**there, **contents, "joint": record, "address": address}


def _let_one_be_in_flight(home: Conversation, to: Conversation) -> None:
    """Two may be on their way at this moment: let a person see to the one, if nothing settles it.

    Its receipt or its echo still finds it; only nothing waits behind it any more.
    """
    flying = Message.objects.unsettled().select_related("ticket")
    ours = flying.filter(conversation=home).first()
    if ours is None or not flying.filter(conversation=to).exists():
        return
    ours.state = Message.State.UNCONFIRMED
    ours.lease_until = None
    ours.save(update_fields=["state", "lease_until"])
    if ours.ticket and ours.ticket.follow(ours):
        ours.ticket.save(update_fields=["preview_state"])


def _take_address(home: Conversation, to: Conversation) -> dict[str, Any] | None:
    """Reach the person where the network said, and by their phone rather than a hidden number."""
    if _reach(home) <= _reach(to):
        return None
    known_at = to.address_known_at.isoformat() if to.address_known_at else None
    before = {"send_address": to.send_address, "address_known_at": known_at}
    to.send_address, to.address_known_at = home.send_address, home.address_known_at
    to.save(update_fields=["send_address", "address_known_at"])
    return {"before": before, "after": to.send_address}


def _reach(conversation: Conversation) -> tuple[bool, bool]:
    is_phone = normalize(conversation.send_address) is not None
    return conversation.address_known_at is not None, is_phone
