"""Enviar: what is accepted, what is refused, and that one message stays one."""

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from evendas import clock
from sac.actions.replies import send_reply
from sac.actions.tickets import Held
from sac.models import Draft, Message, Ticket
from sac.refusals import TooLate
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, reason, send, steps
from tests.sac.pages import read
from tests.together import outcomes

MORNING = datetime(2026, 3, 10, 12, tzinfo=UTC)
Rings = list[tuple[str, tuple[int, ...]]]


def sent(ticket: Ticket) -> list[str]:
    """What was queued for the customer, in order."""
    out = ticket.messages.filter(direction="out").order_by("sort_key", "id")
    return list(out.values_list("text", flat=True))


@pytest.fixture
def taken(shop: Shop, ana: Actor) -> Ticket:
    """A ticket of Ana's."""
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    return now_of(ticket)


def test_the_answer_is_the_queued_bubble(taken: Ticket, ana: Actor) -> None:
    answer = send(ana, taken, "Já vou ver!")
    assert answer.status_code == 200
    message = taken.messages.get(direction="out")
    (bubble,) = read(answer).find("li", class_="bubble")
    assert bubble.attributes["id"] == f"message-{message.pk}"
    assert "Já vou ver!" in bubble.text
    assert "Na fila de envio" in bubble.text
    assert (message.state, message.origin, message.attendant) == ("queued", "desk", ana.attendant)
    assert message.next_attempt_at


def test_the_workers_are_rung_once_it_is_committed(
    taken: Ticket, ana: Actor, rings: Rings, django_capture_on_commit_callbacks: type
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send(ana, taken)
        assert rings == []
    # Who answers has read: the customer is told, and then gets the answer.
    assert [task for task, _ in rings] == ["sac.mark_read", "sac.deliver"]
    assert rings[-1] == ("sac.deliver", (taken.conversation_id,))


def test_answering_a_waiting_ticket_assumes_it(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    assert send(ana, ticket).status_code == 200
    assert (now_of(ticket).status, now_of(ticket).attendant) == ("open", ana.attendant)
    assert steps(ticket) == ["created", "queued", "taken", "first_reply"]
    assert not now_of(ticket).is_new
    assert now_of(ticket).waiting_since is None


def test_the_first_answer_is_measured_and_only_the_first(shop: Shop, ana: Actor) -> None:
    with clock.at(MORNING):
        ticket = shop.hears(department=shop.support)
    with clock.at(MORNING + timedelta(seconds=40)):
        do(ana, ticket, "posse")
    for minutes in (2, 5):
        with clock.at(MORNING + timedelta(minutes=minutes)):
            send(ana, ticket)
    assert ticket.events.get(kind="taken").wait_seconds == 40
    assert ticket.events.get(kind="first_reply").wait_seconds == 120
    assert now_of(ticket).first_reply_at == MORNING + timedelta(minutes=2)


def test_only_its_attendant_may_answer(shop: Shop, taken: Ticket, sara: Actor, dono: Actor) -> None:
    for actor in (sara, dono, shop.hire("Caio", shop.support)):
        refused = send(actor, taken)
        assert refused.status_code == 403
        assert reason(refused) == "Este atendimento está com Ana."
    assert sent(taken) == []


def test_a_closed_ticket_takes_no_answer(taken: Ticket, ana: Actor) -> None:
    do(ana, taken, "encerramento")
    refused = send(ana, taken)
    assert refused.status_code == 409
    assert reason(refused) == "Este atendimento foi encerrado. Sua mensagem não foi enviada."
    assert sent(taken) == []


@pytest.mark.parametrize("text", ["", " ", "\r\n\t ", "\0", "\u00a0"])
def test_nothing_is_not_sent(taken: Ticket, ana: Actor, text: str) -> None:
    refused = send(ana, taken, text)
    assert (refused.status_code, reason(refused)) == (422, "Escreva uma mensagem antes de enviar.")
    assert sent(taken) == []


def test_an_empty_answer_does_not_assume_the_ticket(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    send(ana, ticket, " ")
    assert now_of(ticket).status == "waiting"


def test_the_longest_message_whatsapp_takes_is_sent_whole(taken: Ticket, ana: Actor) -> None:
    text = "á" * 2000 + "\n" + "😀" * 2095
    assert len(text) == 4096
    # Browsers send each line break as two characters; one is meant.
    assert send(ana, taken, text.replace("\n", "\r\n")).status_code == 200
    assert sent(taken) == [text]


@pytest.mark.parametrize("length", [4097, 5000, 99_999])
def test_a_longer_one_is_refused_with_its_length(taken: Ticket, ana: Actor, length: int) -> None:
    refused = send(ana, taken, "a" * length)
    assert refused.status_code == 422
    assert reason(refused) == (f"A mensagem tem {length} caracteres; o WhatsApp aceita até 4096.")
    assert sent(taken) == []


def test_an_absurd_one_is_refused_in_portuguese(taken: Ticket, ana: Actor) -> None:
    refused = send(ana, taken, "a" * 100_001)
    assert refused.status_code == 422
    assert "100000 caracteres" in reason(refused).replace(".", "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("  oi  ", "oi"),
        ("um\r\n\r\ndois", "um\n\ndois"),
        ("👩‍👩‍👧‍👦 família", "👩‍👩‍👧‍👦 família"),
        ("\u202eabc", "\u202eabc"),
        ("<b>{{ x }}</b>", "<b>{{ x }}</b>"),
    ],
)
def test_text_is_kept_as_typed(taken: Ticket, ana: Actor, typed: str, kept: str) -> None:
    assert send(ana, taken, typed).status_code == 200
    assert sent(taken) == [kept]


def test_a_double_click_is_one_message(taken: Ticket, ana: Actor) -> None:
    click = uuid4()
    bubbles = [read(send(ana, taken, "Oi", click)).with_id("message-") for _ in range(2)]
    assert bubbles[0] == bubbles[1]
    assert len(bubbles[0]) == 1
    assert sent(taken) == ["Oi"]


def test_the_second_click_finds_its_message_even_after_closing(taken: Ticket, ana: Actor) -> None:
    click = uuid4()
    send(ana, taken, "Oi", click)
    do(ana, taken, "encerramento")
    assert send(ana, taken, "Oi", click).status_code == 200
    assert sent(taken) == ["Oi"]


def test_the_second_click_finds_its_message_wherever_the_ticket_went(
    shop: Shop, taken: Ticket, ana: Actor, bia: Actor
) -> None:
    click = uuid4()
    first = send(ana, taken, "Já vejo", click)
    Ticket.objects.filter(pk=taken.pk).update(department=shop.sales, attendant=bia.attendant)
    again = send(ana, taken, "Já vejo", click)
    assert (again.status_code, again.content) == (200, first.content)
    # Nothing else of the ticket is told to her, nor her message to anybody else.
    assert send(ana, taken, "E mais isto").status_code == 404
    assert send(shop.hire("Caio", shop.support), taken, "Já vejo", click).status_code == 404
    assert taken.messages.filter(direction="out").count() == 1


def test_one_id_cannot_serve_two_conversations(shop: Shop, taken: Ticket, ana: Actor) -> None:
    click = uuid4()
    send(ana, taken, "Oi", click)
    other = shop.hears(department=shop.support)
    refused = send(ana, other, "Oi", click)
    assert refused.status_code == 409
    assert reason(refused) == "Esta mensagem já foi enviada em outra conversa."
    assert sent(other) == []
    assert now_of(other).status == "waiting"


@pytest.mark.django_db(transaction=True)
def test_one_id_in_two_conversations_at_the_very_same_moment_is_one_message(
    shop: Shop,
    ana: Actor,
    sara: Actor,
    rings: Rings,
    pushes: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    click = uuid4()
    clicks = [
        partial(send_reply, ticket, by=one.user, rights=one.rights, text="Oi", client_uuid=click)
        for one, ticket in ((one, shop.hears(department=shop.support)) for one in (ana, sara))
    ]
    # Both have looked and found nothing when the first of them writes.
    both = Barrier(2)
    queue = Held.queue
    monkeypatch.setattr(Held, "queue", lambda *row, **what: (both.wait(30), queue(*row, **what))[1])
    found = outcomes(*clicks)
    (message,) = [one for one in found if isinstance(one, Message)]
    (refused,) = [one for one in found if isinstance(one, TooLate)]
    assert str(refused) == "Esta mensagem já foi enviada em outra conversa."
    assert Message.objects.get(direction="out") == message
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["open", "waiting"]


def test_two_stores_may_happen_on_the_same_id(
    other_shop: Shop, taken: Ticket, ana: Actor, eva: Actor
) -> None:
    click = uuid4()
    assert send(ana, taken, "Oi", click).status_code == 200
    assert send(eva, other_shop.hears(), "Oi", click).status_code == 200


@pytest.mark.parametrize("click", ["nada", "123", "\0"])
def test_an_id_that_is_none_is_refused(taken: Ticket, ana: Actor, click: str) -> None:
    refused = send(ana, taken, "Oi", click)
    assert (refused.status_code, reason(refused)) == (422, "Recarregue a página e envie de novo.")


def test_a_form_without_id_is_refused(taken: Ticket, ana: Actor) -> None:
    refused = do(ana, taken, "mensagens", {"text": "Oi"})
    assert (refused.status_code, reason(refused)) == (422, "Recarregue a página e envie de novo.")
    assert sent(taken) == []


def test_sending_removes_the_draft_of_the_sender_only(
    taken: Ticket, ana: Actor, sara: Actor
) -> None:
    for actor in (ana, sara):
        do(actor, taken, "rascunho", {"text": "quase"})
    send(ana, taken, "quase lá")
    assert [draft.user for draft in Draft.objects.all()] == [sara.user]


def test_a_refused_answer_keeps_the_draft(taken: Ticket, sara: Actor) -> None:
    do(sara, taken, "rascunho", {"text": "quase"})
    send(sara, taken)
    assert Draft.objects.get().text == "quase"


def test_answers_stand_in_the_order_they_were_sent(taken: Ticket, ana: Actor) -> None:
    with clock.at(MORNING):
        for number in range(5):
            send(ana, taken, str(number))
    assert sent(taken) == ["0", "1", "2", "3", "4"]


def test_the_list_shows_what_was_answered(taken: Ticket, ana: Actor) -> None:
    send(ana, taken, "Vou\n verificar")
    row = now_of(taken)
    assert (row.preview, row.preview_direction, row.preview_state) == (
        "Vou verificar",
        "out",
        "queued",
    )


def test_without_javascript_the_answer_is_the_page(taken: Ticket, ana: Actor) -> None:
    page = f"/sac/atendimento/{taken.code}/"
    data = {"text": "Oi", "client_uuid": str(uuid4())}
    answer = ana.client.post(f"{page}mensagens/", data)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert sent(taken) == ["Oi"]


# --- Reenviar, Já chegou -------------------------------------------------------------------------


def _fail(taken: Ticket, ana: Actor, state: str) -> Message:
    send(ana, taken)
    taken.messages.filter(direction="out").update(
        state=state, error="Número sem WhatsApp", provider_id="3EB0", attempts=4
    )
    return taken.messages.get(direction="out")


@pytest.mark.parametrize("state", ["failed", "unconfirmed"])
def test_a_person_sends_again_what_did_not_leave(taken: Ticket, ana: Actor, state: str) -> None:
    message = _fail(taken, ana, state)
    assert do(ana, taken, f"mensagens/{message.pk}/reenvio").status_code == 200
    again = Message.objects.get(pk=message.pk)
    assert (again.state, again.error, again.attempts) == ("queued", "", 0)
    assert again.provider_id is None
    assert again.revision > message.revision


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "accepted", "delivered", "read"])
def test_what_is_on_its_way_is_not_sent_again(taken: Ticket, ana: Actor, state: str) -> None:
    message = _fail(taken, ana, state)
    refused = do(ana, taken, f"mensagens/{message.pk}/reenvio")
    assert (refused.status_code, reason(refused)) == (409, "Esta mensagem já está a caminho.")
    assert Message.objects.get(pk=message.pk).state == state


def test_a_person_says_that_it_arrived(taken: Ticket, ana: Actor) -> None:
    message = _fail(taken, ana, "unconfirmed")
    assert do(ana, taken, f"mensagens/{message.pk}/confirmacao").status_code == 200
    assert Message.objects.get(pk=message.pk).state == "sent"
    again = do(ana, taken, f"mensagens/{message.pk}/confirmacao")
    assert (again.status_code, reason(again)) == (409, "Esta mensagem já foi confirmada.")


def test_nobody_else_decides_about_a_message(taken: Ticket, ana: Actor, sara: Actor) -> None:
    message = _fail(taken, ana, "unconfirmed")
    for noun in ("reenvio", "confirmacao"):
        assert do(sara, taken, f"mensagens/{message.pk}/{noun}").status_code == 403
    assert Message.objects.get(pk=message.pk).state == "unconfirmed"


@pytest.mark.parametrize(
    ("who", "noun", "status", "state"),
    [
        ("ana", "confirmacao", 200, "sent"),
        ("ana", "reenvio", 200, "queued"),
        ("sara", "confirmacao", 200, "sent"),
        ("vera", "confirmacao", 403, "unconfirmed"),
        ("vera", "reenvio", 403, "unconfirmed"),
    ],
)
def test_a_doubt_that_outlives_its_ticket_can_still_be_settled(
    shop: Shop, taken: Ticket, ana: Actor, sara: Actor, who: str, noun: str, status: int, state: str
) -> None:
    people = {"ana": ana, "sara": sara, "vera": shop.hire("Vera", shop.support)}
    message = _fail(taken, ana, "unconfirmed")
    do(ana, taken, "encerramento")
    assert do(people[who], taken, f"mensagens/{message.pk}/{noun}").status_code == status
    assert Message.objects.get(pk=message.pk).state == state


def test_a_received_message_is_not_sent_again(taken: Ticket, ana: Actor) -> None:
    said = taken.messages.get(direction="in")
    assert do(ana, taken, f"mensagens/{said.pk}/reenvio").status_code == 409


def test_the_page_gives_each_message_an_id_of_its_own(taken: Ticket, ana: Actor) -> None:
    def offered() -> str:
        page = read(ana.client.get(f"/sac/atendimento/{taken.code}/", headers=HTMX))
        return page.find("input", name="client_uuid")[0].attributes["value"]

    assert UUID(offered()) != UUID(offered())


def test_a_reply_drops_the_draft_it_grew_from_and_no_other(shop: Shop, ana: Actor) -> None:
    """What stands half typed in another window of theirs is not lost."""
    ticket = shop.hears(department=shop.support)
    for draft, text, is_kept in (("Bom di", "Bom dia!", False), ("Já vejo", "Um momento", True)):
        do(ana, ticket, "rascunho", {"text": draft})
        send(ana, ticket, text)
        assert Draft.objects.written_by(ana.user.pk).exists() == is_kept
