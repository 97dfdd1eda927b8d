"""Every kind a customer can send, held against what a real 2.3.6 posted."""

import base64
import json
from typing import Any

import pytest

from automacao.simulator.client import SimulatorError
from tests.automacao.simulator.stage import (
    CUSTOMER,
    FIXTURES,
    LID,
    Desk,
    Stage,
    captured,
    differences,
)

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20\x00\x00\x00\x20\x08\x02\x00\x00\x00"
).decode()
BYTES = base64.b64encode(b"qualquer coisa").decode()
CARD = {"name": "Max", "phones": ["+55 11 98888-7777"], "organization": "Oficina"}
PLACE = {"latitude": -23.561, "longitude": -46.656, "name": "Loja", "address": "Rua A, 1"}

# Kind, what is told of it, and the captured or documented body with the same content.
TOLD: list[tuple[str, dict[str, Any], str]] = [
    ("image", {"text": "ein Bild", "data": PNG, "mime": "image/png"}, "t4_inbound:image"),
    ("voice", {"data": BYTES, "seconds": 3}, "t4_inbound:audio_ptt"),
    (
        "document",
        {"data": BYTES, "mime": "application/pdf", "filename": "Nota.pdf"},
        "t4_inbound:document",
    ),
    ("video", {"text": "vid", "data": BYTES, "seconds": 2}, "t4_inbound:video"),
    ("sticker", {"data": BYTES}, "t4_inbound:sticker"),
    ("location", {"facts": PLACE}, "t4_inbound:location"),
    ("contact", {"facts": {"cards": [CARD]}}, "t4_inbound:contact"),
    (
        "choice",
        {"text": "Ja", "facts": {"id": "id1", "of": "buttons"}},
        "t4_inbound:buttons_response",
    ),
    ("choice", {"text": "Opt", "facts": {"id": "row1"}}, "t4_inbound:list_response"),
    ("text", {"text": "some logo", "wrapper": "ephemeral"}, "t4_inbound:ephemeral_text"),
]


def told(stage: Stage, desk: Desk, **details: Any) -> dict[str, Any]:
    """Let the customer of the stage send something; return the webhook."""
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.receive(CUSTOMER, details.pop("text", ""), lid=LID, **details)
    return desk.events("messages.upsert")[0]


def documented(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / "evolution" / f"{name}.json").read_text())
    # Of another version: there every message carries metadata of the device.
    body["data"]["message"].pop("messageContextInfo", None)
    return body


@pytest.mark.parametrize(("kind", "details", "run"), TOLD)
def test_a_kind_is_told_in_the_shape_of_the_real_gateway(
    stage: Stage, desk: Desk, kind: str, details: dict[str, Any], run: str
) -> None:
    upsert = told(stage, desk, kind=kind, **details)
    assert differences(upsert, captured("messages.upsert")[run]) == []
    assert upsert["data"]["messageType"] == next(iter(upsert["data"]["message"]))


def test_bytes_are_objects_keyed_by_index_and_lengths_are_long(stage: Stage, desk: Desk) -> None:
    image = told(stage, desk, kind="image", data=PNG)["data"]["message"]["imageMessage"]
    for name in ("fileSha256", "mediaKey", "fileEncSha256"):
        assert list(image[name]) == [str(index) for index in range(32)]
    assert image["fileLength"] == {"low": 29, "high": 0, "unsigned": True}
    assert (image["width"], image["height"]) == (32, 32)
    assert image["url"].endswith(image["directPath"])


def test_an_audio_that_is_no_note_says_no_ptt(stage: Stage, desk: Desk) -> None:
    audio = told(stage, desk, kind="audio", data=BYTES)["data"]["message"]["audioMessage"]
    assert "ptt" not in audio


def test_a_view_once_picture_is_wrapped(stage: Stage, desk: Desk) -> None:
    upsert = told(stage, desk, kind="image", data=PNG, wrapper="view_once")
    assert upsert["data"]["messageType"] == "viewOnceMessageV2"
    inner = upsert["data"]["message"]["viewOnceMessageV2"]["message"]["imageMessage"]
    assert inner["viewOnce"] is True
    assert "contextInfo" not in upsert["data"]


def test_a_view_once_picture_that_no_linked_device_gets_has_no_key(
    stage: Stage, desk: Desk
) -> None:
    upsert = told(stage, desk, kind="image", text="once", wrapper="view_once")
    real = captured("messages.upsert")["t4_inbound:view_once_image"]
    assert differences(upsert, real) == []


def test_an_order_is_what_the_documented_one_is(stage: Stage, desk: Desk) -> None:
    facts = {"id": "0001", "items": 2, "total": 99_900, "currency": "BRL", "title": "Pedido"}
    order = told(stage, desk, kind="order", facts=facts)["data"]["message"]
    real = documented("060_unknown_message_type")["data"]["message"]
    assert differences(order, real) == [".orderMessage.orderTitle is unknown"]
    assert order["orderMessage"]["totalAmount1000"]["low"] == 99_900


def test_what_nobody_knows_keeps_its_name(stage: Stage, desk: Desk) -> None:
    facts = {"type": "eventMessage", "body": {"name": "Aniversário"}}
    data = told(stage, desk, kind="unsupported", facts=facts)["data"]
    assert data["messageType"] == "eventMessage"
    assert data["message"] == {"eventMessage": {"name": "Aniversário"}}


def test_the_rest_of_the_kinds_have_the_networks_names(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    poll = {"question": "Qual?", "options": ["A", "B"], "is_multiple": True}
    live = {"latitude": 1.5, "longitude": 2.5, "is_live": True}
    stage.control.receive(CUSTOMER, kind="poll", facts=poll)
    stage.control.receive(CUSTOMER, kind="location", facts=live)
    stage.control.receive(CUSTOMER, kind="contact", facts={"cards": [CARD, CARD]})
    stage.control.receive(CUSTOMER, kind="product", facts={"title": "Tênis", "price": 99_000})
    stage.control.receive(CUSTOMER, "Sim", kind="choice", facts={"id": "s", "of": "template"})
    stage.control.receive(CUSTOMER, "Sim", kind="choice", facts={"id": "s", "of": "flow"})
    stage.control.receive(CUSTOMER, kind="video", data=BYTES, facts={"note": True})
    bodies = desk.events("messages.upsert", 7)
    found = {body["data"]["messageType"]: body["data"]["message"] for body in bodies}
    assert set(found) == {
        "pollCreationMessageV3",
        "liveLocationMessage",
        "contactsArrayMessage",
        "productMessage",
        "templateButtonReplyMessage",
        "interactiveResponseMessage",
        "ptvMessage",
    }
    assert found["pollCreationMessageV3"]["pollCreationMessageV3"]["options"] == [
        {"optionName": "A"},
        {"optionName": "B"},
    ]
    flow = found["interactiveResponseMessage"]["interactiveResponseMessage"]
    assert json.loads(flow["nativeFlowResponseMessage"]["paramsJson"]) == {"id": "s"}


def test_an_ad_and_a_forward_are_context(stage: Stage, desk: Desk) -> None:
    ad = {"title": "Liquidação", "text": "Até 50%", "url": "https://fb.me/x"}
    data = told(stage, desk, text="Vi o anúncio", ad=ad, forwarded=True)["data"]
    advert = data["contextInfo"]["externalAdReply"]
    assert (advert["title"], advert["body"], advert["sourceUrl"]) == tuple(ad.values())
    assert data["contextInfo"]["isForwarded"] is True
    assert data["message"] == {"conversation": "Vi o anúncio"}


def test_a_quote_of_a_picture_carries_the_picture(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    picture = stage.control.receive(CUSTOMER, "Olha", kind="image", data=PNG)
    stage.control.receive(CUSTOMER, "Esse", quotes=picture)
    data = [body["data"] for body in desk.events("messages.upsert", 2)]
    quote = next(one for one in data if one["messageType"] == "conversation")["contextInfo"]
    assert quote["stanzaId"] == picture
    assert quote["quotedMessage"]["imageMessage"]["caption"] == "Olha"
    assert quote["participant"] == f"{CUSTOMER}@s.whatsapp.net"


@pytest.mark.parametrize(
    ("addressing", "name"),
    [
        ("lid", "023_lid_with_alt_236"),
        ("overwritten", "024_lid_overwritten_237"),
        ("swapped", "025_lid_swapped_240"),
    ],
)
def test_the_ways_to_name_a_customer_are_the_documented_ones(
    stage: Stage, desk: Desk, addressing: str, name: str
) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.phone(CUSTOMER, lid=LID, addressing=addressing)
    stage.control.receive(CUSTOMER, "Oi!")
    ours = desk.data("messages.upsert")
    real = documented(name)["data"]
    named = ("remoteJid", "remoteJidAlt", "addressingMode")
    assert [ours["key"].get(key) for key in named] == [real["key"].get(key) for key in named]
    assert differences(ours, real) == []


def test_a_customer_without_a_phone_is_a_lid_in_both_directions(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID, addressing="lid_only")
    stage.control.receive(CUSTOMER, "Oi!")
    assert desk.data("messages.upsert")["key"]["remoteJid"] == f"{LID}@lid"
    answer = stage.send("Olá", number=f"{LID}@lid").json()
    assert answer["key"]["remoteJid"] == f"{LID}@lid"
    assert desk.data("messages.update")["remoteJid"] == f"{LID}@lid"


def test_a_mode_without_a_lid_makes_one(stage: Stage) -> None:
    phone = stage.control.phone("5521988120043", addressing="lid")
    assert len(phone["lid"]) == 14
    with pytest.raises(SimulatorError, match="xyz não existe"):
        stage.control.phone("5521988120043", addressing="xyz")


@pytest.mark.parametrize(
    ("place", "name"), [("group", "070_group_text"), ("status", "071_status_broadcast")]
)
def test_groups_and_status_are_told_as_documented(
    stage: Stage, desk: Desk, place: str, name: str
) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.phone(CUSTOMER, lid=LID, addressing="lid" if place == "group" else "pn")
    stage.control.elsewhere(CUSTOMER, "bom dia", place=place)
    upsert = desk.events("messages.upsert")[0]
    extra = [".data.key.participantAlt is unknown"] if place == "status" else []
    assert differences(upsert, documented(name)) == extra
    assert upsert["data"]["key"]["remoteJid"] == documented(name)["data"]["key"]["remoteJid"]
    assert stage.control.thread(CUSTOMER) == []


def test_a_newsletter_is_no_customer(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.elsewhere(CUSTOMER, "novidades", place="newsletter")
    assert desk.data("messages.upsert")["key"]["remoteJid"].endswith("@newsletter")
    with pytest.raises(SimulatorError, match="praça não existe"):
        stage.control.elsewhere(CUSTOMER, "oi", place="praça")


def test_a_call_is_one_event_for_each_phase(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    made = stage.control.call(CUSTOMER, video=True)
    stage.control.call(CUSTOMER, "timeout", id=made)
    bodies = desk.events("call", 2)
    assert differences(bodies[0], *captured("call").values()) == []
    assert {body["data"]["id"] for body in bodies} == {made}
    assert {body["data"]["status"] for body in bodies} == {"offer", "timeout"}


def test_the_business_app_answers_by_itself(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.auto_reply("Olá! Já respondemos.")
    stage.control.receive(CUSTOMER, "Oi!")
    bodies = desk.events("messages.upsert", 2)
    reply = next(body for body in bodies if body["data"]["key"]["fromMe"])
    real = documented("084_fromme_auto_reply_business_app")
    assert differences(reply, real) == []
    assert (reply["data"]["source"], reply["data"]["key"]["id"][:2]) == ("unknown", "4D")


def test_history_comes_in_one_batch_and_is_stored(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    said = [
        {"phone": CUSTOMER, "from": "customer", "text": "antiga", "id": "HIST1", "at": 100},
        {"phone": CUSTOMER, "from": "store_phone", "text": "resposta", "id": "HIST2", "at": 160},
    ]
    assert stage.control.history(said) == ["HIST1", "HIST2"]
    batch = desk.events("messages.set")[0]
    assert differences(batch, *captured("messages.set").values()) == []
    assert [row["key"]["fromMe"] for row in batch["data"]] == [False, True]
    assert len(stage.control.thread(CUSTOMER)) == 2
    assert "messages.upsert" not in desk.names


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"kind": "hologram"}, "hologram não existe"),
        ({"kind": "location", "facts": {"latitude": 1.0}}, "Falta longitude"),
        ({"kind": "image", "data": "não é base64!"}, "base64"),
        ({"kind": "text"}, "Falta text"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused(
    stage: Stage, desk: Desk, details: dict[str, Any], sentence: str
) -> None:
    stage.connected(desk)
    with pytest.raises(SimulatorError, match=sentence):
        stage.control.receive(CUSTOMER, **details)
    assert stage.control.thread(CUSTOMER) == []
