"""What is queued reaches the customer's phone, once and in order, through a gateway that fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.models import Instance
from automacao.simulator.client import SimulatorClient
from sac import tasks
from sac.actions.line import check_line
from sac.actions.outbox import begin_sending
from sac.actions.replies import retry_message
from sac.deliver import deliver_conversation, settle_message
from sac.models import Message, Ticket
from tests.automacao.simulator import stage
from tests.conftest import Actor, Shop, new_phone
from tests.simulated import QUICK, Line, fate, fresh
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+5511987654321"
Answer = Callable[..., Message]
Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    """Let no pause outlast a test."""
    settings.SEND_BACKOFF = [0]
    settings.UNKNOWN_ASK_AFTER = 0
    settings.UNKNOWN_SHOW_AFTER = 3600


@pytest.fixture
def ticket(line: Line, pushes: Pushes) -> Ticket:
    return waiting_ticket(line)


@pytest.fixture
def hung(line: Line, ticket: Ticket, ana: Actor, answer: Answer, settings: Settings) -> Message:
    """A message the gateway sent without ever answering; what it would tell is kept back."""
    line.control.hold()
    line.control.faults(accept_then_hang=1)
    message = answer(ticket, by=ana, text="um")
    settings.SEND_READ_TIMEOUT = 0.5
    deliver_conversation(ticket.conversation_id)
    settings.SEND_READ_TIMEOUT = 20
    assert fate(message)[0] == "unknown"
    return message


@pytest.fixture
def own_gateway(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, line: Line, shop: Shop
) -> Iterator[Callable[[], stage.Running]]:
    """Start a gateway of this test's own, again and again on the same port and state."""
    state, port = tmp_path_factory.mktemp("own") / "state.json", stage.free_port()
    with ExitStack() as stack:

        def start() -> stage.Running:
            running = stage.start(state, *QUICK, port=port)
            stack.callback(running.stop)
            settings.GATEWAYS = {"evolution": {"url": running.url, "key": stage.GLOBAL_KEY}}
            line.control = stack.enter_context(SimulatorClient(running.url))
            return running

        yield start


def test_a_queue_leaves_in_order_and_its_ticks_turn(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    messages = [answer(ticket, by=ana, text=text) for text in ("um", "dois", "três")]
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["um", "dois", "três"]
    assert [fresh(message).attempts for message in messages] == [1, 1, 1]
    assert all(fresh(message).provider_id for message in messages)
    line.hear()
    assert [fate(message) for message in messages] == [("delivered", "")] * 3
    line.control.read(PHONE.lstrip("+"))
    line.hear()
    assert [fate(message) for message in messages] == [("read", "")] * 3
    assert Message.objects.filter(direction="out").count() == 3


def test_two_workers_send_one_conversation_one_by_one(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    texts = [f"{number}" for number in range(6)]
    for text in texts:
        answer(ticket, by=ana, text=text)
    line.control.faults(delay_ms=20)
    deliver = partial(deliver_conversation, ticket.conversation_id)
    together(deliver, deliver, deliver)
    # The one that found the conversation busy left; the sweep would ring again.
    deliver()
    assert line.delivered == texts


def test_conversations_do_not_wait_for_each_other(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    other = waiting_ticket(line, phone=new_phone())
    slow, free = answer(ticket, by=ana, text="um"), answer(other, by=ana, text="dois")
    assert begin_sending(ticket.conversation_id)
    deliver_conversation(other.conversation_id)
    assert (fate(slow)[0], fate(free)[0]) == ("sending", "accepted")


def test_a_number_without_whatsapp_is_told_and_the_next_message_goes(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    line.control.phone(PHONE.lstrip("+"), exists=False)
    refused = [answer(ticket, by=ana, text=text) for text in ("um", "dois")]
    deliver_conversation(ticket.conversation_id)
    assert [fate(message) for message in refused] == [
        ("failed", "Este número não tem WhatsApp.")
    ] * 2
    line.control.phone(PHONE.lstrip("+"), exists=True)
    answer(ticket, by=ana, text="três")
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["três"]


def test_a_gateway_that_is_down_loses_nothing(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer, pushes: Pushes, rings: list[object]
) -> None:
    line.control.faults(down=True)
    messages = [answer(ticket, by=ana, text=text) for text in ("um", "dois")]
    assert_held(line, ticket, messages, pushes)
    line.control.faults(down=False)
    assert_released(line, ticket, pushes, rings)
    assert line.delivered == ["um", "dois"]


def test_a_gateway_that_was_killed_loses_nothing(
    line: Line,
    ticket: Ticket,
    ana: Actor,
    answer: Answer,
    pushes: Pushes,
    rings: list[object],
    own_gateway: Callable[[], stage.Running],
) -> None:
    running = own_gateway()
    line.connect()
    running.stop()
    messages = [answer(ticket, by=ana, text=text) for text in ("um", "dois")]
    assert_held(line, ticket, messages, pushes)
    own_gateway()
    assert_released(line, ticket, pushes, rings)
    assert line.delivered == ["um", "dois"]


def test_a_number_that_drops_holds_its_queue_until_it_is_back(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer, rings: list[object]
) -> None:
    line.control.drop(None)
    line.hear()
    assert Instance.objects.get().state == "connecting"
    message = answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    assert (fate(message)[0], fresh(message).attempts) == ("queued", 0)
    rings.clear()
    line.control.restore()
    line.hear()
    assert ("sac.deliver", (ticket.conversation_id,)) in rings
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["um"]


def test_a_number_found_unplugged_while_sending_is_looked_at(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer, rings: list[object]
) -> None:
    """The webhook that tells of it is still under way."""
    line.control.hold()
    line.control.kick()
    message = answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "queued"
    assert ("automacao.check_instance", (line.shop.instance.pk,)) in rings
    check_line(line.shop.instance.pk)
    assert Instance.objects.get().state == "disconnected"
    line.control.release()
    line.hear()
    assert Instance.objects.get().state == "logged_out"
    assert line.delivered == []


@pytest.mark.parametrize(
    "fault", ["accept_then_hang", "accept_then_reset", "accept_then_500"], ids=str
)
def test_a_message_that_left_without_an_answer_is_settled_by_its_echo(
    fault: str,
    line: Line,
    ticket: Ticket,
    ana: Actor,
    answer: Answer,
    settings: Settings,
    rings: list[object],
) -> None:
    settings.SEND_READ_TIMEOUT = 0.5
    line.control.hold()
    line.control.faults(**{fault: 1})
    first, second = (answer(ticket, by=ana, text=text) for text in ("um", "dois"))
    for _ in range(3):
        deliver_conversation(ticket.conversation_id)
        tasks.sweep_outbox()
    assert (fate(first)[0], fate(second)[0]) == ("unknown", "queued")
    rings.clear()
    line.control.release()
    line.hear()
    assert fate(first)[0] == "delivered"
    # What waited behind it may go.
    assert ("sac.deliver", (ticket.conversation_id,)) in rings
    settings.SEND_READ_TIMEOUT = 20
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["um", "dois"]


def test_a_message_whose_echo_is_lost_is_settled_by_asking(
    line: Line, hung: Message, rings: list[object]
) -> None:
    tasks.sweep_outbox()
    assert ("sac.settle", (hung.pk,)) in rings
    settle_message(hung.pk)
    assert fate(hung)[0] == "accepted"
    assert fresh(hung).provider_id == line.control.sent()[0].id
    line.control.release()
    line.hear()
    assert fate(hung)[0] == "delivered"
    assert line.delivered == ["um"]


@pytest.mark.parametrize("fault", ["error_500", "reset"])
def test_a_message_that_may_have_left_is_never_sent_again_by_itself(
    fault: str, line: Line, ticket: Ticket, ana: Actor, answer: Answer, settings: Settings
) -> None:
    line.control.faults(**{fault: 1})
    message = answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "unknown"
    settle_message(message.pk)
    assert fate(message)[0] == "unknown"
    settings.UNKNOWN_SHOW_AFTER = 0
    tasks.sweep_outbox()
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "unconfirmed"
    assert line.delivered == []
    retry_message(message, rights=ana.rights)
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "accepted"
    assert line.delivered == ["um"]


def test_two_candidates_settle_nothing(line: Line, hung: Message) -> None:
    line.control.type_message(PHONE.lstrip("+"), hung.text)
    settle_message(hung.pk)
    assert fate(hung) == ("unknown", "")
    assert fresh(hung).provider_id is None


def test_older_words_settle_nothing(line: Line, hung: Message) -> None:
    later = timezone.now() + timedelta(minutes=1)
    Message.objects.filter(pk=hung.pk).update(send_started_at=later)
    settle_message(hung.pk)
    assert fate(hung) == ("unknown", "")


def test_what_was_sent_before_does_not_settle_a_later_message(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    first = answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    line.control.faults(error_500=1)
    second = answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    settle_message(second.pk)
    assert (fate(first)[0], fate(second)[0]) == ("accepted", "unknown")


def test_a_worker_that_died_before_the_call_sends_nothing_twice(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer, settings: Settings
) -> None:
    settings.SEND_LEASE = -1
    message = answer(ticket, by=ana, text="um")
    assert begin_sending(ticket.conversation_id)
    tasks.sweep_outbox()
    assert fate(message)[0] == "unknown"
    settle_message(message.pk)
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "unknown"
    assert line.delivered == []


def test_a_person_who_writes_from_a_hidden_number_is_answered(
    line: Line, ana: Actor, answer: Answer, pushes: Pushes
) -> None:
    line.control.receive("5511987654321", "Oi", lid="128000000000001", addressing="lid_only")
    line.hear()
    ticket = Ticket.objects.get()
    assert ticket.conversation.send_address == "128000000000001@lid"
    answer(ticket, by=ana, text="Bom dia!")
    deliver_conversation(ticket.conversation_id)
    line.hear()
    assert [bubble.text for bubble in line.control.thread("5511987654321")] == ["Oi", "Bom dia!"]
    assert Message.objects.get(direction="out").state == "delivered"


def waiting_ticket(line: Line, *, phone: str = PHONE) -> Ticket:
    """Let a customer write from the simulated phone."""
    line.control.receive(phone.lstrip("+"), "Oi", name="Marina")
    line.hear()
    return Ticket.objects.for_list().get(conversation__contact__phone=phone)


def assert_held(line: Line, ticket: Ticket, messages: list[Message], pushes: Pushes) -> None:
    """The bubbles wait, and every screen of the store is told once."""
    pushes.clear()
    for _ in range(3):
        deliver_conversation(ticket.conversation_id)
    assert [fate(message) for message in messages] == [("queued", "")] * 2
    known = Instance.objects.get()
    assert (known.send_failures, known.state) == (3, "connected")
    assert line_bars(pushes) == 1


def assert_released(line: Line, ticket: Ticket, pushes: Pushes, rings: list[object]) -> None:
    """The line is looked at, the bar goes, and the queue leaves."""
    pushes.clear()
    rings.clear()
    check_line(line.shop.instance.pk)
    assert line_bars(pushes) == 1
    assert ("sac.deliver", (ticket.conversation_id,)) in rings
    deliver_conversation(ticket.conversation_id)
    assert Instance.objects.get().send_failures == 0


def line_bars(pushes: Pushes) -> int:
    return sum(event["t"] == "lines" for _, event in pushes)
