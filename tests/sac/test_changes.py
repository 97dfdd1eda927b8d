"""Edits, deletions and reactions: applied once, whatever order the network tells them in."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automacao.gateways.port import MessageDeleted, MessageEdited, Reaction
from evendas import clock
from evendas.accounts.models import Store
from sac import tasks
from sac.actions.changes import Change, ChangeEvent, apply_change, change_of
from sac.models import EarlyChange, Media, Message, Ticket
from tests.conftest import Shop
from tests.sac.spoken import Voice
from tests.sac.test_kinds import PHOTO

Pushes = list[tuple[set[str], dict[str, object]]]
NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@pytest.fixture
def voice(shop: Shop) -> Voice:
    return Voice(shop.instance)


@pytest.fixture
def said(voice: Voice) -> Message:
    return voice.says("O pedido 1043 ja saiu?", name="3A1")


def edit(text: str, minute: int | None) -> MessageEdited:
    at = None if minute is None else NOW + timedelta(minutes=minute)
    return MessageEdited("3A1", text, at)


def reaction(emoji: str | None, minute: int, *, is_ours: bool = False) -> Reaction:
    at = NOW + timedelta(minutes=minute)
    return Reaction(f"R{minute}", "3A1", emoji, is_ours=is_ours, at=at)


def after(events: Sequence[ChangeEvent]) -> Message:
    message = Message(text="A", sent_at=NOW)
    for event in events:
        apply_change(message, change_of(event, NOW + timedelta(hours=1)))
    return message


EVENTS: list[ChangeEvent] = [
    edit("B", 1),
    edit("C", 2),
    reaction("👍", 3),
    reaction(None, 4),
    reaction("👍", 6),
    reaction("❤️", 5, is_ours=True),
]


def test_whatever_the_order_the_end_is_the_same() -> None:
    ends = {
        (one.text, str(sorted(one.reactions.items())), str(one.earlier_texts))
        for order in permutations(EVENTS)
        for one in [after(order)]
    }
    assert len(ends) == 1
    message = after(EVENTS)
    assert (message.text, [one["text"] for one in message.earlier_texts]) == ("C", ["A", "B"])
    assert message.reactions["customer"]["emoji"] == "👍"
    assert message.reactions["store"]["emoji"] == "❤️"


@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_told_again_a_change_changes_nothing(events: list[ChangeEvent]) -> None:
    once = after(events)
    again = after([*events, *events])
    assert (once.text, once.reactions, once.earlier_texts) == (
        again.text,
        again.reactions,
        again.earlier_texts,
    )


def test_an_edit_without_a_time_never_brings_an_older_text_back() -> None:
    message = after([edit("B", 1), edit("C", 2), edit("B", None), edit("C", None)])
    assert message.text == "C"


def test_a_text_that_came_back_stays_when_the_edit_between_comes_late() -> None:
    assert after([edit("A", 2), edit("B", 1)]).text == "A"
    assert after([edit("B", 1), edit("A", 2)]).text == "A"


def test_a_change_from_the_future_counts_as_of_its_arrival() -> None:
    change = change_of(edit("B", 600), NOW)
    assert (change.at, change.is_timeless) == (NOW, False)


@pytest.mark.django_db
def test_an_edited_message_shows_its_new_text_and_keeps_the_old(
    voice: Voice, said: Message
) -> None:
    voice.changes(MessageEdited("3A1", "O pedido 1043 já saiu?", clock.now()))
    message = Message.objects.get()
    assert message.text == "O pedido 1043 já saiu?"
    assert [one["text"] for one in message.earlier_texts] == ["O pedido 1043 ja saiu?"]
    assert message.edited_at is not None
    assert message.revision == said.revision + 1
    assert Ticket.objects.get().preview == "O pedido 1043 já saiu?"


@pytest.mark.django_db
@pytest.mark.parametrize("shows", [True, False])
def test_what_was_deleted_is_kept_only_where_the_store_wants_to(
    voice: Voice, shows: bool, shop: Shop
) -> None:
    Store.objects.update(shows_deleted=shows)
    shop.store.refresh_from_db()
    voice.instance.store.shows_deleted = shows
    voice.says("segredo", kind="image", file=PHOTO, name="3A1", facts={"view_once": True})
    voice.changes(MessageDeleted("3A1"))
    message = Message.objects.get()
    assert message.deleted_at is not None
    assert (message.text, message.content) == (
        ("segredo", {"view_once": True}) if shows else ("", {})
    )
    assert (Media.objects.get().filename == "foto.jpg") is shows
    assert (Ticket.objects.get().preview, Ticket.objects.get().preview_kind) == ("", "deleted")


@pytest.mark.django_db
def test_a_deletion_that_comes_before_its_file_lets_go_of_that_too(
    voice: Voice, shop: Shop, rings: object
) -> None:
    Store.objects.update(shows_deleted=False)
    voice.instance.store.shows_deleted = False
    voice.changes(MessageDeleted("3A1"))
    message = voice.says("segredo", kind="image", file=PHOTO, name="3A1")
    assert (message.text, message.deleted_at is not None) == ("", True)
    media = Media.objects.get()
    assert (media.state, media.reference, media.filename) == ("failed", {}, "")


@pytest.mark.django_db
def test_what_is_let_go_of_is_not_kept_in_the_answers_to_it(voice: Voice) -> None:
    Store.objects.update(shows_deleted=False)
    voice.instance.store.shows_deleted = False
    voice.says("segredo", name="3A1")
    quoted = {"quoted": {"text": "segredo", "kind": "text", "is_ours": False}}
    answer = voice.says("disse", name="3A2", reply_to="3A1", facts=quoted)
    voice.changes(MessageDeleted("3A1"))
    told = Message.objects.get(provider_id="3A2")
    assert told.content["quoted"]["text"] == ""
    assert (told.text, told.revision > answer.revision) == ("disse", True)


@pytest.mark.django_db
def test_a_store_that_keeps_them_no_more_lets_go_of_those_it_has(voice: Voice) -> None:
    voice.says("segredo", kind="image", file=PHOTO, name="3A1")
    voice.says("fica", name="3A2")
    voice.changes(MessageDeleted("3A1"))
    tasks.forget_deleted()
    assert Message.objects.get(provider_id="3A1").text == "segredo"
    Store.objects.update(shows_deleted=False)
    tasks.forget_deleted()
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == ["", "fica"]
    assert Media.objects.get().filename == ""
    assert not Message.objects.deleted_but_kept().exists()


@pytest.mark.django_db
def test_a_change_opens_no_ticket_and_is_no_news(voice: Voice, said: Message) -> None:
    Ticket.objects.update(status="closed", closed_at=clock.now(), new_since=None)
    voice.changes(reaction("👍", 1), edit("B", 2), MessageDeleted("3A1"))
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.new_since) == ("closed", None)


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_changes_that_come_first_wait_for_their_message(
    voice: Voice, order: tuple[int, ...]
) -> None:
    now = clock.now()
    events: list[ChangeEvent] = [
        MessageEdited("3A1", "certo", now),
        Reaction("R1", "3A1", "👍", is_ours=False, at=now),
        MessageDeleted("3A1"),
    ]
    for place in order:
        voice.changes(events[place])
        voice.changes(events[place])
    assert EarlyChange.objects.count() >= 3
    message = voice.says("errado", name="3A1", at=now - timedelta(minutes=1))
    assert message.text == "certo"
    assert message.reactions["customer"]["emoji"] == "👍"
    assert message.deleted_at is not None
    assert Ticket.objects.get().preview_kind == "deleted"
    assert not EarlyChange.objects.exists()


@pytest.mark.django_db
def test_the_sweep_applies_what_two_workers_missed_and_forgets_the_rest(
    voice: Voice, said: Message, shop: Shop
) -> None:
    for target in ("3A1", "3A9"):
        EarlyChange.objects.create(
            store=shop.store,
            instance=shop.instance,
            provider_id=target,
            kind="reaction",
            text="👍",
            at=clock.now(),
        )
    tasks.sweep_outbox()
    assert Message.objects.get().reactions["customer"]["emoji"] == "👍"
    assert EarlyChange.objects.get().provider_id == "3A9"
    EarlyChange.objects.update(received_at=clock.now() - timedelta(hours=25))
    tasks.sweep_outbox()
    assert not EarlyChange.objects.exists()


@pytest.mark.django_db
def test_another_stores_message_of_the_same_name_is_left_alone(
    voice: Voice, said: Message, other_shop: Shop
) -> None:
    theirs = Voice(other_shop.instance).says("deles", name="3A1")
    voice.changes(edit("nosso", 1), MessageDeleted("3A1"))
    theirs.refresh_from_db()
    assert (theirs.text, theirs.deleted_at) == ("deles", None)


def test_a_change_is_read_from_the_ports_event() -> None:
    change = change_of(reaction(None, 1, is_ours=True), NOW + timedelta(hours=1))
    at = NOW + timedelta(minutes=1)
    assert change == Change("3A1", EarlyChange.Kind.REACTION, "", is_ours=True, at=at)


@pytest.mark.django_db
def test_a_change_between_chapters_is_told_to_who_sees_the_one_before(
    voice: Voice, pushes: Pushes, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    voice.says("Oi")
    Ticket.objects.update(status="closed", closed_at=clock.now())
    loose = voice.is_answered("pelo celular")
    voice.says("Voltei")
    pushes.clear()
    assert loose.provider_id
    with django_capture_on_commit_callbacks(execute=True):
        voice.changes(Reaction("R1", loose.provider_id, "👍", is_ours=False, at=clock.now()))
    (told,) = [frame for _, frame in pushes if frame["t"] == "thread"]
    assert told["ticket"] == Ticket.objects.earliest("id").pk
    assert "👍" in str(told["html"])
