"""Who a customer is: any order of arrival, any company of identities, one person."""

from collections.abc import Iterable
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automacao.gateways.port import Identity
from automacao.models import Instance
from sac.actions.people import find_or_create_contacts
from sac.invariants import broken_invariants
from sac.models import Contact, ContactIdentity, ContactMerge, Conversation, Message, Ticket
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox

pytestmark = pytest.mark.django_db

PHONE = "+5531987654321"
OLD_FORM = "+553187654321"
LID = "128000000000001"
LANDLINE = "+551133224455"
# How one and the same person may be told: hidden, by the phone, both beside each other, the phone
# as it was before the ninth digit, and both with the fields swapped.
WAYS = ("hidden", "phone", "beside", "old form", "swapped")
ORDERS = [
    *permutations(("hidden", "phone", "beside")),
    *permutations(("hidden", "old form", "swapped")),
    *permutations(("hidden", "phone", "old form", "beside"), 4),
]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


def told(box: Postbox, way: str) -> bytes:
    """The same customer writes, and the network tells who it is in this way."""
    if way == "hidden":
        return box.said(way, phone="", lid=LID)
    if way == "phone":
        return box.said(way, phone=PHONE)
    if way == "old form":
        return box.said(way, phone=OLD_FORM)
    raw = box.said(way, phone=PHONE, lid=LID)
    if way == "beside":
        return raw
    jids = (f"{PHONE.lstrip('+')}@s.whatsapp.net", f"{LID}@lid")
    one, other = (jid.encode() for jid in jids)
    return raw.replace(one, b"<>").replace(other, one).replace(b"<>", other)


@pytest.mark.parametrize("is_one_batch", [False, True], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("order", ORDERS, ids=" > ".join)
def test_whatever_comes_first_it_is_one_person_with_one_thread(
    box: Postbox, order: tuple[str, ...], is_one_batch: bool
) -> None:
    bodies = [told(box, way) for way in order]
    for batch in [bodies] if is_one_batch else [[body] for body in bodies]:
        box.bring(*batch)
    contact = Contact.objects.get(merged_into=None)
    assert identities_of(contact) == {("phone", PHONE), ("lid", LID)}
    assert contact.phone == PHONE
    ticket = Ticket.objects.live().get()
    said = ticket.messages.order_by("sort_key", "id").values_list("text", flat=True)
    assert list(said) == list(order), "nothing that nobody answered is left behind"
    assert "@s.whatsapp.net" in ticket.conversation.send_address
    assert ticket.is_new
    assert broken_invariants() == []


@pytest.mark.parametrize("order", list(permutations(("hidden", "beside", "phone"))), ids=" > ".join)
def test_an_order_import_that_made_the_contact_meets_the_person(
    box: Postbox, shop: Shop, order: tuple[str, ...]
) -> None:
    known = Contact.objects.create(store=shop.store, name="Cliente da loja", phone=PHONE)
    ContactIdentity.objects.create(store=shop.store, contact=known, kind="phone", value=PHONE)
    for way in order:
        box.bring(told(box, way))
    assert Contact.objects.get(merged_into=None) == known, "the older row stays"
    assert Ticket.objects.live().get().conversation.contact == known
    assert broken_invariants() == []


def test_a_hidden_number_is_answered_at_its_lid_and_shown_as_hidden(
    box: Postbox, dono: Actor
) -> None:
    box.bring(box.said(phone="", lid=LID, name=""))
    ticket = Ticket.objects.get()
    assert ticket.conversation.send_address == f"{LID}@lid"
    assert str(ticket.conversation.contact) == "Número oculto"
    page = dono.client.get(f"/sac/atendimento/{ticket.code}/").content.decode()
    assert "número oculto" in page
    assert LID not in page


def test_a_landline_keeps_its_digits_and_is_nobody_elses(box: Postbox) -> None:
    box.bring(box.said(phone=LANDLINE), box.said(phone="+5511933224455"))
    assert set(Contact.objects.values_list("phone", flat=True)) == {LANDLINE, "+5511933224455"}


def test_the_stores_own_number_is_never_a_customer(box: Postbox) -> None:
    own = box.instance.phone
    box.bring(box.said(phone=own), box.typed("lembrete", phone=own))
    assert not Contact.objects.exists()


def test_two_people_of_one_name_stay_two(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE, name="Ana"), box.said(phone=new_phone(), name="Ana"))
    box.bring(box.said(phone="", lid=LID, name="Ana"))
    assert Contact.objects.filter(name="Ana", merged_into=None).count() == 3


def test_a_customer_of_two_stores_is_two_contacts(box: Postbox, other_shop: Shop) -> None:
    other = Postbox(other_shop.instance)
    box.bring(box.said(phone=PHONE))
    other.bring(other.said(phone="", lid=LID))
    for one in (box, other):
        one.bring(one.said(phone=PHONE, lid=LID))
    assert [contact.store_id for contact in Contact.objects.order_by("store_id")] == sorted(
        one.instance.store_id for one in (box, other)
    )
    assert not ContactMerge.objects.exists()


KINDS = st.sampled_from(["phone", "lid"])
IDENTITIES = st.builds(Identity, KINDS, st.sampled_from("abcd"))
SETS = st.lists(IDENTITIES, min_size=1, max_size=2, unique=True).map(tuple)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(SETS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_identities_told_together_are_one_person_however_they_come(
    shop: Shop, batches: list[list[tuple[Identity, ...]]]
) -> None:
    with transaction.atomic():
        for batch in batches:
            people = find_or_create_contacts(shop.store.pk, batch)
            assert all(contact.merged_into_id is None for contact in people.values())
            for contact in people.values():
                talk(shop.instance, contact)
        sets = [identities for batch in batches for identities in batch]
        assert owned(shop) == linked(sets)
        assert broken_invariants() == []
        transaction.set_rollback(True)


def talk(instance: Instance, contact: Contact) -> None:
    Conversation.objects.get_or_create(
        store_id=contact.store_id,
        instance=instance,
        contact=contact,
        defaults={"send_address": "1@lid"},
    )


def owned(shop: Shop) -> set[frozenset[Identity]]:
    """The identities of each contact."""
    people: dict[int, set[Identity]] = {}
    for row in ContactIdentity.objects.filter(store=shop.store):
        people.setdefault(row.contact_id, set()).add(Identity(row.kind, row.value))  # type: ignore[arg-type]
    return {frozenset(own) for own in people.values()}


def linked(sets: Iterable[tuple[Identity, ...]]) -> set[frozenset[Identity]]:
    """The same, by walking from each identity to whatever was ever told with it."""
    found = set()
    every = [set(one) for one in sets]
    for start in every:
        reached, size = set(start), 0
        while len(reached) > size:
            size = len(reached)
            for one in every:
                if one & reached:
                    reached |= one
        found.add(frozenset(reached))
    return found


def identities_of(contact: Contact) -> set[tuple[str, str]]:
    return set(contact.identities.values_list("kind", "value"))


def test_every_way_is_understood(box: Postbox) -> None:
    for way in WAYS:
        box.bring(told(box, way))
    assert Message.objects.count() == len(WAYS)
