"""Reactions, edits and deletions of ours: who may, until when, and what becomes of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from automacao.gateways.port import (
    Accepted,
    ChannelNotConnected,
    GatewayError,
    GatewayUnavailable,
    InvalidRequest,
    MessageEdited,
    Reaction,
)
from automacao.models import Instance
from evendas import clock
from sac import tasks
from sac.actions.amendments import begin_amending, end_amending, fail_amending
from sac.actions.outbox import accept_sending, begin_sending
from sac.invariants import broken_invariants
from sac.models import Amendment, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do
from tests.sac.spoken import Voice

pytestmark = pytest.mark.django_db

Rings = list[tuple[str, tuple[int, ...]]]
Answer = Callable[..., Message]


@pytest.fixture
def voice(shop: Shop) -> Voice:
    return Voice(shop.instance)


@pytest.fixture
def heard(voice: Voice, anas: Ticket) -> Message:
    voice.phone = anas.conversation.contact.phone
    return voice.says("Chegou?")


@pytest.fixture
def sent(anas: Ticket, ana: Actor, answer: Answer) -> Message:
    """A text of Ana's that the network has as 3EB01."""
    message = answer(anas, by=ana, text="Bom dai!")
    assert begin_sending(message.conversation_id)
    accept_sending(message.pk, Accepted(id="3EB01", address=""))
    return now_of(message)


def now_of(message: Message) -> Message:
    return Message.objects.for_thread().get(pk=message.pk)


def press(actor: Actor, message: Message, noun: str, **data: str) -> int:
    ticket = message.ticket
    assert ticket is not None
    return do(actor, ticket, f"mensagens/{message.pk}/{noun}", data).status_code


def the_one() -> int:
    return Amendment.objects.get(state="queued").pk


def test_a_reaction_is_asked_of_the_gateway_and_shown_when_it_was_done(
    ana: Actor,
    heard: Message,
    rings: Rings,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert press(ana, heard, "reacao", emoji="👍") == 200
    assert ("sac.amend", (the_one(),)) in rings
    assert now_of(heard).reactions == {}
    amending = begin_amending(the_one())
    assert amending
    assert (amending.kind, amending.text) == ("reaction", "👍")
    assert (amending.target.id, amending.target.is_ours) == (heard.provider_id, False)
    end_amending(amending.amendment_id)
    shown = now_of(heard)
    assert shown.reactions["store"]["emoji"] == "👍"
    assert "amending" not in shown.content
    assert shown.revision > heard.revision


def test_an_edit_replaces_the_text_and_its_echo_changes_nothing_more(
    ana: Actor, sent: Message, voice: Voice
) -> None:
    assert press(ana, sent, "edicao", text="Bom dia!") == 200
    assert now_of(sent).content["amending"] == {"kind": "edit", "error": ""}
    end_amending(the_one())
    voice.changes(MessageEdited("3EB01", "Bom dia!", clock.now()))
    shown = now_of(sent)
    assert shown.text == "Bom dia!"
    assert [one["text"] for one in shown.earlier_texts] == ["Bom dai!"]


def test_a_deletion_takes_the_message_back(ana: Actor, sent: Message) -> None:
    assert press(ana, sent, "exclusao") == 200
    end_amending(the_one())
    assert now_of(sent).deleted_at is not None
    assert press(ana, sent, "exclusao") == 409
    assert press(ana, sent, "reacao", emoji="👍") == 409


@pytest.mark.parametrize("noun", ["reacao", "edicao", "exclusao"])
def test_only_who_may_reply_may_amend(noun: str, sent: Message, bia: Actor, sara: Actor) -> None:
    assert press(bia, sent, noun, text="x", emoji="👍") == 404
    assert press(sara, sent, noun, text="x", emoji="👍") == 403
    assert not Amendment.objects.exists()


@pytest.mark.parametrize(
    ("noun", "minutes", "answer_code"),
    [("edicao", 14, 200), ("edicao", 16, 409), ("exclusao", 2870, 200), ("exclusao", 2890, 409)],
)
def test_the_network_takes_changes_only_for_a_while(
    noun: str, minutes: int, answer_code: int, ana: Actor, sent: Message
) -> None:
    with clock.at(timezone.now() + timedelta(minutes=minutes)):
        assert press(ana, sent, noun, text="Bom dia!") == answer_code


@pytest.mark.parametrize(
    ("noun", "data", "answer_code"),
    [
        ("reacao", {"emoji": "oi"}, 422),
        ("reacao", {"emoji": "👍" * 30}, 422),
        ("reacao", {"emoji": ""}, 200),
        ("reacao", {"emoji": "👩‍👩‍👧‍👦"}, 200),
        ("edicao", {"text": "  "}, 422),
        ("edicao", {"text": "x" * 4097}, 422),
    ],
)
def test_bad_input_is_told(
    noun: str, data: dict[str, str], answer_code: int, ana: Actor, sent: Message
) -> None:
    assert press(ana, sent, noun, **data) == answer_code


def test_the_customers_words_are_theirs(ana: Actor, heard: Message) -> None:
    assert press(ana, heard, "edicao", text="outra coisa") == 409
    assert press(ana, heard, "exclusao") == 409


def test_what_has_not_left_cannot_be_changed(ana: Actor, anas: Ticket, answer: Answer) -> None:
    queued = answer(anas, by=ana)
    assert press(ana, queued, "edicao", text="x") == 409


def test_the_newer_of_two_edits_is_the_one_that_goes(ana: Actor, sent: Message) -> None:
    press(ana, sent, "edicao", text="um")
    first = the_one()
    press(ana, sent, "edicao", text="dois")
    assert begin_amending(first) is None
    amending = begin_amending(the_one())
    assert amending
    assert amending.text == "dois"


def test_one_that_is_being_asked_is_not_overtaken(ana: Actor, sent: Message) -> None:
    press(ana, sent, "edicao", text="um")
    first = the_one()
    assert begin_amending(first)
    press(ana, sent, "edicao", text="dois")
    assert begin_amending(the_one()) is None
    end_amending(first)
    assert begin_amending(the_one())
    end_amending(the_one())
    assert now_of(sent).text == "dois"


@pytest.mark.parametrize("error", [GatewayUnavailable(), ChannelNotConnected()])
def test_a_call_that_failed_is_made_again(
    error: GatewayError, ana: Actor, sent: Message, rings: Rings
) -> None:
    press(ana, sent, "exclusao")
    assert begin_amending(the_one())
    fail_amending(the_one(), error)
    assert begin_amending(the_one()) is None
    with clock.at(timezone.now() + timedelta(seconds=2)):
        assert begin_amending(the_one())


def test_a_refusal_says_why_and_the_message_stays_as_it_was(ana: Actor, sent: Message) -> None:
    press(ana, sent, "edicao", text="Bom dia!")
    begin_amending(the_one())
    fail_amending(the_one(), InvalidRequest())
    shown = now_of(sent)
    assert shown.text == "Bom dai!"
    refused = {"kind": "edit", "error": InvalidRequest.pt, "text": "Bom dia!"}
    assert shown.content["amending"] == refused


def test_nothing_is_asked_of_a_number_that_is_not_connected(
    ana: Actor, sent: Message, rings: Rings
) -> None:
    press(ana, sent, "exclusao")
    Instance.objects.update(state="connecting")
    assert begin_amending(the_one()) is None
    Instance.objects.update(state="connected")
    tasks.sweep_outbox()
    assert ("sac.amend", (the_one(),)) in rings


def test_a_worker_that_died_leaves_it_to_the_next(ana: Actor, sent: Message, rings: Rings) -> None:
    press(ana, sent, "exclusao")
    assert begin_amending(the_one())
    assert begin_amending(the_one()) is None
    Amendment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep_outbox()
    assert ("sac.amend", (the_one(),)) in rings
    assert begin_amending(the_one())


def test_an_edit_that_waited_past_its_time_is_not_asked(ana: Actor, sent: Message) -> None:
    press(ana, sent, "edicao", text="Bom dia!")
    with clock.at(timezone.now() + timedelta(minutes=16)):
        assert begin_amending(the_one()) is None
    shown = now_of(sent)
    assert shown.text == "Bom dai!"
    assert "15 minutos" in shown.content["amending"]["error"]


def test_what_waits_for_a_number_that_is_gone_ends(ana: Actor, sent: Message, rings: Rings) -> None:
    press(ana, sent, "exclusao")
    Instance.objects.update(removed_at=timezone.now(), state="disconnected")
    tasks.sweep_outbox()
    assert not [ring for ring in rings if ring[0] == "sac.amend"]
    assert "removido" in now_of(sent).content["amending"]["error"]


def test_what_was_done_to_an_echo_was_done_to_the_message(
    anas: Ticket, ana: Actor, voice: Voice, answer: Answer
) -> None:
    voice.phone = anas.conversation.contact.phone
    message = answer(anas, by=ana, text="Bom dai!")
    assert begin_sending(message.conversation_id)
    echo = voice.is_answered("Bom dai!", origin="phone")
    assert echo.provider_id
    at = clock.now()
    voice.changes(
        MessageEdited(echo.provider_id, "Bom dia!", at),
        Reaction("R1", echo.provider_id, "👍", is_ours=False, at=at),
    )
    accept_sending(message.pk, Accepted(id=echo.provider_id, address=""))
    shown = now_of(message)
    assert (shown.text, shown.reactions["customer"]["emoji"]) == ("Bom dia!", "👍")
    assert broken_invariants() == []
