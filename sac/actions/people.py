"""Finds the contacts behind a gateway's identities, and makes the ones that are new."""

from collections.abc import Iterable, Sequence

from automacao.gateways.port import Identity
from evendas.accounts.models import Store
from sac.models import Contact, ContactIdentity

Identities = tuple[Identity, ...]


def find_or_create_contacts(store_id: int, wanted: Sequence[Identities]) -> dict[Identities, int]:
    """Return the contact id of each set of identities, and lock those contacts by ascending id.

    A phone decides before a LID. An identity that nobody has yet is given to the contact found by
    the others; one that belongs to somebody else stays theirs.
    """
    owners = _owners(store_id, wanted)
    if any(identity not in owners for identities in wanted for identity in identities):
        # One maker of contacts per store at a time: 20 first messages make one contact.
        Store.objects.select_for_update(no_key=True).get(pk=store_id)
        owners = _owners(store_id, wanted)
        _create_missing(store_id, wanted, owners)
    found = {identities: _owner_of(identities, owners) for identities in wanted}
    list(
        Contact.objects.filter(id__in=found.values()).order_by("id").select_for_update(no_key=True)
    )
    return found


def _owners(store_id: int, wanted: Iterable[Identities]) -> dict[Identity, int]:
    values = {identity.value for identities in wanted for identity in identities}
    rows = ContactIdentity.objects.filter(store_id=store_id, value__in=values)
    return {
        Identity(kind=kind, value=value): contact_id  # type: ignore[arg-type]
        for kind, value, contact_id in rows.values_list("kind", "value", "contact_id")
    }


def _owner_of(identities: Identities, owners: dict[Identity, int]) -> int:
    return next(owners[identity] for identity in _phone_first(identities) if identity in owners)


def _phone_first(identities: Identities) -> list[Identity]:
    return sorted(identities, key=lambda identity: identity.kind != "phone")


def _create_missing(
    store_id: int, wanted: Iterable[Identities], owners: dict[Identity, int]
) -> None:
    fresh: list[ContactIdentity] = []
    for identities in wanted:
        known = [identity for identity in _phone_first(identities) if identity in owners]
        contact_id = owners[known[0]] if known else _create_contact(store_id, identities)
        if known:
            _learn_phone(contact_id, identities)
        for identity in identities:
            if identity not in owners:
                owners[identity] = contact_id
                fresh.append(
                    ContactIdentity(
                        store_id=store_id,
                        contact_id=contact_id,
                        kind=identity.kind,
                        value=identity.value,
                    )
                )
    ContactIdentity.objects.bulk_create(fresh)


def _learn_phone(contact_id: int, identities: Identities) -> None:
    """A person first known by a LID alone shows their number once it turns up."""
    if phone := _phone_of(identities):
        Contact.objects.filter(pk=contact_id, phone="").update(phone=phone)


def _phone_of(identities: Identities) -> str:
    return next((one.value for one in identities if one.kind == "phone"), "")


def _create_contact(store_id: int, identities: Identities) -> int:
    phone = _phone_of(identities)
    return Contact.objects.create(store_id=store_id, phone=phone).pk
