"""An attendant writes first: a conversation with a number, and a ticket already in their hands."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import Identity, Registration
from automacao.models import Instance
from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from sac.actions.closing import take_back_farewells
from sac.actions.codes import take_codes
from sac.actions.people import find_or_create_contacts
from sac.actions.trail import next_arrival, step
from sac.announce import Announcement
from sac.models import Attendant, Contact, Conversation, Department, Ticket, TicketEvent
from sac.permissions import Rights, Sight
from sac.refusals import Invalid, Refused, TooLate


@dataclass(frozen=True, slots=True)
class Start:
    """Whom to write to, by which department; `found` is what the network said of the number."""

    department: Department
    phone: str
    found: Registration
    name: str = ""


class AlreadyTalking(TooLate):
    """That number has a live ticket: two people do not answer the same customer."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("Já há um atendimento com este número.")
        self.ticket = ticket


def start_conversation(wish: Start, *, by: User, rights: Rights) -> Ticket:
    """Open a ticket Em aberto with this attendant. Of two at once one wins.

    It has no first answer to be measured: nobody asked anything. Raises AlreadyTalking with the
    live ticket of that number, Invalid and Refused for a place or a person that is gone.
    """
    with transaction.atomic():
        place, person = _lock_team(wish.department, rights)
        contact = _contact_of(wish, place.store_id, by=by)
        conversation = _conversation_with(contact, place.instance, wish.found)
        if live := Ticket.objects.live().filter(conversation=conversation).for_list().first():
            raise AlreadyTalking(live)
        return _open(conversation, place, person, by=by)


def live_ticket_of(department: Department, phone: str) -> Ticket | None:
    """The live ticket of a number (E.164) where this department answers, if there is one."""
    rows = Ticket.objects.live().filter(
        store=department.store_id,
        instance=department.instance_id,
        conversation__contact__identities__kind="phone",
        conversation__contact__identities__value=phone,
    )
    return rows.for_list().first()


def _lock_team(department: Department, rights: Rights) -> tuple[Department, Attendant]:
    """Number and store first, as everybody who makes contacts does."""
    numbers = Instance.objects.select_for_update(no_key=True).filter(removed_at=None)
    instance = numbers.filter(pk=department.instance_id).first()
    Store.objects.select_for_update(no_key=True).get(pk=rights.store_id)
    place = Department.objects.locked(department.pk)
    if instance is None or place is None or place.instance_id != instance.pk:
        raise Invalid("Este departamento não atende mais. Escolha outro.")
    person = Attendant.objects.locked(rights.attendant_id or 0)
    if person is None:
        raise Refused("Você não atende mais por esta loja.")
    place.instance = instance
    return place, person


def _contact_of(wish: Start, store_id: int, *, by: User) -> Contact:
    identities: tuple[Identity, ...] = (Identity("phone", wish.phone),)
    if wish.found.lid:
        identities += (Identity("lid", wish.found.lid),)
    contact = find_or_create_contacts(store_id, [identities])[identities]
    if wish.name and not contact.is_named:
        contact.name, contact.name_edited_by = wish.name, by
        contact.save(update_fields=["name", "name_edited_by"])
        record("contact.edited", by=by, target=contact, ip=None, fields=["name"])
    return contact


def _conversation_with(contact: Contact, instance: Instance, found: Registration) -> Conversation:
    row, _ = Conversation.objects.get_or_create(
        instance=instance,
        contact=contact,
        defaults={"store_id": instance.store_id, "send_address": found.address},
    )
    (conversation,) = Conversation.objects.locked([row.pk])
    if conversation.address_known_at is None:
        conversation.send_address, conversation.address_known_at = found.address, clock.now()
    return conversation


def _open(conversation: Conversation, place: Department, person: Attendant, *, by: User) -> Ticket:
    now, announcement = clock.now(), Announcement(conversation)
    year = timezone.localtime(now, conversation.store.zone).year
    ticket = Ticket(
        store_id=conversation.store_id,
        conversation=conversation,
        instance=conversation.instance,
        department=place,
        attendant=person,
        status=Ticket.Status.OPEN,
        preview_direction="out",
        **dict.fromkeys(_BEGINS, now),
    )
    (ticket.code,) = take_codes(conversation.store_id, year, 1)
    ticket.save()
    for kind in (TicketEvent.Kind.CREATED, TicketEvent.Kind.TAKEN):
        event = step(
            conversation, ticket, kind, at=now, arrival=next_arrival(), by=by, attendant=person
        )
        event.save()
        announcement.changed(event)
    # Who is written to again is not said goodbye to.
    for message in take_back_farewells([conversation]):
        announcement.changed(message)
        if message.ticket:
            announcement.ticket_changed(message.ticket, before=Sight.of(message.ticket))
    conversation.save(update_fields=Conversation.ADDRESS_FIELDS)
    announcement.ticket_changed(ticket, before=None)
    announcement.after_commit()
    return ticket


# `first_reply_at` too: nobody asked, and nothing is to be counted as an answer.
_BEGINS = ("created_at", "queued_at", "taken_at", "first_reply_at", "last_activity_at")
