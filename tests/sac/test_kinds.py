"""Everything a customer may send becomes a row, and only new content opens a ticket."""

import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from automacao.gateways.port import File
from evendas import clock
from sac.actions.files import fetch_again
from sac.models import Conversation, Media, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.spoken import Voice

pytestmark = pytest.mark.django_db

Rings = list[tuple[str, tuple[int, ...]]]
PHOTO = File(reference={"key": "K1"}, mime="image/jpeg", name="foto.jpg", size=184_532)


@pytest.fixture
def voice(shop: Shop) -> Voice:
    return Voice(shop.instance)


def test_a_file_has_its_row_at_once_and_is_sent_for_after(
    voice: Voice, rings: Rings, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        message = voice.says("Veio com defeito", kind="image", file=PHOTO)
    file = message.file
    assert file is not None
    assert (file.state, file.mime, file.filename, file.size) == (
        "pending",
        "image/jpeg",
        "foto.jpg",
        184_532,
    )
    assert file.reference == {"key": "K1"}
    assert ("sac.fetch_media", (file.pk,)) in rings
    assert (message.kind, message.text) == ("image", "Veio com defeito")
    ticket = Ticket.objects.get()
    assert (ticket.preview_kind, ticket.preview) == ("image", "Veio com defeito")


def test_a_file_told_twice_is_one(voice: Voice) -> None:
    first = voice.says(kind="voice", file=PHOTO, name="3A1")
    voice.says(kind="voice", file=PHOTO, name="3A1")
    assert Media.objects.get().message == first


def test_what_a_kind_has_besides_text_is_kept(voice: Voice) -> None:
    place = {"latitude": -23.55, "longitude": -46.63, "name": "Loja", "address": "Rua A, 1"}
    assert voice.says(kind="location", facts=place).content == place


def test_an_answer_knows_what_it_answers(voice: Voice) -> None:
    message = voice.says("sim", reply_to="3EB01", facts={"quoted": {"text": "Já saiu?"}})
    assert (message.reply_to, message.content["quoted"]) == ("3EB01", {"text": "Já saiu?"})


def test_a_late_message_opens_a_ticket_and_says_that_it_is_late(voice: Voice) -> None:
    message = voice.says("Oi", at=clock.now() - timedelta(hours=5))
    assert message.is_late
    assert Ticket.objects.get().status == "waiting"


# --- Calls ----------------------------------------------------------------------------------------


def test_a_call_opens_nothing_and_stands_in_the_conversation(voice: Voice) -> None:
    call = voice.calls("ringing")
    assert (call.kind, call.content["status"], call.ticket) == ("call", "ringing", None)
    assert not Ticket.objects.exists()


def test_a_call_that_ended_is_the_same_line(voice: Voice) -> None:
    rung = voice.calls("ringing", is_video=True)
    missed = voice.calls("missed", is_video=True)
    assert missed.pk == rung.pk
    assert missed.content == {"status": "missed", "is_video": True}
    assert missed.revision > rung.revision
    late = voice.calls("ringing", is_video=True)
    assert (late.content["status"], late.revision) == ("missed", missed.revision)


def test_a_call_that_was_answered_was_not_missed(voice: Voice) -> None:
    voice.calls("ringing")
    voice.calls("answered")
    assert voice.calls("missed").content["status"] == "answered"


def test_a_call_with_a_name_as_long_as_may_be_is_heard(voice: Voice) -> None:
    name = "X" * 128
    message = Message.objects.filter(kind="call")
    with contextlib.suppress(Message.DoesNotExist):
        voice.calls("ringing", name=name)
    assert message.get().provider_id == f"call:{name}"[:128]


def test_a_call_during_a_ticket_neither_waits_nor_is_new(voice: Voice) -> None:
    voice.says("Oi")
    Ticket.objects.update(new_since=None, waiting_since=None)
    call = voice.calls("missed")
    ticket = Ticket.objects.get()
    assert call.ticket == ticket
    assert (ticket.new_since, ticket.waiting_since, ticket.preview) == (None, None, "Oi")


def test_a_call_and_a_message_may_have_one_id(voice: Voice) -> None:
    voice.says("Oi", name="X1")
    voice.calls("missed", name="X1")
    assert Message.objects.count() == 2


# --- What was said before the number was here -----------------------------------------------------


def test_history_fills_in_without_a_ticket_a_clock_or_news(voice: Voice) -> None:
    long_ago = clock.now() - timedelta(days=200)
    old = voice.says("antiga", at=long_ago, is_history=True)
    assert not Ticket.objects.exists()
    assert (old.ticket, old.sent_at, old.created_at) == (None, long_ago, long_ago)
    assert old.content["history"] is True
    voice.says("nova")
    ticket = Ticket.objects.get()
    thread = Message.objects.in_thread_of(ticket).order_by("sort_key")
    assert [message.text for message in thread] == ["antiga", "nova"]


def test_a_file_of_history_is_fetched_only_when_somebody_asks(
    voice: Voice, rings: Rings, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        message = voice.says(kind="image", file=PHOTO, is_history=True)
    assert message.file is not None
    assert (message.file.state, message.file.error) == ("failed", Media.UNASKED)
    assert not [ring for ring in rings if ring[0] == "sac.fetch_media"]
    fetch_again(message)
    assert Media.objects.get().state == "pending"


def test_history_of_a_ticket_under_way_changes_nothing_of_it(voice: Voice) -> None:
    voice.says("Oi")
    Ticket.objects.update(new_since=None, waiting_since=None)
    before = Ticket.objects.values().get()
    voice.is_answered("antiga nossa", is_history=True)
    voice.says("antiga", at=clock.now() - timedelta(days=3), is_history=True)
    assert Ticket.objects.values().get() == before


def test_history_that_is_known_is_not_told_twice(voice: Voice) -> None:
    known = voice.says("Oi", name="3A7")
    assert voice.says("Oi", name="3A7", is_history=True).pk == known.pk
    assert Message.objects.count() == 1


# --- Answers from elsewhere -----------------------------------------------------------------------


def test_an_answer_on_the_phone_stops_the_waiting_clock(voice: Voice) -> None:
    voice.says("Oi")
    answer = voice.is_answered("Já vai!")
    assert (answer.origin, answer.state) == ("phone", "sent")
    ticket = Ticket.objects.get()
    assert (ticket.waiting_since, ticket.is_awaited) == (None, False)
    voice.says("E agora?")
    assert Ticket.objects.get().is_awaited


def test_a_phones_own_auto_reply_is_nobodys_answer(voice: Voice) -> None:
    voice.says("Oi")
    waits_since = Ticket.objects.get().waiting_since
    reply = voice.is_answered("Olá! Já respondemos.", is_auto_reply=True)
    assert reply.origin == "bot"
    assert Ticket.objects.get().waiting_since == waits_since is not None


def test_an_old_message_without_a_name_takes_no_echo_of_today(
    voice: Voice, ana: Actor, answer: Callable[..., Message]
) -> None:
    voice.says("Oi")
    ours = answer(Ticket.objects.get(), by=ana, text="igual")
    for hours, count in ((6, 2), (0, 2)):
        began = clock.now() - timedelta(hours=hours)
        Message.objects.filter(pk=ours.pk).update(state="sent", send_started_at=began)
        voice.is_answered("igual", origin="api")
        assert Message.objects.filter(direction="out").count() == count
    assert Message.objects.get(pk=ours.pk).provider_id is not None


# --- Addresses ------------------------------------------------------------------------------------


def test_the_network_tells_the_address(voice: Voice) -> None:
    voice.says("Oi")
    conversation = Conversation.objects.get()
    assert conversation.send_address == voice.address
    assert conversation.address_known_at is not None
    assert conversation.address_known_at <= timezone.now()
