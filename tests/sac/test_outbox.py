"""The outbox's bookkeeping: whose turn it is, and where each outcome leads. No network here."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from automacao.actions.sending import pause_sending, resume_sending
from automacao.actions.sessions import note_session_state
from automacao.gateways.port import (
    Accepted,
    AuthFailed,
    ChannelNotConnected,
    GatewayError,
    GatewayUnavailable,
    InvalidRequest,
    OutboundMessage,
    RateLimited,
    RecipientNotOnWhatsApp,
    SendOutcomeUnknown,
    SessionState,
    State,
)
from automacao.models import Instance
from evendas import clock
from sac import tasks
from sac.actions.outbox import (
    accept_sending,
    begin_sending,
    expire_leases,
    fail_sending,
    give_up_on_unknown,
)
from sac.actions.replies import confirm_message, retry_message
from sac.invariants import broken_invariants
from sac.models import Media, Message, Ticket
from sac.refusals import TooLate
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.simulated import fate, fresh

pytestmark = pytest.mark.django_db

PHONE = "+5511987654321"
Answer = Callable[..., Message]
Rings = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def ticket(box: Postbox) -> Ticket:
    box.bring(box.said(phone=PHONE))
    return Ticket.objects.get()


@pytest.fixture
def queued(ticket: Ticket, ana: Actor, answer: Answer) -> Message:
    return answer(ticket, by=ana, text="Bom dia!")


@pytest.fixture
def unknown(queued: Message) -> Message:
    assert begin_sending(queued.conversation_id)
    fail_sending(queued.pk, SendOutcomeUnknown())
    return queued


def test_a_message_is_claimed_with_what_the_call_needs(queued: Message) -> None:
    sending = begin_sending(queued.conversation_id)
    assert sending
    assert (sending.message_id, sending.instance.pk) == (queued.pk, queued.instance_id)
    assert sending.outbound == OutboundMessage("5511987654321@s.whatsapp.net", "Bom dia!")
    claimed = fresh(queued)
    assert (claimed.state, claimed.attempts) == ("sending", 1)
    assert claimed.lease_until
    assert claimed.send_started_at


def test_one_is_in_flight_and_the_next_follows_in_order(
    queued: Message, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    second = answer(ticket, by=ana, text="Em que posso ajudar?")
    assert claim(ticket) == queued.pk
    assert claim(ticket) is None
    accept_sending(queued.pk, Accepted(id="3EB01", address=""))
    assert claim(ticket) == second.pk


@pytest.mark.parametrize("state", [one for one in Instance.State if one != "connected"])
def test_nothing_leaves_by_a_number_that_is_not_connected(
    state: str, queued: Message, ticket: Ticket
) -> None:
    Instance.objects.update(state=state)
    assert claim(ticket) is None
    assert fate(queued) == ("queued", "")
    Instance.objects.update(state="connected")
    assert claim(ticket) == queued.pk


def test_nothing_leaves_while_the_number_is_paused(queued: Message, ticket: Ticket) -> None:
    pause_sending(queued.instance_id, GatewayUnavailable())
    assert claim(ticket) is None
    with clock.at(timezone.now() + timedelta(seconds=1.1)):
        assert claim(ticket) == queued.pk


def test_a_pause_grows_and_ends_with_the_first_answer(shop: Shop) -> None:
    assert pause_sending(shop.instance.pk, GatewayUnavailable())
    waits = []
    for _ in range(6):
        assert not pause_sending(shop.instance.pk, GatewayUnavailable())
        until = Instance.objects.get(pk=shop.instance.pk).send_paused_until
        assert until
        waits.append((until - timezone.now()).total_seconds())
    assert waits == pytest.approx([2, 4, 8, 10, 10, 10], abs=0.5)
    assert resume_sending(shop.instance.pk)
    assert not resume_sending(shop.instance.pk)
    known = Instance.objects.get(pk=shop.instance.pk)
    assert (known.send_failures, known.send_paused_until, known.last_error) == (0, None, "")


def test_a_number_that_needs_a_person_says_so_even_when_it_was_paused_before(shop: Shop) -> None:
    pause_sending(shop.instance.pk, GatewayUnavailable())
    assert pause_sending(shop.instance.pk, AuthFailed())
    assert not pause_sending(shop.instance.pk, AuthFailed())
    assert Instance.objects.get(pk=shop.instance.pk).state == "failed"


@pytest.mark.parametrize("error", [RecipientNotOnWhatsApp, InvalidRequest])
def test_a_refusal_is_final_and_says_why(error: type[GatewayError], queued: Message) -> None:
    begin_sending(queued.conversation_id)
    fail_sending(queued.pk, error("400"))
    assert fate(queued) == ("failed", error.pt)
    assert Ticket.objects.get().preview_state == "failed"


@pytest.mark.parametrize(
    "error", [GatewayUnavailable, RateLimited, ChannelNotConnected, AuthFailed]
)
def test_what_surely_never_left_goes_back_to_the_queue_and_waits(
    error: type[GatewayError], queued: Message, ticket: Ticket
) -> None:
    waits = []
    now = timezone.now()
    for _ in range(6):
        with clock.at(now):
            assert claim(ticket) == queued.pk
            fail_sending(queued.pk, error())
        message = fresh(queued)
        assert message.state == "queued"
        assert message.next_attempt_at
        waits.append(round((message.next_attempt_at - now).total_seconds()))
        with clock.at(message.next_attempt_at - timedelta(milliseconds=1)):
            assert claim(ticket) is None
        now = message.next_attempt_at
    assert waits == [1, 2, 4, 8, 10, 10]


def test_an_unknown_outcome_holds_back_what_follows_and_is_not_tried_again(
    unknown: Message, ticket: Ticket, ana: Actor, answer: Answer, rings: Rings
) -> None:
    answer(ticket, by=ana, text="depois")
    with clock.at(timezone.now() + timedelta(seconds=50)):
        assert claim(ticket) is None
        tasks.sweep_outbox()
    assert fate(unknown) == ("unknown", "")


def test_a_worker_that_died_while_sending_leaves_an_unknown(queued: Message) -> None:
    begin_sending(queued.conversation_id)
    expire_leases()
    assert fate(queued)[0] == "sending"
    with clock.at(timezone.now() + timedelta(seconds=36)):
        expire_leases()
    assert fate(queued)[0] == "unknown"


def test_after_its_lease_a_refusal_that_comes_late_is_not_believed(queued: Message) -> None:
    begin_sending(queued.conversation_id)
    with clock.at(timezone.now() + timedelta(seconds=36)):
        expire_leases()
        fail_sending(queued.pk, GatewayUnavailable())
    assert fate(queued)[0] == "unknown"


def test_what_nothing_settles_is_shown_unconfirmed_and_lets_the_next_go(
    unknown: Message, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    second = answer(ticket, by=ana, text="depois")
    with clock.at(timezone.now() + timedelta(seconds=59)):
        give_up_on_unknown()
        assert fate(unknown)[0] == "unknown"
    with clock.at(timezone.now() + timedelta(seconds=61)):
        give_up_on_unknown()
        assert claim(ticket) == second.pk
    assert fate(unknown)[0] == "unconfirmed"


def test_a_large_file_has_longer_to_leave_and_to_be_settled(
    queued: Message, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    second = answer(ticket, by=ana, text="depois")
    # A minute up to the gateway, and another from there.
    Message.objects.filter(pk=queued.pk).update(kind="video")
    Media.objects.create(store_id=queued.store_id, message=queued, size=60 * 256 * 1024)
    now = timezone.now()
    begin_sending(queued.conversation_id)
    for seconds, state in ((154, "sending"), (157, "unknown"), (179, "unknown")):
        with clock.at(now + timedelta(seconds=seconds)):
            expire_leases()
            give_up_on_unknown()
            assert (fate(queued)[0], claim(ticket)) == (state, None)
            assert broken_invariants(["no_lease_is_overdue", "no_unknown_is_overdue"]) == []
    with clock.at(now + timedelta(seconds=240)):
        assert broken_invariants(["no_unknown_is_overdue"])
    with clock.at(now + timedelta(seconds=182)):
        give_up_on_unknown()
        assert (fate(queued)[0], claim(ticket)) == ("unconfirmed", second.pk)


@pytest.mark.parametrize("given_up", [False, True], ids=["unknown", "unconfirmed"])
def test_its_echo_settles_an_unknown_whenever_it_comes(
    given_up: bool, unknown: Message, box: Postbox
) -> None:
    if given_up:
        with clock.at(timezone.now() + timedelta(seconds=61)):
            give_up_on_unknown()
    box.bring(box.echo("Bom dia!", phone=PHONE, message_id="3EB01"))
    message = fresh(unknown)
    assert (message.state, message.provider_id, message.origin) == ("accepted", "3EB01", "desk")
    assert Message.objects.filter(direction="out").count() == 1
    assert Ticket.objects.get().preview_state == "accepted"


def test_an_echo_before_the_answer_and_the_answer_are_one_message(
    queued: Message, box: Postbox
) -> None:
    begin_sending(queued.conversation_id)
    box.bring(box.echo("Bom dia!", phone=PHONE, message_id="3EB01"), box.status("3EB01", "READ"))
    accept_sending(queued.pk, Accepted(id="3EB01", address=""))
    message = fresh(queued)
    assert (message.state, message.provider_id) == ("read", "3EB01")
    assert Message.objects.filter(direction="out").count() == 1


def test_an_echo_after_the_answer_is_known(queued: Message, box: Postbox) -> None:
    begin_sending(queued.conversation_id)
    accept_sending(queued.pk, Accepted(id="3EB01", address=""))
    before = fresh(queued).revision
    box.bring(box.echo("Bom dia!", phone=PHONE, message_id="3EB01"))
    assert fresh(queued).revision == before
    assert Message.objects.filter(direction="out").count() == 1


def test_an_answer_that_names_no_message_leaves_the_name_to_the_echo(
    queued: Message, box: Postbox
) -> None:
    begin_sending(queued.conversation_id)
    accept_sending(queued.pk, Accepted(id="", address=""))
    assert fate(queued)[0] == "accepted"
    box.bring(box.echo("Bom dia!", phone=PHONE, message_id="3EB01"), box.status("3EB01", "READ"))
    message = fresh(queued)
    assert (message.state, message.provider_id) == ("read", "3EB01")
    assert Message.objects.filter(direction="out").count() == 1


def test_an_echo_told_as_typed_on_the_phone_gives_way_to_the_message_itself(
    queued: Message, box: Postbox, ticket: Ticket
) -> None:
    begin_sending(queued.conversation_id)
    box.bring(box.typed("Bom dia!", phone=PHONE, message_id="3EB01"), box.status("3EB01", "READ"))
    accept_sending(queued.pk, Accepted(id="3EB01", address=""))
    message, echo = fresh(queued), Message.objects.get(state="superseded")
    assert (message.state, message.provider_id) == ("read", "3EB01")
    assert echo.provider_id is None
    assert echo.revision < message.revision == message.conversation.revision
    ticket.refresh_from_db()
    assert (ticket.preview_message_id, ticket.preview_state) == (message.pk, "read")


def test_of_two_equal_texts_the_echo_belongs_to_the_one_that_was_sent(
    queued: Message, ticket: Ticket, ana: Actor, answer: Answer, box: Postbox
) -> None:
    again = answer(ticket, by=ana, text="Bom dia!")
    begin_sending(queued.conversation_id)
    box.bring(box.echo("Bom dia!", phone=PHONE, message_id="3EB01"))
    assert fresh(queued).provider_id == "3EB01"
    assert (fresh(again).provider_id, fresh(again).state) == (None, "queued")


def test_what_another_system_sent_is_a_message_of_its_own(queued: Message, box: Postbox) -> None:
    box.bring(box.echo("Seu pedido saiu", phone=PHONE, message_id="3EB99"))
    other = Message.objects.get(provider_id="3EB99")
    assert (other.origin, other.state, other.attendant) == ("api", "sent", None)
    assert fate(queued) == ("queued", "")


def test_replies_go_where_the_network_says_the_person_is(
    queued: Message, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    begin_sending(queued.conversation_id)
    accept_sending(queued.pk, Accepted(id="3EB01", address="551187654321@s.whatsapp.net"))
    answer(ticket, by=ana, text="mais")
    sending = begin_sending(queued.conversation_id)
    assert sending
    assert sending.outbound.address == "551187654321@s.whatsapp.net"


def test_a_person_may_send_again_what_failed(queued: Message, ana: Actor, ticket: Ticket) -> None:
    begin_sending(queued.conversation_id)
    fail_sending(queued.pk, RecipientNotOnWhatsApp())
    retry_message(queued, rights=ana.rights)
    assert fate(queued) == ("queued", "")
    assert claim(ticket) == queued.pk


def test_a_person_may_settle_what_stayed_unconfirmed(unknown: Message, ana: Actor) -> None:
    with pytest.raises(TooLate):
        retry_message(unknown, rights=ana.rights)
    with clock.at(timezone.now() + timedelta(seconds=61)):
        give_up_on_unknown()
    confirm_message(unknown, rights=ana.rights)
    assert fate(unknown) == ("sent", "")
    with pytest.raises(TooLate):
        retry_message(unknown, rights=ana.rights)


def test_the_sweep_rings_for_what_is_due_and_asks_about_what_is_unknown(
    queued: Message, other_shop: Shop, rings: Rings
) -> None:
    tasks.sweep_outbox()
    assert rings == [("sac.deliver", (queued.conversation_id,))]
    begin_sending(queued.conversation_id)
    fail_sending(queued.pk, SendOutcomeUnknown())
    rings.clear()
    tasks.sweep_outbox()
    assert rings == []
    Message.objects.update(send_started_at=timezone.now() - timedelta(seconds=31))
    tasks.sweep_outbox()
    assert rings == [("sac.settle", (queued.pk,))]


def test_the_sweep_leaves_a_number_alone_that_cannot_send(
    queued: Message, shop: Shop, rings: Rings
) -> None:
    pause_sending(shop.instance.pk, GatewayUnavailable())
    tasks.sweep_outbox()
    resume_sending(shop.instance.pk)
    Instance.objects.update(state="logged_out")
    tasks.sweep_outbox()
    assert rings == []
    Instance.objects.update(state="connected")
    tasks.sweep_outbox()
    assert rings == [("sac.deliver", (queued.conversation_id,))]


def test_a_gateway_that_says_it_is_back_takes_the_bar_away(queued: Message, shop: Shop) -> None:
    pause_sending(shop.instance.pk, GatewayUnavailable())
    assert note_session_state(shop.instance.pk, SessionState(State.CONNECTED))
    assert not resume_sending(shop.instance.pk), "who comes next has nothing left to tell"
    assert not note_session_state(shop.instance.pk, SessionState(State.CONNECTED))


def test_every_change_of_a_message_takes_a_revision_under_the_lock(
    queued: Message,
) -> None:
    before = fresh(queued).conversation.revision
    begin_sending(queued.conversation_id)
    fail_sending(queued.pk, GatewayUnavailable())
    message = fresh(queued)
    assert message.revision == message.conversation.revision == before + 1


def claim(ticket: Ticket) -> int | None:
    """Begin sending what is next in the ticket's conversation; return which message that is."""
    sending = begin_sending(ticket.conversation_id)
    return sending.message_id if sending else None
