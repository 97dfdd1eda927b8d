"""The adapter before the simulator: whatever one side says, the other has, word for word."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from pytest_django.fixtures import Settings

from automacao.gateways import registry
from automacao.gateways.port import (
    CallReceived,
    Channel,
    Event,
    MessageDeleted,
    MessageEcho,
    MessageEdited,
    MessageReceived,
    OutboundFile,
    OutboundMessage,
    Reaction,
    Target,
    Webhook,
)
from automacao.simulator.client import SimulatorClient
from tests.automacao.simulator import stage
from tests.automacao.simulator.stage import CUSTOMER, LINE, STORE, TOKEN, Desk
from tests.simulated import hush

E = TypeVar("E", bound=Event)
EVOLUTION = registry.gateway("evolution")
CHANNEL = Channel(LINE, TOKEN)
JID = f"{CUSTOMER}@s.whatsapp.net"
PDF = b"%PDF-1.4 " + bytes(range(256)) * 50
PLACE = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "Av. 1"}
CARDS = {"cards": [{"name": "Ana Lima", "phones": ["+5511900000055"]}]}


@dataclass
class Line:
    """A connected number, what is posted of it, and the phones behind it."""

    control: SimulatorClient
    desk: Desk

    def told(self, of: type[E]) -> E:
        """Wait for the first event of a kind."""

        def found() -> list[E]:
            told = (event for post in self.desk.posts for event in EVOLUTION.parse({}, post.raw))
            return [event for event in told if isinstance(event, of)]

        self.desk.wait(lambda: bool(found()))
        return found()[0]


@pytest.fixture
def line(gateway_process: stage.Running, settings: Settings) -> Iterator[Line]:
    settings.GATEWAYS = {"evolution": {"url": gateway_process.url, "key": stage.GLOBAL_KEY}}
    desk, server = stage.open_desk()
    with SimulatorClient(gateway_process.url) as control:
        control.clear()
        webhook = {"url": desk.url, "enabled": True, "events": []}
        control.ensure(LINE, token=TOKEN, phone=STORE, profile="Loja", webhook=webhook)
        assert control.quiet()
        desk.forget()
        yield Line(control, desk)
        hush(control)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("kind", "text", "facts"),
    [
        ("text", "Oi! 😊", {}),
        ("location", "", PLACE),
        ("contact", "", CARDS),
        ("poll", "", {"question": "Tamanho?", "options": ["P", "G"], "is_multiple": False}),
        ("choice", "Trocas", {"id": "trocas", "title": "Trocas"}),
    ],
)
def test_what_a_customer_says_is_what_the_desk_is_told(
    line: Line, kind: str, text: str, facts: dict[str, object]
) -> None:
    line.control.receive(CUSTOMER, text, kind=kind, facts=facts)
    said = line.told(MessageReceived)
    assert (said.kind, said.text, said.facts) == (kind, text, facts)
    assert said.address == JID


@pytest.mark.parametrize("kind", ["image", "video", "audio", "voice", "document", "sticker"])
def test_a_customers_file_is_fetched_byte_for_byte(line: Line, kind: str) -> None:
    line.control.receive(
        CUSTOMER, kind=kind, data=base64.b64encode(PDF).decode(), mime="application/pdf"
    )
    said = line.told(MessageReceived)
    assert (said.kind, said.file is not None) == (kind, True)
    assert said.file
    into = io.BytesIO()
    fetched = EVOLUTION.fetch_file(CHANNEL, said.file.reference, into, len(PDF))
    assert (into.getvalue(), fetched.size, said.file.size) == (PDF, len(PDF), len(PDF))


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker", "voice"])
def test_our_file_arrives_byte_for_byte_with_its_caption_and_quote(line: Line, kind: str) -> None:
    question = line.control.receive(CUSTOMER, "Qual?")
    file = OutboundFile("nota.pdf", "application/pdf", len(PDF), lambda: io.BytesIO(PDF))
    has_caption = kind in ("image", "video", "document")
    text = "É esta" if has_caption else ""
    letter = OutboundMessage(JID, text, reply_to=question, kind=kind, file=file)
    accepted = EVOLUTION.send(CHANNEL, letter)
    (bubble,) = (one for one in line.control.thread(CUSTOMER) if one.sender == "store")
    assert (bubble.id, bubble.kind, bubble.text, bubble.quotes) == (
        accepted.id,
        kind,
        text,
        question,
    )
    if kind != "voice":  # recoded on its way
        assert line.control.file(bubble) == PDF
    echo = line.told(MessageEcho)
    assert (echo.id, echo.origin, echo.kind, echo.text) == (accepted.id, "api", kind, text)
    assert echo.file is not None


@pytest.mark.parametrize(("kind", "facts"), [("location", PLACE), ("contact", CARDS)])
def test_our_place_and_card_arrive(line: Line, kind: str, facts: dict[str, object]) -> None:
    accepted = EVOLUTION.send(CHANNEL, OutboundMessage(JID, "", kind=kind, facts=facts))
    echo = line.told(MessageEcho)
    assert (echo.id, echo.kind, echo.facts) == (accepted.id, kind, facts)


def test_we_react_edit_and_delete(line: Line) -> None:
    accepted = EVOLUTION.send(CHANNEL, OutboundMessage(JID, "errado"))
    target = Target(JID, accepted.id, is_ours=True)
    EVOLUTION.edit(CHANNEL, target, "certo")
    EVOLUTION.react(CHANNEL, target, "👍")
    (bubble,) = line.control.thread(CUSTOMER)
    assert (bubble.text, bubble.edited, bubble.reactions.get("store")) == ("certo", True, "👍")
    EVOLUTION.react(CHANNEL, target, "")
    EVOLUTION.delete(CHANNEL, target)
    (bubble,) = line.control.thread(CUSTOMER)
    assert (bubble.deleted, bubble.reactions.get("store", "")) == (True, "")


def test_what_we_read_turns_the_customers_ticks_blue(line: Line) -> None:
    first, second = (line.control.receive(CUSTOMER, text) for text in ("Oi", "Tudo bem?"))
    EVOLUTION.mark_read(CHANNEL, [Target(JID, first, is_ours=False)])
    assert line.control.thread(CUSTOMER)[0].status.upper() == "READ"
    EVOLUTION.mark_read(CHANNEL, [Target(JID, second, is_ours=False)])
    assert {bubble.status.upper() for bubble in line.control.thread(CUSTOMER)} == {"READ"}


def test_a_customer_reacts_edits_deletes_and_calls(line: Line) -> None:
    said = line.control.receive(CUSTOMER, "errado")
    line.control.react(said, "❤")
    reaction = line.told(Reaction)
    assert (reaction.target, reaction.emoji, reaction.is_ours) == (said, "❤", False)
    line.control.edit(said, "certo")
    edited = line.told(MessageEdited)
    assert (edited.target, edited.text) == (said, "certo")
    line.control.revoke(said)
    assert line.told(MessageDeleted).target == said
    line.control.call(CUSTOMER)
    assert line.told(CallReceived).status == "ringing"


def test_everything_said_is_remembered(line: Line) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    said = line.control.receive(CUSTOMER, "oi")
    ours = EVOLUTION.send(CHANNEL, OutboundMessage(JID, "olá")).id
    until = datetime.now(UTC) + timedelta(seconds=5)
    found = {one.id: one.raw for one in EVOLUTION.remembered(CHANNEL, began, until).messages}
    assert found.keys() == {said, ours}
    (received,) = EVOLUTION.parse({}, found[said])
    echo = EVOLUTION.parse({}, found[ours])[0]
    assert isinstance(received, MessageReceived)
    assert isinstance(echo, MessageEcho)
    assert (received.text, echo.text, echo.origin) == ("oi", "olá", "unknown")
    assert [one.id for one in EVOLUTION.find_sent(CHANNEL, JID)] == [ours]
    later = until + timedelta(hours=1)
    assert EVOLUTION.remembered(CHANNEL, later, later + timedelta(hours=1)).messages == ()


def test_a_webhook_is_read_back_as_it_was_configured(line: Line) -> None:
    webhook = Webhook(line.desk.url, "s3cret")
    assert not EVOLUTION.is_webhook_set(CHANNEL, webhook)
    EVOLUTION.configure_webhook(CHANNEL, webhook)
    assert EVOLUTION.is_webhook_set(CHANNEL, webhook)
    assert not EVOLUTION.is_webhook_set(CHANNEL, Webhook(line.desk.url, "another"))


def test_a_number_is_looked_up_and_a_line_restarted(line: Line) -> None:
    line.control.receive(CUSTOMER, "oi")
    found = EVOLUTION.check_number(CHANNEL, f"+{CUSTOMER}")
    assert (found.exists, found.address) == (True, JID)
    EVOLUTION.restart(CHANNEL)
