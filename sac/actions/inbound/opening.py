"""Finds and locks what a set of arrivals is about: contacts, conversations, live tickets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from automacao.gateways.port import CallReceived, MessageEcho, MessageReceived
from automacao.models import Instance
from evendas import clock
from sac.actions.inbound.thread import Arrival, Said, Thread, name_of
from sac.actions.people import Identities, find_or_create_contacts
from sac.actions.rows import write_columns
from sac.models import Contact, Conversation, Department, Message, Ticket

# Ours, handed to the gateway and without an id: an echo may bring it.
_NAMELESS = (
    Message.State.SENDING,
    Message.State.UNKNOWN,
    Message.State.UNCONFIRMED,
    # Accepted by an answer that did not name the message, or seen on the phone by a person.
    Message.State.ACCEPTED,
    Message.State.SENT,
)


def open_threads(
    instance: Instance, arrivals: Sequence[tuple[Arrival, Said]]
) -> dict[Identities, Thread]:
    """Return the locked thread of each set of identities; people and threads are made if new."""
    people = find_or_create_contacts(instance.store_id, [said.identities for _, said in arrivals])
    renamed = _learn_names(people, arrivals)
    conversations = _lock_conversations(instance, people, arrivals)
    tickets = _lock_tickets(conversations)
    names = [name_of(said) for _, said in arrivals]
    known = _known_ids(instance, names)
    calls = _known_calls(instance, arrivals)
    unsettled = _unsettled_messages(conversations) if _has_echo(arrivals) else {}
    department = _only_department(instance)
    now = clock.now()
    by_contact = {
        conversation.contact_id: Thread(
            conversation=conversation,
            ticket=tickets.get(conversation.pk),
            department=department,
            now=now,
            known=known,
            unsettled=unsettled.get(conversation.pk, []),
            calls=calls,
        )
        for conversation in conversations
    }
    for contact in renamed:
        by_contact[contact.pk].announcement.contact_changed()
    return {identities: by_contact[contact.pk] for identities, contact in people.items()}


def _learn_names(
    people: dict[Identities, Contact], arrivals: Iterable[tuple[Arrival, Said]]
) -> list[Contact]:
    """Return who has another name now."""
    names = {
        people[said.identities]: said.push_name
        for _, said in arrivals
        if isinstance(said, MessageReceived) and said.push_name
    }
    renamed = [person for person, name in names.items() if person.learn_name(name)]
    write_columns(renamed, ["name"])
    return renamed


def _lock_conversations(
    instance: Instance,
    people: dict[Identities, Contact],
    arrivals: Iterable[tuple[Arrival, Said]],
) -> list[Conversation]:
    addresses = _addresses(people, arrivals)
    contacts = {contact.pk: contact for contact in addresses}
    locked = (
        Conversation.objects.filter(instance=instance, contact__in=contacts)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    rows = list(locked)
    if len(rows) < len(contacts):
        _open_conversations(instance, addresses)
        rows = list(locked.all())
    for row in rows:
        # What every reader of them needs is at hand already.
        row.instance, row.store = instance, instance.store
        row.contact = contacts[row.contact_id]
        _learn_address(row, addresses[row.contact])
    return rows


@dataclass(frozen=True, slots=True)
class _Address:
    """What the network calls somebody. A hidden one serves until it tells another."""

    value: str
    is_hidden: bool


def _addresses(
    people: dict[Identities, Contact], arrivals: Iterable[tuple[Arrival, Said]]
) -> dict[Contact, _Address]:
    found: dict[Contact, _Address] = {}
    for _, said in arrivals:
        contact = people[said.identities]
        is_hidden = all(identity.kind != "phone" for identity in said.identities)
        if not is_hidden or contact not in found:
            found[contact] = _Address(said.address, is_hidden)
    return found


def _learn_address(row: Conversation, address: _Address) -> None:
    if address.is_hidden and row.send_address and row.contact.phone:
        return
    row.send_address = address.value
    row.address_known_at = row.address_known_at or clock.now()


def _open_conversations(instance: Instance, addresses: dict[Contact, _Address]) -> None:
    Conversation.objects.bulk_create(
        [
            Conversation(
                store_id=instance.store_id,
                instance=instance,
                contact=contact,
                send_address=address.value,
            )
            for contact, address in addresses.items()
        ],
        ignore_conflicts=True,
    )


def _lock_tickets(conversations: Sequence[Conversation]) -> dict[int, Ticket]:
    by_id = {conversation.pk: conversation for conversation in conversations}
    live = Ticket.objects.live().filter(conversation__in=by_id).with_tags().order_by("id")
    locked = live.select_for_update(no_key=True, of=("self",))
    tickets = {row.conversation_id: row for row in locked.select_related("department", "attendant")}
    for conversation_id, ticket in tickets.items():
        ticket.conversation = by_id[conversation_id]
        ticket.instance, ticket.store = ticket.conversation.instance, ticket.conversation.store
    return tickets


def _known_ids(instance: Instance, ids: Sequence[str]) -> set[str | None]:
    rows = Message.objects.filter(instance=instance, provider_id__in=ids)
    return set(rows.values_list("provider_id", flat=True))


def _known_calls(
    instance: Instance, arrivals: Iterable[tuple[Arrival, Said]]
) -> dict[str | None, Message]:
    names = [name_of(said) for _, said in arrivals if isinstance(said, CallReceived)]
    if not names:
        return {}
    rows = Message.objects.filter(instance=instance, provider_id__in=names)
    return {row.provider_id: row for row in rows}


def _has_echo(arrivals: Iterable[tuple[Arrival, Said]]) -> bool:
    return any(isinstance(said, MessageEcho) for _, said in arrivals)


def _unsettled_messages(conversations: Sequence[Conversation]) -> dict[int, list[Message]]:
    """Ours that may come back as an echo: what is on its way, then the rest, oldest first."""
    rows = Message.objects.filter(
        conversation__in=conversations, provider_id=None, state__in=_NAMELESS
    )
    found: dict[int, list[Message]] = defaultdict(list)
    on_its_way = Q(state__in=[Message.State.SENDING, Message.State.UNKNOWN])
    rows = rows.alias(is_settled=~on_its_way).order_by("is_settled", "id")
    for row in rows.for_thread():
        found[row.conversation_id].append(row)
    return found


def _only_department(instance: Instance) -> Department | None:
    """The instance's department when it has just one; with several, nobody is left out."""
    departments = list(Department.objects.active().filter(instance=instance)[:2])
    return departments[0] if len(departments) == 1 else None
