"""What every answer of the gateway means for the message that was being sent: never two of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.models import Instance
from evendas import clock
from sac import tasks
from sac.deliver import deliver_conversation, due_for_settling, settle_message
from sac.models import Message, Ticket
from tests.conftest import Actor
from tests.sac.media import corpus
from tests.sac.test_both_ways import press_send
from tests.simulated import Line

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "5511987654321"


@dataclass(frozen=True, slots=True)
class Case:
    """`at_once` is the state after the answer, `in_the_end` when the gateway is well again.

    `gets` is how often the customer's phone got the message by then.
    """

    at_once: str
    in_the_end: str
    gets: int


REFUSED = Case("failed", "failed", 0)
WAITS = Case("queued", "accepted", 1)
LEFT_UNSEEN = Case("unknown", "accepted", 1)
ANSWERS = {
    "400_number_not_on_whatsapp": REFUSED,
    "400_validation_nested_array": REFUSED,
    "400_object_object": REFUSED,
    "400_media_not_url_or_base64": REFUSED,
    "400_connection_closed": WAITS,
    "500_connection_closed": WAITS,
    "500_instance_not_in_memory": WAITS,
    "401_unauthorized": WAITS,
    "404_instance_missing": WAITS,
    "503_license_required_240": WAITS,
    # Nothing says that it left, nothing says that it did not: a person decides.
    "400_timed_out": Case("unknown", "unconfirmed", 0),
    "201_empty_body": LEFT_UNSEEN,
    "400_database_error_after_send": LEFT_UNSEEN,
}


@pytest.fixture
def ticket(line: Line, settings: Settings, pushes: object) -> Ticket:
    settings.SEND_BACKOFF = [0]
    settings.UNKNOWN_ASK_AFTER = 0
    line.control.phone(PHONE)
    line.control.receive(PHONE, "Oi")
    line.hear()
    Ticket.objects.update(department=line.shop.support)
    return Ticket.objects.get()


def send_text(ana: Actor, ticket: Ticket) -> None:
    assert press_send(ana, ticket, text="Já saiu") == 200


def send_picture(ana: Actor, ticket: Ticket) -> None:
    photo = SimpleUploadedFile("foto.jpg", corpus.picture())
    assert press_send(ana, ticket, text="Já saiu", files=[photo]) == 200


@pytest.mark.parametrize("send", [send_text, send_picture])
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_decides_what_may_be_done_and_never_sends_twice(
    line: Line,
    ticket: Ticket,
    ana: Actor,
    send: Callable[[Actor, Ticket], None],
    answer: str,
) -> None:
    case = ANSWERS[answer]
    send(ana, ticket)
    line.control.refuse(answer)
    deliver_conversation(ticket.conversation_id)
    assert state() == case.at_once
    line.hear()
    all_is_well_again(line, ticket)
    assert state() == case.in_the_end
    assert [one.text for one in line.control.sent()] == ["Já saiu"] * case.gets


def all_is_well_again(line: Line, ticket: Ticket) -> None:
    """The number is connected, the sweep comes by for more than a minute."""
    Instance.objects.update(state="connected", send_paused_until=None, send_failures=0)
    for seconds in (0, 31, 61):
        with clock.at(timezone.now() + timedelta(seconds=seconds)):
            for message_id in due_for_settling():
                settle_message(message_id)
            tasks.sweep_outbox()
            deliver_conversation(ticket.conversation_id)
        line.hear()


def state() -> str:
    """The message's, told without the ticks that follow."""
    found = Message.objects.get(direction="out").state
    return "accepted" if found in {"sent", "delivered", "read"} else found
