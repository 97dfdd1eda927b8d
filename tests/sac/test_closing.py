"""Encerrar Atendimento with its text and reason, and Desfazer while it is still time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages

from automacao.models import ChatbotSettings
from evendas import clock
from sac.actions.closing import close_ticket
from sac.actions.notes import write_note
from sac.actions.outbox import begin_sending
from sac.invariants import broken_invariants
from sac.models import CloseReason, Conversation, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, reason, send, steps
from tests.sac.board import type_on_phone
from tests.sac.pages import Answer, read

CLOSED_AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
GOODBYE = "Obrigada pelo contato! Até logo."
LASTS = timedelta(seconds=10)
INSTANT = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(CLOSED_AT):
        yield


@pytest.fixture
def farewell(shop: Shop) -> str:
    ChatbotSettings.objects.create(store=shop.store, instance=shop.instance, closing=GOODBYE)
    return GOODBYE


@pytest.fixture
def taken(shop: Shop, ana: Actor) -> Ticket:
    """Marina's question, answered by Ana, and asked on."""
    with clock.at(CLOSED_AT - timedelta(minutes=5)):
        ticket = shop.hears("Oi", department=shop.support, phone="+5511987654321")
        send(ana, ticket)
        ticket.messages.filter(origin="desk").update(state="sent")
        shop.hears("E o frete?", phone="+5511987654321")
    return now_of(ticket)


def close(actor: Actor, ticket: Ticket, **data: object) -> Answer:
    return do(actor, ticket, "encerramento", {name: str(value) for name, value in data.items()})


def undo(actor: Actor, ticket: Ticket) -> Answer:
    return do(actor, ticket, "reabertura")


def bot(ticket: Ticket) -> Message:
    return ticket.messages.get(origin="bot")


def words(answer: Answer) -> str:
    return answer.content.decode()


def reason_of(shop: Shop, name: str = "Resolvido", **facts: object) -> CloseReason:
    return CloseReason.objects.create(store=shop.store, name=name, **facts)


STATE = (
    *("status", "attendant_id", "department_id", "new_since", "waiting_since", "taken_at"),
    *("queued_at", "first_reply_at", "closed_at", "closed_by_id", "close_reason"),
    *("last_activity_at", "preview", "preview_message_id", "preview_origin", "preview_state"),
)


def state_of(ticket: Ticket) -> dict[str, object]:
    return {name: getattr(now_of(ticket), name) for name in STATE}


# --- With the text, or without -------------------------------------------------------------------


def test_the_dialog_shows_the_text_of_this_number(taken: Ticket, ana: Actor, farewell: str) -> None:
    page = read(ana.client.get(f"/sac/atendimento/{taken.code}/encerramento/", headers=HTMX))
    assert page.find("blockquote")[0].text.strip() == farewell
    assert [one.text for one in page.find("button")] == [
        "Encerrar com mensagem",
        "Encerrar sem mensagem",
    ]


def test_without_a_text_there_is_nothing_to_choose(taken: Ticket, ana: Actor) -> None:
    page = read(ana.client.get(f"/sac/atendimento/{taken.code}/encerramento/"))
    assert [one.text for one in page.find("button", class_="button-danger-main")] == [
        "Sim, encerrar"
    ]
    assert not page.find("blockquote")
    assert not page.find("select", name="reason")


def test_the_text_waits_ten_seconds_and_then_leaves(
    taken: Ticket, ana: Actor, farewell: str
) -> None:
    assert close(ana, taken, says_goodbye=1).status_code == 200
    message = bot(taken)
    assert (message.text, message.state, message.attendant) == (farewell, "queued", None)
    with clock.at(CLOSED_AT + LASTS - INSTANT):
        assert begin_sending(taken.conversation_id) is None
    with clock.at(CLOSED_AT + LASTS):
        sending = begin_sending(taken.conversation_id)
    assert sending
    assert sending.message_id == message.pk
    assert now_of(taken).preview == farewell
    assert "Mensagem automática" in words(ana.client.get(f"/sac/atendimento/{taken.code}/"))


def test_without_it_nothing_is_sent(taken: Ticket, ana: Actor, farewell: str) -> None:
    close(ana, taken)
    assert not taken.messages.filter(origin="bot").exists()


def test_a_number_without_a_text_sends_none_whatever_a_page_says(taken: Ticket, ana: Actor) -> None:
    assert close(ana, taken, says_goodbye=1).status_code == 200
    assert not taken.messages.filter(origin="bot").exists()


def test_the_text_is_nobodys_first_reply(shop: Shop, sara: Actor, farewell: str) -> None:
    ticket = shop.hears(department=shop.support)
    close(sara, ticket, says_goodbye=1)
    closed = now_of(ticket)
    assert closed.first_reply_at is None
    assert steps(ticket) == ["created", "queued", "closed"]


# --- Why -----------------------------------------------------------------------------------------


def test_the_ticket_keeps_the_words_of_its_reason(shop: Shop, taken: Ticket, ana: Actor) -> None:
    why = reason_of(shop)
    assert close(ana, taken, reason=why.pk).status_code == 200
    CloseReason.objects.update(name="Outra coisa")
    assert now_of(taken).close_reason == "Resolvido"


def test_a_store_may_want_a_reason(shop: Shop, taken: Ticket, ana: Actor, farewell: str) -> None:
    why = reason_of(shop)
    shop.store.requires_close_reason = True
    shop.store.save()
    refused = close(ana, taken, says_goodbye=1)
    assert refused.status_code == 422
    assert "Escolha o motivo do encerramento." in words(refused)
    assert now_of(taken).status == "open"
    assert not taken.messages.filter(origin="bot").exists()
    assert close(ana, taken, reason=why.pk).status_code == 200


def test_a_store_that_has_none_wants_none(shop: Shop, taken: Ticket, ana: Actor) -> None:
    reason_of(shop, is_active=False)
    shop.store.requires_close_reason = True
    shop.store.save()
    assert close(ana, taken).status_code == 200


@pytest.mark.parametrize("kind", ["inactive", "another store's", "0", "abc", "9" * 30])
def test_a_reason_that_is_none_is_refused(
    shop: Shop, other_shop: Shop, taken: Ticket, ana: Actor, kind: str
) -> None:
    known = {
        "inactive": reason_of(shop, "Antigo", is_active=False).pk,
        "another store's": reason_of(other_shop).pk,
    }
    refused = close(ana, taken, reason=known.get(kind, kind))
    assert refused.status_code == 422
    assert "Este motivo não está mais em uso. Escolha outro." in words(refused)
    assert now_of(taken).status == "open"


def test_the_action_refuses_a_reason_that_went_out_of_use_meanwhile(
    shop: Shop, taken: Ticket, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = reason_of(shop)
    by_form = close_ticket

    def slow(*args: object, **facts: object) -> Ticket:
        CloseReason.objects.update(is_active=False)
        why.refresh_from_db()
        return by_form(*args, **{**facts, "reason": why})  # type: ignore[arg-type]

    monkeypatch.setattr("sac.views.closing.close_ticket", slow)
    refused = close(ana, taken, reason=why.pk)
    assert refused.status_code == 422
    assert "não está mais em uso" in words(refused)


# --- Desfazer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("says_goodbye", ["", "1"])
def test_desfazer_brings_an_open_ticket_back_as_it_was(
    taken: Ticket, ana: Actor, farewell: str, says_goodbye: str
) -> None:
    before = state_of(taken)
    assert before["waiting_since"]
    assert before["new_since"]
    with clock.at(CLOSED_AT):
        close(ana, taken, says_goodbye=says_goodbye)
    with clock.at(CLOSED_AT + LASTS - INSTANT):
        assert undo(ana, taken).status_code == 200
    assert state_of(taken) == before
    assert steps(taken)[-2:] == ["closed", "reopened"]
    again = taken.events.get(kind="reopened")
    assert (again.actor, again.attendant) == (ana.user, ana.attendant)
    with clock.at(CLOSED_AT + timedelta(minutes=1)):
        assert begin_sending(taken.conversation_id) is None
    assert broken_invariants() == []


def test_desfazer_brings_a_waiting_ticket_back_to_its_queue(
    shop: Shop, sara: Actor, farewell: str
) -> None:
    ticket = shop.hears(department=shop.sales)
    before = state_of(ticket)
    close(sara, ticket, says_goodbye=1)
    assert undo(sara, ticket).status_code == 200
    assert state_of(ticket) == before
    assert broken_invariants() == []


def test_a_text_that_was_taken_back_is_dropped_from_open_pages(
    taken: Ticket, ana: Actor, farewell: str
) -> None:
    close(ana, taken, says_goodbye=1)
    since = Conversation.objects.get(pk=taken.conversation_id).revision
    undo(ana, taken)
    assert bot(taken).state == "superseded"
    page = ana.client.get(f"/sac/atendimento/{taken.code}/novidades/?desde={since}")
    gone = read(page).find("li", id=f"message-{bot(taken).pk}")[0]
    assert "data-gone" in gone.attributes
    assert farewell not in words(ana.client.get(f"/sac/atendimento/{taken.code}/"))


def test_after_ten_seconds_it_is_for_good(taken: Ticket, ana: Actor) -> None:
    close(ana, taken)
    with clock.at(CLOSED_AT + LASTS):
        late = undo(ana, taken)
    assert late.status_code == 409
    assert reason(late) == "O tempo para desfazer acabou: o atendimento está encerrado."
    assert now_of(taken).status == "closed"


def test_of_two_who_undo_one_is_told_that_it_was_done(
    taken: Ticket, ana: Actor, sara: Actor
) -> None:
    close(ana, taken)
    assert undo(sara, taken).status_code == 200
    late = undo(ana, taken)
    assert (late.status_code, reason(late)) == (409, "Este atendimento já foi reaberto.")
    assert steps(taken).count("reopened") == 1


def test_a_customer_who_writes_meanwhile_is_not_said_goodbye_to(
    shop: Shop, taken: Ticket, ana: Actor, farewell: str
) -> None:
    close(ana, taken, says_goodbye=1)
    with clock.at(CLOSED_AT + timedelta(seconds=3)):
        newer = shop.hears("Mais uma coisa", phone="+5511987654321")
        late = undo(ana, taken)
    assert late.status_code == 409
    assert reason(late) == (
        "Um novo atendimento já começou nesta conversa: não dá mais para desfazer."
    )
    assert newer.pk != taken.pk
    assert bot(taken).state == "superseded"
    assert now_of(taken).preview == "E o frete?"
    with clock.at(CLOSED_AT + timedelta(minutes=1)):
        assert begin_sending(taken.conversation_id) is None
    assert broken_invariants() == []


def test_it_stays_refused_when_the_newer_ticket_is_closed_too(
    shop: Shop, taken: Ticket, ana: Actor, sara: Actor
) -> None:
    close(ana, taken)
    close(sara, shop.hears("Mais uma", phone="+5511987654321"))
    assert undo(ana, taken).status_code == 409


def test_a_text_that_left_is_not_to_be_undone(taken: Ticket, ana: Actor, farewell: str) -> None:
    """As by a worker whose clock is ahead of ours."""
    close(ana, taken, says_goodbye=1)
    with clock.at(CLOSED_AT + LASTS):
        assert begin_sending(taken.conversation_id)
    late = undo(ana, taken)
    assert late.status_code == 409
    assert reason(late) == "A mensagem de encerramento já saiu: não dá mais para desfazer."


def test_a_colleague_may_not_undo_it(shop: Shop, taken: Ticket, ana: Actor) -> None:
    close(ana, taken)
    refused = undo(shop.hire("Caio", shop.support), taken)
    assert refused.status_code == 403
    assert reason(refused) == "Só quem encerrou pode desfazer o encerramento."


@pytest.mark.parametrize("who", ["sara", "dono"])
def test_supervisor_and_admin_undo_anybodys(
    taken: Ticket, ana: Actor, request: pytest.FixtureRequest, who: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    close(ana, taken)
    assert undo(actor, taken).status_code == 200
    assert now_of(taken).attendant == ana.attendant
    page = read(actor.client.get(f"/sac/atendimento/{taken.code}/"))
    told = page.find("li", id=f"event-{taken.events.get(kind='reopened').pk}")[0].text
    assert f"{actor.attendant or actor.user} desfez o encerramento" in " ".join(told.split())


def test_closing_offers_to_undo_it(taken: Ticket, ana: Actor) -> None:
    address = f"/sac/atendimento/{taken.code}/encerramento/"
    told = ana.client.post(address, headers=HTMX).headers["HX-Trigger"]
    assert '"sac:closed"' in told
    assert f"/sac/atendimento/{taken.code}/reabertura/" in told


def test_without_a_script_one_goes_back_to_the_ticket(taken: Ticket, ana: Actor) -> None:
    for noun, told in (
        ("encerramento", f"Atendimento {taken.code} encerrado."),
        ("reabertura", "Encerramento desfeito."),
    ):
        answer = ana.client.post(f"/sac/atendimento/{taken.code}/{noun}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/sac/atendimento/{taken.code}/")
        assert [str(one) for one in get_messages(answer.wsgi_request)][-1:] == [told]


def test_everybody_sees_it_come_back(
    taken: Ticket,
    ana: Actor,
    farewell: str,
    pushes: list[tuple[set[str], dict[str, Any]]],
    rings: object,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    close(ana, taken, says_goodbye=1)
    with django_capture_on_commit_callbacks(execute=True):
        undo(ana, taken)
    frames = [frame for _, frame in pushes]
    thread = next(frame for frame in frames if frame["t"] == "thread")
    assert thread["header"]
    assert "data-gone" in thread["html"]
    assert "desfez o encerramento" in thread["html"]
    row = next(frame for frame in frames if frame["t"] == "row")
    assert (row["sight"]["status"], row["counts"]) == ("open", True)


def test_undone_it_still_tells_that_the_customer_was_answered_on_the_phone(
    shop: Shop, ana: Actor, dono: Actor, farewell: str
) -> None:
    with clock.at(CLOSED_AT - timedelta(minutes=5)):
        ticket = shop.hears("Oi", department=shop.support, phone="+5511987654321")
        type_on_phone(shop, ticket, "Já respondo!")
        write_note(ticket, by=ana.user, rights=ana.rights, text="Nota", client_uuid=uuid4())
    assert not now_of(ticket).is_awaited
    close(dono, ticket, says_goodbye=1)
    undo(dono, ticket)
    assert now_of(ticket).status == "waiting"
    assert not now_of(ticket).is_awaited
