"""The nickname in front of what people write: on the phone, never in the desk's own text."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from evendas.accounts.models import Store
from sac.actions.notes import write_note
from sac.amend import carry_out_amendment
from sac.deliver import deliver_conversation, settle_message
from sac.models import Amendment, Attendant, Message, Ticket
from tests.conftest import Actor
from tests.sac.acts import HTMX, do, reason, send
from tests.sac.media import corpus
from tests.sac.pages import read
from tests.simulated import Line, fate, fresh

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "5511987654321"
Answer = Callable[..., Message]


@pytest.fixture
def ticket(line: Line, ana: Actor, pushes: object) -> Ticket:
    """Ana attends, in a store that signs."""
    Store.objects.update(signs_messages=True)
    line.control.phone(PHONE, name="Marina")
    line.control.receive(PHONE, "Oi")
    line.hear()
    Ticket.objects.update(department=line.shop.support)
    assert do(ana, Ticket.objects.get(), "posse").status_code == 200
    return Ticket.objects.for_list().get()


def test_the_customer_reads_who_writes_and_the_bubble_only_what(
    line: Line, ticket: Ticket, ana: Actor
) -> None:
    bubble = read(send(ana, ticket, "Bom dia!")).find("span", class_="text")[0]
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["*Ana:*\nBom dia!"]
    line.hear()
    message = Message.objects.get(direction="out")
    assert (message.text, bubble.text, fate(message)[0]) == ("Bom dia!", "Bom dia!", "delivered")
    assert Ticket.objects.get().preview == "Bom dia!"


def test_captions_are_signed_and_nothing_without_words_is(
    line: Line, ticket: Ticket, ana: Actor
) -> None:
    address = f"/sac/atendimento/{ticket.code}/mensagens/"
    for name, text in (("foto.jpg", "Olhe"), ("outra.jpg", "")):
        file = SimpleUploadedFile(name, corpus.picture())
        data = {"client_uuid": str(uuid4()), "text": text, "files": [file]}
        assert ana.client.post(address, data, headers=HTMX).status_code == 200
    place = {"name": "Loja", "address": "Rua A", "latitude": "-23", "longitude": "-46"}
    do(ana, ticket, "localizacao", {"client_uuid": str(uuid4()), **place})
    deliver_conversation(ticket.conversation_id)
    assert [(one.kind, one.text) for one in line.control.sent()][:2] == [
        ("image", "*Ana:*\nOlhe"),
        ("image", ""),
    ]
    assert not any("Ana" in one.text for one in line.control.sent()[1:])
    line.hear()
    assert {one.state for one in Message.objects.filter(direction="out")} == {"delivered"}


def test_a_note_is_signed_by_its_bubble_alone(ticket: Ticket, ana: Actor) -> None:
    said = {"by": ana.user, "rights": ana.rights, "client_uuid": uuid4()}
    assert write_note(ticket, text="Cuidado", **said).signature == ""  # type: ignore[arg-type]


def test_without_the_option_nothing_is_signed(
    line: Line, ticket: Ticket, answer: Answer, ana: Actor
) -> None:
    Store.objects.update(signs_messages=False)
    answer(ticket, by=ana, text="um")
    deliver_conversation(ticket.conversation_id)
    assert line.delivered == ["um"]


@pytest.mark.parametrize("way", ["echo", "asking"])
def test_a_signed_message_of_unknown_fate_is_settled(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer, settings: Settings, way: str
) -> None:
    line.control.hold()
    line.control.faults(accept_then_hang=1)
    message = answer(ticket, by=ana, text="um")
    settings.SEND_READ_TIMEOUT = 0.5
    deliver_conversation(ticket.conversation_id)
    assert fate(message)[0] == "unknown"
    if way == "asking":
        settle_message(message.pk)
        assert fate(message)[0] == "accepted"
    line.control.release()
    line.hear()
    assert fate(message)[0] == "delivered"
    assert Message.objects.filter(direction="out").count() == 1


def test_an_edit_keeps_the_signature_and_its_echo_tells_no_news(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    message = answer(ticket, by=ana, text="Bom dai")
    deliver_conversation(ticket.conversation_id)
    line.hear()
    # Whatever they are called by now: it is the message's own.
    Attendant.objects.filter(pk=ticket.attendant_id or 0).update(nickname="Aninha")
    do(ana, ticket, f"mensagens/{message.pk}/edicao", {"text": "Bom dia"})
    carry_out_amendment(Amendment.objects.get().pk)
    line.hear()
    shown = fresh(message)
    assert shown.text == "Bom dia"
    assert [one["text"] for one in shown.earlier_texts] == ["Bom dai"]
    (bubble,) = [one for one in line.control.thread(PHONE) if one.id == shown.provider_id]
    assert bubble.text == "*Ana:*\nBom dia"


def test_the_signature_takes_its_part_of_the_longest_message(ticket: Ticket, ana: Actor) -> None:
    room = 4096 - len("*Ana:*\n")
    refused = send(ana, ticket, "a" * (room + 1))
    assert refused.status_code == 422
    assert reason(refused) == (
        "A mensagem tem 4097 caracteres com a assinatura; o WhatsApp aceita até 4096."
    )
    assert send(ana, ticket, "a" * room).status_code == 200


def test_a_nickname_cannot_break_out_of_its_line(ticket: Ticket, ana: Actor) -> None:
    Attendant.objects.filter(pk=ticket.attendant_id or 0).update(nickname="A*na  –\tSuporte")
    send(ana, ticket, "Oi")
    assert Message.objects.get(direction="out").sent_text == "*Ana – Suporte:*\nOi"
