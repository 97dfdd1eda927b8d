"""What a customer says, from the gateway's post to contact, conversation, ticket and message."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from automacao.models import InboundEvent, Instance
from evendas import clock
from sac.actions.closing import close_ticket
from sac.models import Contact, Conversation, Department, Message, Ticket
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox

pytestmark = pytest.mark.django_db

PHONE = "+5511987654321"
LID = "128000000000001"


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


def test_a_first_message_makes_contact_conversation_ticket_and_bubble(
    box: Postbox, shop: Shop
) -> None:
    assert box.bring(box.said("Oi! 😊", phone=PHONE, name="Marina", message_id="3A01")) == 1
    message = Message.objects.get()
    assert (message.text, message.provider_id, message.state) == ("Oi! 😊", "3A01", "received")
    assert (message.direction, message.origin) == ("in", "customer")
    contact = Contact.objects.get()
    assert (contact.name, contact.phone) == ("Marina", PHONE)
    conversation = Conversation.objects.get()
    assert (conversation.contact, conversation.instance) == (contact, shop.instance)
    assert conversation.send_address == "5511987654321@s.whatsapp.net"
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.conversation, message.ticket) == ("waiting", conversation, ticket)
    assert (ticket.preview, ticket.is_new) == ("Oi! 😊", True)
    assert [event.kind for event in ticket.events.order_by("revision")] == ["created", "queued"]
    assert {ticket.store, contact.store, message.store} == {shop.store}


def test_the_next_messages_go_to_the_same_ticket(box: Postbox) -> None:
    box.bring(box.said("Oi", phone=PHONE), box.said("Tudo bem?", phone=PHONE))
    box.bring(box.said("Alguém aí?", phone=PHONE))
    ticket = Ticket.objects.get()
    assert said_in(ticket) == ["Oi", "Tudo bem?", "Alguém aí?"]
    assert ticket.preview == "Alguém aí?"
    assert ticket.events.count() == 2


def test_every_change_takes_its_own_revision(box: Postbox) -> None:
    box.bring(*(box.said(f"{number}", phone=PHONE) for number in range(5)))
    conversation = Conversation.objects.get()
    taken = [*conversation.messages.values_list("revision", flat=True)]
    taken += conversation.tickets.get().events.values_list("revision", flat=True)
    assert sorted(taken) == list(range(1, 8))
    assert conversation.revision == 7


def test_after_closing_the_customer_gets_a_new_ticket_with_a_new_code(
    box: Postbox, sara: Actor
) -> None:
    box.bring(box.said("Oi", phone=PHONE))
    first = Ticket.objects.get()
    close_ticket(first, by=sara.user, rights=sara.rights)
    box.bring(box.said("Voltei", phone=PHONE))
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert (said_in(first), said_in(second)) == (["Oi"], ["Voltei"])
    assert (second.status, second.conversation) == ("waiting", first.conversation)
    assert first.code < second.code
    first.refresh_from_db()
    assert (first.status, first.preview) == ("closed", "Oi")


def test_codes_rise_in_the_year_of_the_stores_own_clock(box: Postbox, other_shop: Shop) -> None:
    # Half past eleven on New Year's Eve in São Paulo; next year already in Greenwich.
    with clock.at(datetime(2027, 1, 1, 2, 30, tzinfo=UTC)):
        box.bring(box.said(phone=new_phone()), box.said(phone=new_phone()))
    with clock.at(datetime(2027, 1, 1, 3, 30, tzinfo=UTC)):
        box.bring(box.said(phone=new_phone()))
        other = Postbox(other_shop.instance)
        other.bring(other.said(phone=new_phone()))
    assert codes(box.instance) == ["2026-000001", "2026-000002", "2027-000001"]
    assert codes(other.instance) == ["2027-000001"]


def test_a_thread_is_ordered_by_the_providers_second_then_by_arrival(box: Postbox) -> None:
    second = int(timezone.now().timestamp()) - 60
    box.bring(
        box.said("terceira", phone=PHONE, at=second + 1),
        box.said("primeira", phone=PHONE, at=second),
        box.said("segunda", phone=PHONE, at=second),
        box.said("quarta", phone=PHONE, at=second + 1),
    )
    assert said_in(Ticket.objects.get()) == ["primeira", "segunda", "terceira", "quarta"]


def test_the_list_shows_the_newest_message_whatever_came_last(box: Postbox) -> None:
    second = int(timezone.now().timestamp()) - 60
    box.bring(box.said("nova", phone=PHONE, at=second))
    box.bring(box.said("atrasada", phone=PHONE, at=second - 30))
    assert Ticket.objects.get().preview == "nova"
    box.bring(box.said("do mesmo segundo", phone=PHONE, at=second))
    assert Ticket.objects.get().preview == "do mesmo segundo"


def test_an_answer_and_a_message_of_one_second_keep_their_order_on_the_list(
    box: Postbox, sara: Actor, answer: Callable[..., Message]
) -> None:
    box.bring(box.said("Oi", phone=PHONE, at=int(timezone.now().timestamp()) - 60))
    ours = answer(Ticket.objects.get(), by=sara, text="Bom dia")
    box.bring(box.said("Bom dia!", phone=PHONE, at=int(ours.sent_at.timestamp())))
    ticket = Ticket.objects.get()
    assert said_in(ticket) == ["Oi", "Bom dia", "Bom dia!"]
    assert (ticket.preview, ticket.last_activity_at) == ("Bom dia!", ours.sent_at)


@pytest.mark.parametrize(
    "absurd",
    [None, "", "ontem", -1, 0, 10**12, 10**30, {"low": 1}, [], True, 1.5e300],
    ids=repr,
)
def test_an_absurd_time_counts_as_now(absurd: object, box: Postbox) -> None:
    data = {"remoteJid": "5511987654321@s.whatsapp.net", "fromMe": False, "id": "3A01"}
    raw = box.body(
        "messages.upsert",
        {"key": data, "message": {"conversation": "Oi"}, "messageTimestamp": absurd},
    )
    box.bring(raw)
    message = Message.objects.get()
    assert abs(message.sent_at - timezone.now()) < timedelta(minutes=1)
    assert not message.is_late


@pytest.mark.parametrize("days", [31, 4000, -1, -4000])
def test_a_time_far_from_the_arrival_counts_as_the_arrival(days: int, box: Postbox) -> None:
    moment = timezone.now() - timedelta(days=days)
    box.bring(box.said(phone=PHONE, at=int(moment.timestamp())))
    assert abs(Message.objects.get().sent_at - timezone.now()) < timedelta(minutes=1)


def test_a_message_that_waited_for_the_phone_is_marked_late(box: Postbox) -> None:
    moment = int(timezone.now().timestamp()) - 3600
    box.bring(box.said(phone=PHONE, at=moment))
    message = Message.objects.get()
    assert message.is_late
    assert int(message.sent_at.timestamp()) == moment
    # The queue is counted from now: nobody could have taken it before.
    assert Ticket.objects.get().queued_at > message.sent_at


def test_a_new_ticket_goes_to_the_only_department(box: Postbox, shop: Shop) -> None:
    Department.objects.filter(pk=shop.sales.pk).update(is_active=False)
    box.bring(box.said(phone=PHONE))
    assert Ticket.objects.get().department == shop.support


@pytest.mark.parametrize("active", [True, False], ids=["several departments", "no department"])
def test_a_new_ticket_without_one_clear_department_has_none(active: bool, box: Postbox) -> None:
    Department.objects.update(is_active=active)
    box.bring(box.said(phone=PHONE))
    assert Ticket.objects.get().department is None


def test_the_contact_takes_the_name_whatsapp_tells(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE, name="Marina"), box.said(phone=PHONE, name="Marina Costa"))
    box.bring(box.said(phone=PHONE, name=""))
    assert Contact.objects.get().name == "Marina Costa"


def test_a_name_that_a_person_wrote_is_never_overwritten(box: Postbox, ana: Actor) -> None:
    box.bring(box.said(phone=PHONE, name="mari 🌸"))
    Contact.objects.update(name="Marina Costa", name_edited_by=ana.user)
    box.bring(box.said(phone=PHONE, name="mari 🌸🌸"))
    assert Contact.objects.get().name == "Marina Costa"


def test_a_person_is_known_by_phone_and_by_lid(box: Postbox) -> None:
    box.bring(box.said("um", phone=PHONE, lid=LID))
    box.bring(box.said("dois", phone="", lid=LID), box.said("três", phone=PHONE))
    assert identities() == {("phone", PHONE), ("lid", LID)}
    assert said_in(Ticket.objects.get()) == ["um", "dois", "três"]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_a_person_first_known_by_a_lid_shows_the_number_once_it_is_told(
    together: bool, box: Postbox
) -> None:
    bodies = [box.said("um", phone="", lid=LID), box.said("dois", phone=PHONE, lid=LID)]
    for batch in [bodies] if together else [[body] for body in bodies]:
        box.bring(*batch)
    assert Contact.objects.get().phone == PHONE
    assert identities() == {("phone", PHONE), ("lid", LID)}
    assert said_in(Ticket.objects.get()) == ["um", "dois"]


def test_a_set_that_tells_phone_and_lid_apart_and_together_is_about_one_person(
    box: Postbox,
) -> None:
    box.bring(
        box.said("um", phone=PHONE),
        box.said("dois", phone="", lid=LID),
        box.said("três", phone=PHONE, lid=LID),
    )
    assert identities() == {("phone", PHONE), ("lid", LID)}
    assert said_in(Ticket.objects.get()) == ["um", "dois", "três"]


def test_two_who_turn_out_to_be_one_are_one_from_there_on(box: Postbox) -> None:
    other = new_phone()
    box.bring(box.said(phone=PHONE, lid=LID), box.said(phone=other))
    box.bring(box.said("sou eu", phone=other, lid=LID))
    contact = Message.objects.get(text="sou eu").conversation.contact
    assert contact.phone == PHONE, "the older contact stays"
    assert set(contact.identities.values_list("value", flat=True)) == {PHONE, LID, other}


def test_a_person_with_a_new_number_is_known_by_the_lid(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE, lid=LID))
    box.bring(box.said(phone=(moved := new_phone()), lid=LID))
    assert identities() == {("phone", PHONE), ("phone", moved), ("lid", LID)}


def test_twenty_new_people_in_one_batch_are_twenty_contacts(box: Postbox) -> None:
    phones = [new_phone() for _ in range(20)]
    box.bring(*(box.said(phone=phone) for phone in [*phones, *phones]))
    assert set(Contact.objects.values_list("phone", flat=True)) == set(phones)
    assert [ticket.messages.count() for ticket in Ticket.objects.all()] == [2] * 20


def test_one_person_on_two_numbers_of_a_store_is_one_contact(box: Postbox, shop: Shop) -> None:
    second = Postbox(second_number(shop))
    box.bring(box.said(phone=PHONE))
    second.bring(second.said(phone=PHONE))
    assert Conversation.objects.count() == 2
    assert Contact.objects.get().conversations.count() == 2


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_a_message_told_twice_is_one_bubble(
    together: bool, box: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    first = box.said("Oi", phone=PHONE, message_id="3A01", name="Marina")
    again = box.said("Oi", phone=PHONE, message_id="3A01", name="Marina C.")
    if together:
        assert box.bring(first, again) == 2
    else:
        assert [box.bring(first), box.bring(again)] == [1, 1]
    assert Message.objects.count() == 1
    assert Conversation.objects.get().revision == 3
    assert set(InboundEvent.objects.values_list("status", flat=True)) == {"done"}
    assert "failed" not in caplog.text, "a set was given up for its events one by one"


def test_the_same_id_on_another_number_is_another_message(box: Postbox, other_shop: Shop) -> None:
    other = Postbox(other_shop.instance)
    for one in (box, other):
        one.bring(one.said("Oi", phone=PHONE, message_id="3A01"))
    assert Message.objects.filter(provider_id="3A01").count() == 2
    assert Contact.objects.count() == 2


def test_what_is_typed_on_the_phone_stands_in_the_ticket_and_answers_it(box: Postbox) -> None:
    box.bring(box.said("Oi", phone=PHONE))
    box.bring(box.typed("Já te respondo", phone=PHONE))
    ticket = Ticket.objects.get()
    assert said_in(ticket) == ["Oi", "Já te respondo"]
    assert (ticket.preview, ticket.waiting_since, ticket.status) == (
        "Já te respondo",
        None,
        "waiting",
    )
    message = ticket.messages.get(direction="out")
    assert (message.origin, message.state) == ("phone", "sent")


def test_what_is_typed_on_the_phone_opens_no_ticket(box: Postbox, sara: Actor) -> None:
    box.bring(box.typed("Olá, aqui é da loja", phone=PHONE))
    assert Ticket.objects.count() == 0
    assert Message.objects.get().ticket is None
    box.bring(box.said("Oi", phone=PHONE))
    close_ticket(Ticket.objects.get(), by=sara.user, rights=sara.rights)
    box.bring(box.typed("Até logo", phone=PHONE))
    assert Ticket.objects.get().status == "closed"


def test_a_group_a_broadcast_and_a_reaction_open_no_ticket(box: Postbox) -> None:
    key = {"fromMe": False, "id": "3A01", "participant": "5511987654321@s.whatsapp.net"}
    reaction = {"reactionMessage": {"text": "👍", "key": {"id": "3A00"}}}
    oi = {"conversation": "Oi"}
    box.bring(
        box.body("messages.upsert", {"key": key | {"remoteJid": "123-456@g.us"}, "message": oi}),
        box.body(
            "messages.upsert", {"key": key | {"remoteJid": "status@broadcast"}, "message": oi}
        ),
        box.body(
            "messages.upsert",
            {"key": key | {"remoteJid": "5511987654321@s.whatsapp.net"}, "message": reaction},
        ),
    )
    assert not Ticket.objects.exists()
    assert not Contact.objects.exists()


def said_in(ticket: Ticket) -> list[str]:
    """The texts of a ticket as the screen orders them."""
    return list(ticket.messages.order_by("sort_key", "id").values_list("text", flat=True))


def codes(instance: Instance) -> list[str]:
    return list(
        Ticket.objects.filter(instance=instance).order_by("id").values_list("code", flat=True)
    )


def identities() -> set[tuple[str, str]]:
    """The names of the only contact there is."""
    return set(Contact.objects.get().identities.values_list("kind", "value"))


def second_number(shop: Shop) -> Instance:
    phone = new_phone()
    return Instance.objects.create(
        store=shop.store,
        phone=phone,
        connected_phone=phone,
        state=Instance.State.CONNECTED,
        gateway_token=uuid4().hex,
    )
