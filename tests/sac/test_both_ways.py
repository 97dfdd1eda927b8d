"""Every kind crosses the real line, from the desk to the phone and from the phone to the desk."""

import base64
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from automacao.simulator.client import Sent
from sac.amend import carry_out_amendment
from sac.deliver import deliver_conversation
from sac.media.fetching import fetch_media
from sac.models import Amendment, Media, Message, Ticket
from tests.conftest import Actor
from tests.sac.acts import HTMX, do
from tests.sac.media import corpus
from tests.simulated import Line

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "5511987654321"
Answer = Callable[..., Message]


@pytest.fixture
def ticket(line: Line, ana: Actor, pushes: object) -> Ticket:
    """A customer wrote, and Ana has them."""
    line.control.phone(PHONE, name="Marina")
    line.control.receive(PHONE, "Oi")
    line.hear()
    ticket = Ticket.objects.get()
    Ticket.objects.update(department=line.shop.support)
    assert do(ana, ticket, "posse").status_code == 200
    return Ticket.objects.for_list().get()


def arrived(line: Line) -> Message:
    """The newest thing the customer said."""
    line.hear()
    return Message.objects.for_thread().filter(direction="in").latest("id")


def fetched(message: Message) -> Media:
    assert message.file is not None
    fetch_media(message.file.pk)
    return Media.objects.get(pk=message.file.pk)


def left(line: Line, ticket: Ticket) -> Sent:
    """The last thing the customer's phone got."""
    deliver_conversation(ticket.conversation_id)
    return line.control.sent()[-1]


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def press_send(actor: Actor, ticket: Ticket, **data: object) -> int:
    data = {"client_uuid": str(uuid4()), "text": ""} | data
    address = f"/sac/atendimento/{ticket.code}/mensagens/"
    return actor.client.post(address, data, headers=HTMX).status_code


# --- From the phone -------------------------------------------------------------------------------

FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "image": (corpus.picture, "image/jpeg", "foto.jpg"),
    "voice": (corpus.voice_of_a_phone, "audio/ogg", ""),
    "video": (corpus.film, "video/mp4", ""),
    "document": (lambda: corpus.PDF, "application/pdf", "nota.pdf"),
    "sticker": (lambda: corpus.picture("WEBP"), "image/webp", ""),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_a_customer_arrives_whole(line: Line, ticket: Ticket, kind: str) -> None:
    make, mime, name = FILES[kind]
    data = make()
    coded = base64.b64encode(data).decode()
    line.control.receive(PHONE, kind=kind, data=coded, mime=mime, filename=name)
    message = arrived(line)
    assert message.kind == kind
    media = fetched(message)
    assert (media.state, media.mime, media.error) == ("ready", mime, "")
    with media.file.open("rb") as stored:
        assert stored.read() == data
    assert media.filename == name or not name


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("location", {"latitude": -23.5, "longitude": -46.6, "name": "Praça", "address": "Rua A"}),
        ("contact", {"cards": [{"name": "Rui", "phones": ["+5511912345678"]}]}),
        ("poll", {"question": "Qual?", "options": ["A", "B"]}),
        ("order", {"id": "0001", "title": "Aurora", "items": 2, "total": 99_900}),
        ("product", {"id": "7", "title": "Tênis", "price": 399_900, "currency": "BRL"}),
    ],
)
def test_what_a_customer_sends_besides_files_arrives(
    line: Line, ticket: Ticket, kind: str, facts: dict[str, object]
) -> None:
    line.control.receive(PHONE, kind=kind, facts=facts)
    message = arrived(line)
    assert message.kind == kind
    assert facts.items() <= message.content.items()


def test_a_quote_a_reaction_an_edit_and_a_deletion_of_the_customer_arrive(
    line: Line, ticket: Ticket, ana: Actor, answer: Answer
) -> None:
    answer(ticket, by=ana, text="Já saiu")
    sent = left(line, ticket)
    quoting = line.control.receive(PHONE, "obrigada", quotes=sent.id)
    message = arrived(line)
    assert (message.text, message.reply_to) == ("obrigada", sent.id)
    assert message.content["quoted"]["text"] == "Já saiu"
    line.control.react(sent.id, "❤️")
    line.control.edit(quoting, "obrigada!")
    line.hear()
    assert Message.objects.get(provider_id=sent.id).reactions["customer"]["emoji"] == "❤️"
    assert Message.objects.get(provider_id=quoting).text == "obrigada!"
    line.control.react(sent.id, "")
    line.control.revoke(quoting)
    line.hear()
    assert Message.objects.get(provider_id=sent.id).reactions["customer"]["emoji"] == ""
    assert Message.objects.get(provider_id=quoting).deleted_at is not None


def test_a_call_a_group_and_a_machine_are_what_they_are(line: Line, ticket: Ticket) -> None:
    line.control.call(PHONE, "offer", id="CALL1")
    line.control.call(PHONE, "timeout", id="CALL1")
    line.control.elsewhere(PHONE, "bom dia grupo")
    line.hear()
    call = Message.objects.get(kind="call")
    assert call.content["status"] == "missed"
    assert not Message.objects.filter(text="bom dia grupo").exists()


# --- From the desk --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_the_desk_reaches_the_phone_whole(
    line: Line, ticket: Ticket, ana: Actor, kind: str
) -> None:
    make, _, name = FILES[kind]
    data = make()
    as_kind = kind if kind in {"voice", "sticker", "document"} else ""
    name = name or f"arquivo.{'webp' if kind == 'sticker' else 'bin'}"
    assert press_send(ana, ticket, files=[upload(name, data)], as_kind=as_kind) == 200
    sent = left(line, ticket)
    assert sent.kind == kind
    (bubble,) = [one for one in line.control.thread(PHONE) if one.id == sent.id]
    # The network makes JPEGs of pictures and Opus of sounds: only these arrive as they were.
    if kind in {"document", "video"}:
        assert line.control.file(bubble) == data
    assert Message.objects.get(provider_id=sent.id).state == "accepted"


def test_several_files_have_one_caption_and_leave_in_order(
    line: Line, ticket: Ticket, ana: Actor
) -> None:
    files = [upload("um.jpg", corpus.picture()), upload("dois.pdf", corpus.PDF)]
    assert press_send(ana, ticket, files=files, text="as duas coisas") == 200
    deliver_conversation(ticket.conversation_id)
    assert [(one.kind, one.text) for one in line.control.sent()] == [
        ("image", "as duas coisas"),
        ("document", ""),
    ]


def test_words_sent_with_a_voice_go_before_it(line: Line, ticket: Ticket, ana: Actor) -> None:
    files = [upload("voz.ogg", corpus.voice_of_a_phone())]
    assert press_send(ana, ticket, files=files, text="ouça", as_kind="voice") == 200
    deliver_conversation(ticket.conversation_id)
    assert [(one.kind, one.text) for one in line.control.sent()] == [
        ("text", "ouça"),
        ("voice", ""),
    ]


def test_the_same_press_told_twice_is_one_set_of_files(
    line: Line, ticket: Ticket, ana: Actor
) -> None:
    again = {"client_uuid": str(uuid4()), "text": "duas"}
    for _ in range(2):
        files = [upload("um.jpg", corpus.picture()), upload("dois.pdf", corpus.PDF)]
        assert press_send(ana, ticket, files=files, **again) == 200
    deliver_conversation(ticket.conversation_id)
    assert [one.kind for one in line.control.sent()] == ["image", "document"]
    assert Media.objects.count() == 2


def test_a_place_and_a_card_reach_the_phone(line: Line, ticket: Ticket, ana: Actor) -> None:
    place = {
        "name": "Loja Aurora",
        "address": "Rua A, 1",
        "latitude": "-23.5",
        "longitude": "-46.6",
    }
    uuids = [str(uuid4()) for _ in range(2)]
    assert do(ana, ticket, "localizacao", {**place, "client_uuid": uuids[0]}).status_code == 200
    assert left(line, ticket).facts["name"] == "Loja Aurora"
    card = {"name": "Rui", "phone": "(11) 91234-5678", "client_uuid": uuids[1]}
    assert do(ana, ticket, "cartao", card).status_code == 200
    sent = left(line, ticket)
    assert (sent.kind, sent.facts["cards"][0]["name"]) == ("contact", "Rui")


def test_a_quote_a_reaction_an_edit_and_a_deletion_of_ours_reach_the_phone(
    line: Line, ticket: Ticket, ana: Actor
) -> None:
    heard = Message.objects.get(direction="in")
    assert press_send(ana, ticket, text="Bom dai!", quotes=heard.pk) == 200
    sent = left(line, ticket)
    assert sent.quotes == heard.provider_id
    ours = Message.objects.get(provider_id=sent.id)
    assert ours.content["quoted"] == {"text": "Oi", "kind": "text", "is_ours": False}
    press(ana, ticket, heard, "reacao", emoji="👍")
    press(ana, ticket, ours, "edicao", text="Bom dia!")
    bubbles = {one.id: one for one in line.control.thread(PHONE)}
    assert bubbles[heard.provider_id or ""].reactions == {"store": "👍"}
    assert (bubbles[sent.id].text, bubbles[sent.id].edited) == ("Bom dia!", True)
    press(ana, ticket, ours, "exclusao")
    assert {one.id: one for one in line.control.thread(PHONE)}[sent.id].deleted
    line.hear()
    ours.refresh_from_db()
    assert (ours.text, ours.deleted_at is not None) == ("Bom dia!", True)
    assert [one["text"] for one in ours.earlier_texts] == ["Bom dai!"]


def press(actor: Actor, ticket: Ticket, message: Message, noun: str, **data: str) -> None:
    """Amend a message, and let the worker do it."""
    assert do(actor, ticket, f"mensagens/{message.pk}/{noun}", data).status_code == 200
    carry_out_amendment(Amendment.objects.get(state="queued").pk)
