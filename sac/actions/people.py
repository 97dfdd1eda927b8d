"""Finds the contacts behind a gateway's identities, and makes the ones that are new."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from automacao.gateways.port import Identity
from evendas.accounts.models import Store
from sac.actions.merging import Union, parted_pairs, unite_contacts
from sac.models import Contact, ContactIdentity

Identities = tuple[Identity, ...]
Circle = set[Identity]


def find_or_create_contacts(
    store_id: int, wanted: Sequence[Identities]
) -> dict[Identities, Contact]:
    """Return the contact of each set of identities, locked by ascending id.

    Identities told together are one person's: contacts that turn out to be the same are united
    into the oldest, unless an admin parted them. Of those a phone decides before a LID.
    """
    while True:
        # Starting over lets go of every lock: the next round may want others, of lower ids.
        with transaction.atomic():
            owners = _settled(store_id, wanted)
            found = {identities: _owner_of(identities, owners) for identities in wanted}
            locked = _locked(found.values())
            # They may have been united or parted while this waited for them.
            if _owners(store_id, wanted) == owners:
                return {identities: locked[contact_id] for identities, contact_id in found.items()}
            transaction.set_rollback(True)


def _settled(store_id: int, wanted: Sequence[Identities]) -> dict[Identity, int]:
    """Return whose each identity is, once everybody has been made or united who is to be."""
    owners = _owners(store_id, wanted)
    if not all(_is_settled(identities, owners) for identities in wanted):
        # One maker of contacts per store at a time: 20 first messages make one contact.
        Store.objects.select_for_update(no_key=True).get(pk=store_id)
        owners = _owners(store_id, wanted)
        _introduce(store_id, _circles(wanted), owners)
    return owners


def _owners(store_id: int, wanted: Iterable[Iterable[Identity]]) -> dict[Identity, int]:
    values = {identity.value for identities in wanted for identity in identities}
    rows = ContactIdentity.objects.filter(store_id=store_id, value__in=values)
    return {
        Identity(kind=kind, value=value): contact_id  # type: ignore[arg-type]
        for kind, value, contact_id in rows.values_list("kind", "value", "contact_id")
    }


def _is_settled(identities: Identities, owners: Mapping[Identity, int]) -> bool:
    """Tell whether all of them are known, and one person's."""
    known = {owners.get(identity) for identity in identities}
    return len(known) == 1 and None not in known


def _circles(wanted: Iterable[Iterable[Identity]]) -> list[Circle]:
    """Join the sets that share an identity: each circle is one person's."""
    circles: list[Circle] = []
    for identities in wanted:
        met = [circle for circle in circles if not circle.isdisjoint(identities)]
        circles = [circle for circle in circles if circle not in met]
        circles.append(set(identities).union(*met))
    return circles


def _introduce(store_id: int, circles: Sequence[Circle], owners: dict[Identity, int]) -> None:
    """Unite whom a circle joins, and give every new identity its owner."""
    people = _locked(owners.values())
    _unite(circles, owners, people)
    known = set(owners)
    strangers = [circle for circle in circles if known.isdisjoint(circle)]
    made = [Contact(store_id=store_id, phone=_phone_of(circle)) for circle in strangers]
    for contact, circle in zip(Contact.objects.bulk_create(made), strangers, strict=True):
        owners |= dict.fromkeys(circle, contact.pk)
    for circle in circles:
        owners |= dict.fromkeys(circle - owners.keys(), _owner_of(circle, owners))
    new = sorted(owners.keys() - known, key=str)
    ContactIdentity.objects.bulk_create(
        ContactIdentity(store_id=store_id, contact_id=owners[one], kind=one.kind, value=one.value)
        for one in new
    )
    for one in new:
        _learn_phone(owners[one], one)


def _unite(
    circles: Iterable[Circle],
    owners: dict[Identity, int],
    people: Mapping[int, Contact],
) -> None:
    people_told = _of_whole_people(circles, owners)
    several = [(circle, ids) for circle in people_told if len(ids := _known_in(circle, owners)) > 1]
    parted = parted_pairs({pk for _, ids in several for pk in ids}) if several else set()
    unions = []
    for circle, ids in several:
        same = _not_parted(ids, parted)
        kept, *gone = [people[pk] for pk in same]
        if gone:
            unions.append(Union(kept, gone, reason=_told(circle)))
    unite_contacts(unions)
    roots = {gone.pk: union.kept.pk for union in unions for gone in union.gone}
    owners.update({identity: roots.get(pk, pk) for identity, pk in owners.items()})


def _of_whole_people(circles: Iterable[Circle], owners: Mapping[Identity, int]) -> list[Circle]:
    """Join the circles in which the same contact stands, by whichever identity."""
    own: dict[int, Circle] = {}
    for identity, pk in owners.items():
        own.setdefault(pk, set()).add(identity)
    return _circles(
        circle.union(*(own[pk] for pk in _known_in(circle, owners))) for circle in circles
    )


def _known_in(circle: Circle, owners: Mapping[Identity, int]) -> list[int]:
    """The contacts of a circle, the oldest first."""
    return sorted({owners[identity] for identity in circle if identity in owners})


def _not_parted(ids: Iterable[int], parted: set[frozenset[int]]) -> list[int]:
    """Those of them that may be one person, the oldest first."""
    same: list[int] = []
    for pk in ids:
        if not any(frozenset({pk, other}) in parted for other in same):
            same.append(pk)
    return same


def _told(circle: Iterable[Identity]) -> str:
    return " · ".join(f"{one.kind}:{one.value}" for one in _phone_first(circle))[:300]


def _owner_of(identities: Iterable[Identity], owners: Mapping[Identity, int]) -> int:
    return next(owners[one] for one in _phone_first(identities) if one in owners)


def _phone_first(identities: Iterable[Identity]) -> list[Identity]:
    return sorted(identities, key=lambda one: (one.kind != "phone", one.kind, one.value))


def _phone_of(identities: Iterable[Identity]) -> str:
    return next((one.value for one in _phone_first(identities) if one.kind == "phone"), "")


def _learn_phone(contact_id: int, identity: Identity) -> None:
    """A person first known by a LID alone shows their number once it turns up."""
    if identity.kind == "phone":
        Contact.objects.filter(pk=contact_id, phone="").update(phone=identity.value)


def _locked(ids: Iterable[int]) -> dict[int, Contact]:
    rows = Contact.objects.filter(id__in=set(ids)).order_by("id").select_for_update(no_key=True)
    return {contact.pk: contact for contact in rows}
