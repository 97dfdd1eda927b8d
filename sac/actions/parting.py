"""Undoes a union of contacts: what was moved goes back, what came after stays with who was kept.

A ticket goes back whole, with what was said in it since.
"""

from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from sac.actions.joining import Joint, reopen_closed
from sac.actions.merging import Homes, lock_homes, show_contact
from sac.actions.rehousing import contents_of, move_questions, part_drafts, rehouse
from sac.announce import conversation_left
from sac.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    Conversation,
    Message,
    OrderLink,
    Ticket,
)
from sac.refusals import TooLate


def undo_merge(merge: ContactMerge, *, by: User, ip: str | None = None) -> ContactMerge:
    """Part two contacts again, for good: what the network tells later does not unite them.

    For admins. Raises TooLate when it was undone already or when a later union builds upon it.
    """
    with transaction.atomic():
        # The locks of whoever unites: the store, the contacts, their conversations.
        Store.objects.select_for_update(no_key=True).get(pk=merge.store_id)
        people = Contact.objects.filter(id__in=[merge.kept_id, merge.gone_id]).order_by("id")
        locked = {person.pk: person for person in people.select_for_update(no_key=True)}
        merge = ContactMerge.objects.get(pk=merge.pk)
        merge.kept, merge.gone = locked[merge.kept_id], locked[merge.gone_id]
        _insist_on_latest(merge)
        homes = lock_homes(locked.values())
        _part(merge, homes)
        merge.undone_at, merge.undone_by = clock.now(), by
        merge.save(update_fields=["undone_at", "undone_by"])
        record("contact.parted", by=by, target=merge.kept, ip=ip, gone=merge.gone_id)
        for person in locked.values():
            show_contact(person, homes[person.pk].values())
    return merge


def _insist_on_latest(merge: ContactMerge) -> None:
    if merge.is_undone:
        raise TooLate("Esta união já foi desfeita.")
    if merge.kept.merged_into:
        raise TooLate(
            f"Este contato foi unido depois a {merge.kept.merged_into}. Desfaça antes essa união."
        )
    later = merge.kept.merges.filter(undone_at=None, pk__gt=merge.pk).order_by("-id").first()
    if later:
        raise TooLate(
            f"Depois desta união houve outra, com {later.gone}. Desfaça antes a mais recente."
        )


def _part(merge: ContactMerge, homes: Homes) -> None:
    kept, gone, moved = merge.kept, merge.gone, merge.moved
    ContactIdentity.objects.filter(id__in=moved["identities"], contact=kept).update(contact=gone)
    # Unions of long ago did not remember them.
    words = OrderLink.objects.filter(id__in=moved.get("orders", ()), contact=kept)
    words.update(contact=gone)
    kept.give_back(moved["fields"])
    gone.merged_into = None
    kept.standing_unions = max(0, kept.standing_unions - 1)
    for person in (kept, gone):
        person.save()
    by_id = {home.pk: home for own in homes.values() for home in own.values()}
    for thread in moved["threads"]:
        _pour_back(thread, home=by_id[thread["home"]], to=by_id[thread["to"]])
    for known in moved["conversations"]:
        _hand_back(known, by_id[known["id"]], gone, homes)


def _pour_back(thread: dict[str, Any], *, home: Conversation, to: Conversation) -> None:
    joint = Joint(**thread["joint"]) if thread["joint"] else None
    if joint:
        _give_back_questions(joint)
    rehouse(to, home, tickets=thread["tickets"], messages=_still_loose(thread["loose"], to))
    if joint:
        its_home = home if joint.closed in thread["tickets"] else to
        # Those that did not move are told anew to the pages that have their ticket open.
        rehouse(its_home, its_home, tickets=(), messages=joint.questions)
        reopen_closed(joint, its_home)
    # Unions of long ago did not remember them.
    part_drafts(thread.get("drafts", ()), home=to, to=home)
    address = thread["address"]
    if address and to.send_address == address["after"]:
        to.send_address = address["before"]["send_address"]
        to.address_known_at = parse_datetime(address["before"]["address_known_at"] or "")
        to.save(update_fields=["send_address", "address_known_at"])
    conversation_left(to.pk)


def _give_back_questions(joint: Joint) -> None:
    stays, closed = (Ticket.objects.for_list().get(pk=pk) for pk in (joint.stays, joint.closed))
    move_questions(joint.questions, home=stays, to=closed)


def _still_loose(ids: list[int], conversation: Conversation) -> list[int]:
    rows = Message.objects.filter(id__in=ids, conversation=conversation, ticket=None)
    return list(rows.values_list("pk", flat=True))


def _hand_back(known: dict[str, Any], home: Conversation, gone: Contact, homes: Homes) -> None:
    """Return a conversation; tickets that began in it after the union stay with the kept one."""
    kept, contents = home.contact, contents_of(home)
    newer = {name: sorted(set(ids) - set(known[name])) for name, ids in contents.items()}
    home.contact = gone
    home.save(update_fields=["contact"])
    homes[gone.pk][home.instance_id] = homes[kept.pk].pop(home.instance_id)
    if not any(newer.values()):
        return
    fresh = Conversation.objects.create(
        store=home.store,
        instance=home.instance,
        contact=kept,
        send_address=home.send_address,
        address_known_at=home.address_known_at,
    )
    rehouse(home, fresh, tickets=newer["tickets"], messages=newer["loose"])
    homes[kept.pk][home.instance_id] = fresh
    conversation_left(home.pk)
