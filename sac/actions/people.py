"""Finds the contacts behind a gateway's identities, and makes the ones that are new."""

from collections.abc import Iterable, Mapping, Sequence

from automacao.gateways.port import Identity
from evendas.accounts.models import Store
from sac.models import Contact, ContactIdentity

Identities = tuple[Identity, ...]


def find_or_create_contacts(
    store_id: int, wanted: Sequence[Identities]
) -> dict[Identities, Contact]:
    """Return the contact of each set of identities, locked by ascending id.

    A phone decides before a LID. An identity that nobody has yet is given to the contact found by
    the others; one that belongs to somebody else stays theirs.
    """
    owners = _owners(store_id, wanted)
    if any(identity not in owners for identities in wanted for identity in identities):
        # One maker of contacts per store at a time: 20 first messages make one contact.
        Store.objects.select_for_update(no_key=True).get(pk=store_id)
        owners = _owners(store_id, wanted)
        _introduce(store_id, sorted(set(wanted), key=len, reverse=True), owners)
    found = {identities: _owner_of(identities, owners) for identities in wanted}
    contacts = Contact.objects.filter(id__in=set(found.values())).order_by("id")
    locked = {contact.pk: contact for contact in contacts.select_for_update(no_key=True)}
    return {identities: locked[contact_id] for identities, contact_id in found.items()}


def _owners(store_id: int, wanted: Iterable[Identities]) -> dict[Identity, int]:
    values = {identity.value for identities in wanted for identity in identities}
    rows = ContactIdentity.objects.filter(store_id=store_id, value__in=values)
    return {
        Identity(kind=kind, value=value): contact_id  # type: ignore[arg-type]
        for kind, value, contact_id in rows.values_list("kind", "value", "contact_id")
    }


def _owner_of(identities: Identities, owners: Mapping[Identity, int]) -> int:
    return next(owners[identity] for identity in _phone_first(identities) if identity in owners)


def _phone_first(identities: Identities) -> list[Identity]:
    return sorted(identities, key=lambda identity: identity.kind != "phone")


def _introduce(store_id: int, wanted: Sequence[Identities], owners: dict[Identity, int]) -> None:
    """Give every new identity its owner, made when none of a set is known.

    The fullest sets come first: a bare LID then finds the phone that another message told.
    """
    known = set(owners)
    for identity, contact in _strangers(store_id, wanted, known).items():
        owners[identity] = contact.pk
    for identities in wanted:
        contact_id = _owner_of(identities, owners)
        for identity in identities:
            if identity not in owners:
                owners[identity] = contact_id
                _learn_phone(contact_id, identity)
    ContactIdentity.objects.bulk_create(
        ContactIdentity(
            store_id=store_id, contact_id=contact_id, kind=identity.kind, value=identity.value
        )
        for identity, contact_id in owners.items()
        if identity not in known
    )


def _strangers(
    store_id: int, wanted: Iterable[Identities], known: set[Identity]
) -> dict[Identity, Contact]:
    """Make the contacts of which nothing is known, one for sets that share an identity."""
    met: dict[Identity, Contact] = {}
    for identities in wanted:
        if known.isdisjoint(identities):
            ours = next((met[identity] for identity in identities if identity in met), None)
            contact = ours or Contact(store_id=store_id)
            contact.phone = contact.phone or _phone_of(identities)
            met |= {identity: met.get(identity, contact) for identity in identities}
    Contact.objects.bulk_create({id(contact): contact for contact in met.values()}.values())
    return met


def _phone_of(identities: Identities) -> str:
    return next((one.value for one in identities if one.kind == "phone"), "")


def _learn_phone(contact_id: int, identity: Identity) -> None:
    """A person first known by a LID alone shows their number once it turns up."""
    if identity.kind == "phone":
        Contact.objects.filter(pk=contact_id, phone="").update(phone=identity.value)
