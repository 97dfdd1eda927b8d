"""What happens when everything comes at once: real threads, real transactions, nothing lost."""

import hashlib
import random
import time
from collections import Counter, defaultdict
from functools import partial
from uuid import uuid4

import pytest
from django.db.models import Count, F

from automacao.models import InboundEvent, Instance
from sac.actions.closing import close_ticket
from sac.actions.replies import send_reply
from sac.actions.tickets import claim_ticket
from sac.drain import drain_instance
from sac.models import Contact, Conversation, Message, Ticket, TicketEvent
from sac.refusals import TooLate
from tests.conftest import Actor, Shop, new_phone
from tests.faults.size import sized
from tests.postbox import Postbox, new_id
from tests.tally import Tally
from tests.together import outcomes, together

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CLAIMS = sized(200, full=1000)
ROUNDS = sized(100, full=1000)
PHONE = "+5511987654321"


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


def test_twenty_first_messages_at_once_are_one_contact_and_one_ticket(box: Postbox) -> None:
    posts = [partial(box.post, box.said(f"{number}", phone=PHONE)) for number in range(20)]
    together(*posts, *[partial(drain_until, box, 20)] * 3)
    assert Contact.objects.count() == Conversation.objects.count() == 1
    said = Ticket.objects.get().messages.values_list("text", flat=True)
    assert Counter(said) == Counter(f"{number}" for number in range(20))
    assert TicketEvent.objects.filter(kind="created").count() == 1
    assert_revisions_are_sound()


def test_first_messages_on_two_numbers_of_a_store_are_one_contact(
    box: Postbox, other_box: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        phone = new_phone()
        bodies = [(one, one.said(phone=phone)) for one in (box, other_box)]
        together(*(partial(one.bring, raw) for one, raw in bodies))
        assert Contact.objects.filter(phone=phone).count() == 1
        assert Conversation.objects.filter(contact__phone=phone).count() == 2
    assert Message.objects.count() == 40
    assert "failed" not in caplog.text, "a set was given up for its events one by one"
    assert_revisions_are_sound()


def test_of_two_who_assume_one_wins_and_the_other_is_told_who(
    box: Postbox, ana: Actor, sara: Actor, shop: Shop, tally: Tally
) -> None:
    phones = [new_phone() for _ in range(CLAIMS)]
    keep(box, [box.said(phone=phone) for phone in phones])
    drain_instance(box.instance.pk)
    Ticket.objects.update(department=shop.support)
    claims = [partial(claim_ticket, by=one.user, rights=one.rights) for one in (ana, sara)]
    for ticket in Ticket.objects.for_list():
        won, lost = sorted(outcomes(*(partial(claim, ticket) for claim in claims)), key=is_too_late)
        assert isinstance(won, Ticket)
        assert isinstance(lost, TooLate)
        assert str(lost) == f"{won.attendant} já assumiu este atendimento."
        assert Ticket.objects.get(pk=ticket.pk).attendant == won.attendant
    taken = TicketEvent.objects.filter(kind="taken").values("ticket").annotate(times=Count("id"))
    assert [row["times"] for row in taken] == [1] * CLAIMS
    tally(f"races: {CLAIMS} times two people assume: one winner each")
    assert_revisions_are_sound()


def test_of_two_clicks_on_send_one_message_leaves(box: Postbox, ana: Actor, tally: Tally) -> None:
    box.bring(box.said(phone=PHONE))
    ticket = Ticket.objects.for_list().get()
    send = partial(send_reply, ticket, by=ana.user, rights=ana.rights)
    for number in range(ROUNDS):
        click = partial(send, text=f"{number}", client_uuid=uuid4())
        first, second = together(click, click)
        assert first.pk == second.pk
    sent = Message.objects.filter(direction="out", state="queued")
    assert [message.text for message in sent.order_by("id")] == [f"{n}" for n in range(ROUNDS)]
    assert TicketEvent.objects.filter(kind__in=["taken", "first_reply"]).count() == 2
    tally(f"races: {ROUNDS} double clicks on Enviar: one message each")
    assert_revisions_are_sound()


def test_a_message_that_comes_while_a_ticket_closes_is_never_buried_in_it(
    box: Postbox, sara: Actor, tally: Tally
) -> None:
    box.bring(box.said(phone=PHONE))
    close = partial(close_ticket, by=sara.user, rights=sara.rights)
    for number in range(ROUNDS):
        ticket = Ticket.objects.live().for_list().get()
        box.leave(box.said(f"{number}", phone=PHONE))
        together(partial(close, ticket), partial(drain_instance, box.instance.pk))
        if not Ticket.objects.live().exists():
            # It was heard just before: the next one opens the next ticket.
            box.bring(box.said("Ainda estão aí?", phone=PHONE))
    assert not Message.objects.filter(created_at__gt=F("ticket__closed_at")).exists()
    assert not Message.objects.filter(ticket=None).exists()
    codes = list(Ticket.objects.order_by("id").values_list("code", flat=True))
    assert len(codes) == ROUNDS + 1
    assert codes == sorted(set(codes))
    tally(f"races: {ROUNDS} closes against a message: none inside a closed ticket")
    assert_revisions_are_sound()


def test_a_flood_with_redeliveries_is_stored_once_and_in_order(
    box: Postbox, other_box: Postbox
) -> None:
    boxes = (box, other_box)
    for one in boxes:
        keep(one, flood(one, customers=50, each=20))
    # Two workers to a number: one of them drains, the other leaves or takes over.
    together(*[partial(drain_instance, one.instance.pk) for one in boxes] * 2)
    for one in boxes:
        drain_instance(one.instance.pk)
    assert not InboundEvent.objects.exclude(status="done").exists()
    assert Message.objects.count() == 2000
    assert_told_in_order(customers=100, each=20)


def test_a_flood_that_is_drained_while_it_is_posted_is_stored_once_and_in_order(
    box: Postbox,
) -> None:
    bodies = flood(box, customers=20, each=10)
    posts = [partial(box.leave, *bodies[part::3]) for part in range(3)]
    together(*posts, *[partial(drain_until, box, 200)] * 2)
    drain_instance(box.instance.pk)
    assert Message.objects.count() == 200
    assert_told_in_order(customers=20, each=10)


def is_too_late(result: object) -> bool:
    return isinstance(result, TooLate)


def flood(box: Postbox, *, customers: int, each: int) -> list[bytes]:
    """Everybody counts from 0, a second apart, out of order; one in ten is told again.

    Half of those told again are the same bytes, as a retry is; half only have the same id.
    """
    start = int(time.time()) - each - 60
    phones = [new_phone() for _ in range(customers)]
    told = [(phone, number, new_id()) for number in range(each) for phone in phones]
    bodies = [
        box.said(f"{number}", phone=phone, message_id=pk, at=start + number)
        for phone, number, pk in told
    ]
    bodies += bodies[::20]
    bodies += [
        box.said(f"{number}", phone=phone, message_id=pk, at=start + number, name="Outro nome")
        for phone, number, pk in told[::20]
    ]
    random.Random(7).shuffle(bodies)
    return bodies


def keep(box: Postbox, bodies: list[bytes]) -> None:
    """Store what the webhook would, without its two thousand requests."""
    InboundEvent.objects.bulk_create(
        [
            InboundEvent(
                store_id=box.instance.store_id,
                instance=box.instance,
                sha256=hashlib.sha256(raw).digest(),
                body=raw,
            )
            for raw in bodies
        ],
        ignore_conflicts=True,
    )


def drain_until(box: Postbox, count: int) -> None:
    """Drain again and again, as rings do, until so many messages are stored."""
    limit = time.monotonic() + 30
    while Message.objects.filter(instance=box.instance).count() < count:
        assert time.monotonic() < limit, "the messages never came"
        drain_instance(box.instance.pk)


def assert_told_in_order(*, customers: int, each: int) -> None:
    """One person, one ticket, and every thread counts up."""
    assert Contact.objects.count() == Ticket.objects.count() == customers
    threads = defaultdict(list)
    for ticket_id, text in Message.objects.order_by("sort_key", "id").values_list("ticket", "text"):
        threads[ticket_id].append(int(text))
    assert list(threads.values()) == [list(range(each))] * customers
    assert_revisions_are_sound()


def assert_revisions_are_sound() -> None:
    """No two changes of a conversation share a revision, and the conversation knows the last."""
    taken = defaultdict(list)
    for rows in (Message.objects.all(), TicketEvent.objects.all()):
        for conversation_id, revision in rows.values_list("conversation_id", "revision"):
            taken[conversation_id].append(revision)
    for conversation in Conversation.objects.all():
        revisions = taken[conversation.pk]
        assert len(revisions) == len(set(revisions))
        assert max(revisions) == conversation.revision
