"""Two contacts become one while everything else goes on: real threads, nothing lost or torn."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from uuid import uuid4

import pytest
from django.db import connection, transaction

from automacao.gateways.port import Accepted, Identity
from automacao.models import Instance
from sac.actions import people
from sac.actions.closing import close_ticket
from sac.actions.contacts import edit_contact
from sac.actions.outbox import accept_sending, begin_sending
from sac.actions.parting import undo_merge
from sac.actions.replies import send_reply
from sac.actions.tickets import claim_ticket
from sac.drain import drain_instance
from sac.invariants import broken_invariants
from sac.models import Contact, ContactMerge, Message, Ticket
from sac.refusals import Refused
from tests.conftest import Actor, Shop, new_phone
from tests.faults.size import sized
from tests.postbox import Postbox
from tests.tally import Tally
from tests.together import LIMIT, outcomes, together

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = sized(12, full=300)
_lids = count(128_000_000_000_001)


@pytest.fixture(autouse=True)
def no_redis(rings: object, pushes: object) -> None:
    """What is rung and published is not the matter here."""


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def other_box(shop: Shop) -> Postbox:
    """A second number of the same store."""
    phone = new_phone()
    number = Instance.objects.create(
        store=shop.store, phone=phone, connected_phone=phone, state=Instance.State.CONNECTED
    )
    return Postbox(number)


def test_two_numbers_learn_at_once_who_it_is(
    box: Postbox, other_box: Postbox, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    boxes = (box, other_box)
    for number in range(ROUNDS):
        phone, lid = new_phone(), str(next(_lids))
        for one in boxes:
            one.bring(one.said(phone=phone), one.said(phone="", lid=lid))
        for one in boxes:
            one.leave(one.said("eu", phone=phone, lid=lid), one.said("já disse", phone="", lid=lid))
        together(*(partial(drain_instance, one.instance.pk) for one in boxes))
        assert Contact.objects.filter(merged_into=None).count() == number + 1
        assert ContactMerge.objects.count() == number + 1
    assert Ticket.objects.live().count() == 2 * ROUNDS
    assert Message.objects.count() == 8 * ROUNDS
    assert broken_invariants() == []
    assert "failed" not in caplog.text, "a set was given up for its events one by one"
    tally(f"merging races: {ROUNDS} people found out on two numbers at once: one contact each")


def test_first_words_of_every_kind_at_once_are_one_person(
    box: Postbox, other_box: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(ROUNDS):
        phone, lid = new_phone(), str(next(_lids))
        box.leave(box.said(phone="", lid=lid), box.said(phone=phone))
        other_box.leave(other_box.said(phone=phone), other_box.said(phone=phone, lid=lid))
        together(*(partial(drain_instance, one.instance.pk) for one in (box, other_box)))
        assert Contact.objects.filter(merged_into=None).count() == number + 1
    assert broken_invariants() == []
    assert "failed" not in caplog.text


Acts = list[Callable[[], object]]


def clicks(one: Ticket, other: Ticket, ana: Actor, sara: Actor) -> list[Acts]:
    """What people may be at while it is found out; each list runs beside the drain."""
    reply = partial(send_reply, text="Bom dia", rights=ana.rights, by=ana.user)
    return [
        [partial(claim_ticket, other, by=ana.user, rights=ana.rights)],
        [partial(close_ticket, other, by=sara.user, rights=sara.rights)],
        [partial(reply, other, client_uuid=uuid4()), partial(reply, one, client_uuid=uuid4())],
        [partial(edit_contact, other, by=ana.user, changes={"name": "Outro nome"})],
        [partial(edit_contact, one, by=ana.user, changes={"notes": "Nota"})],
        [partial(begin_sending, other.conversation_id)],
    ]


def test_people_who_click_meanwhile_lose_nothing(
    box: Postbox, ana: Actor, sara: Actor, tally: Tally
) -> None:
    tried = 0
    for number in range(ROUNDS):
        one, other, phone, lid = _two(box)
        acts = clicks(one, other, ana, sara)[number % 6]
        box.leave(box.said("sou eu", phone=phone, lid=lid))
        told = outcomes(*acts, partial(drain_instance, box.instance.pk))
        assert all(not isinstance(one, Exception) or isinstance(one, Refused) for one in told)
        assert Ticket.objects.live().filter(pk__in=[one.pk, other.pk]).count() == 1
        tried += 1
    assert broken_invariants() == []
    tally(f"merging races: {tried} unions against clicks: nothing lost")


def test_a_message_on_its_way_is_settled_wherever_it_is(
    box: Postbox, ana: Actor, sara: Actor
) -> None:
    for number in range(ROUNDS):
        _, other, phone, lid = _two(box)
        sent = send_reply(
            other, by=ana.user, rights=ana.rights, text=f"{number}", client_uuid=uuid4()
        )
        assert begin_sending(other.conversation_id)
        box.leave(box.said("sou eu", phone=phone, lid=lid))
        accepted = Accepted(id=f"3EB0{sent.pk:016X}", address="")
        together(
            partial(accept_sending, sent.pk, accepted), partial(drain_instance, box.instance.pk)
        )
        sent.refresh_from_db()
        assert (sent.state, sent.provider_id) == ("accepted", accepted.id)
        assert sent.conversation_id == Ticket.objects.get(pk=other.pk).conversation_id
    assert broken_invariants() == []


def test_parting_while_both_write_on_leaves_each_with_their_own(
    box: Postbox, ana: Actor, dono: Actor, tally: Tally
) -> None:
    for _ in range(ROUNDS):
        _, _, phone, lid = _two(box)
        box.bring(box.said("sou eu", phone=phone, lid=lid))
        merge = ContactMerge.objects.latest("id")
        box.leave(box.said("a", phone=phone), box.said("b", phone="", lid=lid))
        together(partial(undo_merge, merge, by=dono.user), partial(drain_instance, box.instance.pk))
        assert not Contact.objects.exclude(merged_into=None).exists()
    assert broken_invariants() == []
    assert Message.objects.count() == 5 * ROUNDS
    tally(f"merging races: {ROUNDS} unions undone while both write")


def test_who_waited_for_a_union_goes_on_where_everything_is_now(
    box: Postbox, ana: Actor, answer: Callable[..., Message]
) -> None:
    one, other, phone, lid = _two(box)
    # In somebody's hands, the younger contact's ticket stays the live one, and moves.
    sent = answer(other, by=ana)
    assert begin_sending(other.conversation_id)
    box.leave(box.said("sou eu", phone=phone, lid=lid))
    told = during(
        partial(drain_instance, box.instance.pk),
        partial(accept_sending, sent.pk, Accepted(id="3EB01", address="")),
        partial(answer, Ticket.objects.for_list().get(pk=other.pk), by=ana, text="Ainda aí?"),
        partial(begin_sending, other.conversation_id),
    )
    assert not [result for result in told if isinstance(result, Exception)]
    assert set(Message.objects.values_list("conversation", flat=True)) == {one.conversation_id}
    sent.refresh_from_db()
    assert sent.state == "accepted"
    assert Message.objects.get(text="Ainda aí?").ticket == other
    assert broken_invariants() == []


def test_what_is_written_of_a_contact_meanwhile_is_written_of_who_stays(
    box: Postbox, ana: Actor
) -> None:
    one, other, phone, lid = _two(box)
    box.leave(box.said("sou eu", phone=phone, lid=lid))
    edited = during(
        partial(drain_instance, box.instance.pk),
        partial(edit_contact, other, by=ana.user, changes={"notes": "Prefere a tarde"}),
    )
    kept = Contact.objects.get(pk=one.conversation.contact_id)
    assert (edited, kept.notes) == ([kept], "Prefere a tarde")
    assert broken_invariants() == []


def test_who_waited_for_a_contact_that_is_gone_finds_the_one_that_stays(
    box: Postbox, other_box: Postbox
) -> None:
    _, _, phone, lid = _two(box)
    box.leave(box.said("sou eu", phone=phone, lid=lid))
    other_box.leave(other_box.said("no outro número", phone="", lid=lid))
    during(
        partial(drain_instance, box.instance.pk),
        partial(drain_instance, other_box.instance.pk),
    )
    heard = Message.objects.get(text="no outro número")
    assert heard.conversation.contact.phone == phone
    assert broken_invariants() == []


def test_who_waited_for_a_parting_finds_whose_it_is_now(box: Postbox, dono: Actor) -> None:
    _, _, phone, lid = _two(box)
    box.bring(box.said("sou eu", phone=phone, lid=lid))
    merge = ContactMerge.objects.get()
    box.leave(box.said("do oculto", phone="", lid=lid))
    during(
        partial(undo_merge, merge, by=dono.user),
        partial(drain_instance, box.instance.pk),
    )
    heard = Message.objects.get(text="do oculto")
    assert heard.conversation.contact_id == merge.gone_id
    assert broken_invariants() == []


def test_who_starts_over_lets_go_of_whom_it_does_not_want_any_more(
    box: Postbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, _, lid = _two(box)
    mine, theirs = (ticket.conversation.contact_id for ticket in (other, one))
    identity = Identity("lid", lid)
    now_owned = people._owners
    answers = iter([{identity: theirs}])

    def once_outdated(store_id: int, wanted: object) -> dict[Identity, int]:
        return next(answers, None) or now_owned(store_id, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(people, "_owners", once_outdated)
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        found = people.find_or_create_contacts(shop.store.pk, [(identity,)])
        assert found[identity,].pk == mine
        assert pool.submit(_free_ones, theirs, mine).result(LIMIT) == [theirs]


def _free_ones(*ids: int) -> list[int]:
    """Those of these contacts whom nobody holds."""
    try:
        with transaction.atomic():
            rows = Contact.objects.filter(pk__in=ids).select_for_update(skip_locked=True)
            return [row.pk for row in rows]
    finally:
        connection.close()


def during(work: Callable[[], object], *others: Callable[[], object]) -> list[object]:
    """Do the work, and let the others begin before it is committed: each waits for its locks."""
    with ThreadPoolExecutor(len(others)) as pool:
        with transaction.atomic():
            work()
            waiting = [pool.submit(_caught, other) for other in others]
            _wait_for_waiters(len(others))
        return [future.result(LIMIT) for future in waiting]


def _caught(job: Callable[[], object]) -> object:
    try:
        return job()
    except Exception as error:  # noqa: BLE001 - it is what the test looks at
        return error
    finally:
        connection.close()


def _wait_for_waiters(number: int) -> None:
    limit = time.monotonic() + LIMIT
    asked = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
    with connection.cursor() as cursor:
        while cursor.execute(asked).fetchone()[0] < number:
            assert time.monotonic() < limit, "nobody waits"


def _two(box: Postbox) -> tuple[Ticket, Ticket, str, str]:
    """One person who is two contacts, each with a ticket, the older one's first."""
    phone, lid = new_phone(), str(next(_lids))
    box.bring(box.said(phone=phone), box.said(phone="", lid=lid))
    tickets = Ticket.objects.for_list().filter(
        conversation__contact__identities__value__in=[phone, lid]
    )
    one, other = tickets.order_by("conversation__contact")
    return one, other, phone, lid
