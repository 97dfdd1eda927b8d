"""A ticket changes hands while something else happens to it: one order, one owner, one story."""

from functools import partial
from uuid import uuid4

import pytest

from sac.actions.closing import close_ticket
from sac.actions.contacts import edit_contact
from sac.actions.replies import send_reply
from sac.actions.tickets import claim_ticket, take_over_ticket
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.models import Contact, Department, Message, Ticket, TicketEvent
from sac.refusals import Invalid, Refused, TooLate
from tests.conftest import Actor, Shop, new_phone
from tests.faults.size import sized
from tests.faults.test_races import assert_revisions_are_sound
from tests.postbox import Postbox
from tests.together import outcomes, together

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = sized(15, full=250)


@pytest.fixture(autouse=True)
def no_redis(rings: object, pushes: object) -> None:
    """What is rung and published is not the matter here."""


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def vera(shop: Shop) -> Actor:
    """A second supervisor."""
    return shop.hire("Vera", shop.support, can_view_all=True, can_take_over_any=True)


def opened(shop: Shop, by: Actor) -> Ticket:
    """A new ticket of Suporte that `by` has taken."""
    ticket = shop.hears(department=shop.support)
    claim_ticket(ticket, by=by.user, rights=by.rights)
    return Ticket.objects.for_list().get(pk=ticket.pk)


def story(ticket: Ticket) -> list[str]:
    kinds = ticket.events.order_by("sort_key", "id").values_list("kind", flat=True)
    return [kind for kind in kinds if kind not in {"created", "queued"}]


def test_of_two_who_take_over_one_wins_and_the_other_is_told_who(
    shop: Shop, ana: Actor, sara: Actor, vera: Actor
) -> None:
    for _ in range(ROUNDS):
        ticket = opened(shop, ana)
        seen = ticket.attendant_id or 0
        tries = (
            partial(take_over_ticket, ticket, by=one.user, rights=one.rights, seen=seen)
            for one in (sara, vera)
        )
        won, lost = sorted(outcomes(*tries), key=is_refusal)
        assert isinstance(won, Ticket)
        assert isinstance(lost, TooLate)
        assert str(lost) == f"Este atendimento agora está com {won.attendant}."
        assert Ticket.objects.get(pk=ticket.pk).attendant == won.attendant
        assert story(ticket) == ["taken", "taken_over"]
    assert_revisions_are_sound()


def test_a_transfer_and_a_close_are_one_after_the_other(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    stories = []
    for _ in range(ROUNDS):
        ticket = opened(shop, ana)
        hand_on = partial(transfer_to_department, by=ana.user, rights=ana.rights)
        close = partial(close_ticket, by=sara.user, rights=sara.rights)
        moved, _ = outcomes(partial(hand_on, ticket, shop.sales), partial(close, ticket))
        now = Ticket.objects.get(pk=ticket.pk)
        assert now.status == "closed"
        assert isinstance(moved, Ticket | TooLate)
        assert (now.department == shop.sales) is isinstance(moved, Ticket)
        stories.append(story(ticket))
    told = ["taken", "closed"], ["taken", "transferred_out", "transferred_in", "closed"]
    assert all(one in told for one in stories)
    assert_revisions_are_sound()


def test_a_message_that_comes_while_a_ticket_is_handed_on_stays_in_it(
    shop: Shop, box: Postbox, ana: Actor, bia: Actor
) -> None:
    assert bia.attendant
    for _ in range(ROUNDS):
        phone = new_phone()
        box.bring(box.said(phone=phone))
        ticket = Ticket.objects.for_list().get(conversation__contact__phone=phone)
        hand_on = partial(transfer_to_person, ticket, bia.attendant, by=ana.user, rights=ana.rights)
        together(hand_on, partial(box.bring, box.said("Mais", phone=phone)))
        now = Ticket.objects.get(conversation__contact__phone=phone)
        assert (now.status, now.attendant, now.messages.count()) == ("open", bia.attendant, 2)
        assert now.is_new
    assert_revisions_are_sound()


def test_an_answer_and_a_take_over_never_leave_two_owners(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    for number in range(ROUNDS):
        ticket = opened(shop, ana)
        answer = partial(
            send_reply,
            ticket,
            by=ana.user,
            rights=ana.rights,
            text=f"{number}",
            client_uuid=uuid4(),
        )
        seize = partial(
            take_over_ticket,
            ticket,
            by=sara.user,
            rights=sara.rights,
            seen=ticket.attendant_id or 0,
        )
        said, taken = outcomes(answer, seize)
        assert isinstance(taken, Ticket)
        assert isinstance(said, Message) or str(said) == "Este atendimento está com Sara."
        assert Ticket.objects.get(pk=ticket.pk).attendant == sara.attendant
    assert set(Message.objects.filter(direction="out").values_list("attendant", flat=True)) <= {
        ana.attendant.pk if ana.attendant else 0
    }
    assert_revisions_are_sound()


def test_a_claim_and_a_transfer_of_what_waits_agree_on_one_end(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    for _ in range(ROUNDS):
        ticket = shop.hears(department=shop.support)
        claim = partial(claim_ticket, ticket, by=ana.user, rights=ana.rights)
        hand_on = partial(
            transfer_to_department, ticket, shop.sales, by=sara.user, rights=sara.rights
        )
        claimed, moved = outcomes(claim, hand_on)
        now = Ticket.objects.get(pk=ticket.pk)
        assert isinstance(moved, Ticket)
        assert (now.status, now.department) == ("waiting", shop.sales)
        assert isinstance(claimed, Ticket) or str(claimed) == (
            "Este atendimento saiu dos seus departamentos."
        )
    assert_revisions_are_sound()


def test_nothing_is_handed_to_a_place_that_is_closing(shop: Shop, ana: Actor, sara: Actor) -> None:
    for number in range(ROUNDS):
        place = Department.objects.create(
            store=shop.store, instance=shop.instance, name=f"Setor {number}"
        )
        ticket = opened(shop, ana)
        hand_on = partial(transfer_to_department, ticket, place, by=ana.user, rights=ana.rights)
        stranded, moved = outcomes(partial(close_place, place), hand_on)
        now = Ticket.objects.get(pk=ticket.pk)
        # Either it came first and the closing saw it, or it was turned away.
        assert isinstance(moved, Ticket | Invalid)
        assert (now.department == place) is (stranded == [ticket.pk])


def close_place(place: Department) -> list[int]:
    """Close a department as the admin's form does, and return what it still held by then."""
    Department.objects.filter(pk=place.pk).update(is_active=False)
    return list(Ticket.objects.live().filter(department=place).values_list("pk", flat=True))


def test_two_returns_make_one_line(shop: Shop, ana: Actor, sara: Actor) -> None:
    for _ in range(ROUNDS):
        ticket = opened(shop, ana)
        won, lost = sorted(
            outcomes(
                *(
                    partial(return_ticket, ticket, by=one.user, rights=one.rights)
                    for one in (ana, sara)
                )
            ),
            key=is_refusal,
        )
        assert isinstance(won, Ticket)
        assert str(lost) == "Este atendimento já está na fila."
    assert TicketEvent.objects.filter(kind="returned").count() == ROUNDS
    assert_revisions_are_sound()


def test_a_name_that_is_edited_while_the_customer_writes_survives(box: Postbox, ana: Actor) -> None:
    phone = new_phone()
    box.bring(box.said(phone=phone, name="Nome do WhatsApp"))
    ticket = Ticket.objects.for_list().get()
    for number in range(ROUNDS):
        edit = partial(edit_contact, ticket, by=ana.user, changes={"name": f"Nome {number}"})
        said = box.said(f"{number}", phone=phone, name=f"WhatsApp {number}")
        together(edit, partial(box.bring, said))
        assert Contact.objects.get().name == f"Nome {number}"
    assert Message.objects.count() == ROUNDS + 1


def is_refusal(result: object) -> bool:
    return isinstance(result, Refused)
