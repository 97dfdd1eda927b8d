"""What the store sends through the API besides text, and how it changes afterwards."""

import base64
from typing import Any

import httpx
import pytest

from tests.automacao.simulator.stage import (
    CUSTOMER,
    GLOBAL_KEY,
    LID,
    LINE,
    Desk,
    Stage,
    captured,
    differences,
)

JID = f"{CUSTOMER}@s.whatsapp.net"
DATA = b"\x00\r\n--quase\r\n bytes \xff"
ENCODED = base64.b64encode(DATA).decode()
SENT = [body["data"] for body in captured("send.message").values()]


def post(stage: Stage, action: str, body: dict[str, Any]) -> httpx.Response:
    return stage.call("POST", f"/message/{action}/{LINE}", body)


def upload(
    stage: Stage, action: str, fields: dict[str, str], *, name: str = "nota.pdf"
) -> httpx.Response:
    """Send a form with a file, as a browser's or httpx's."""
    return stage.http.post(
        f"/message/{action}/{LINE}",
        data={"number": CUSTOMER, **fields},
        files={"file": (name, DATA, "application/pdf")},
        headers={"apikey": GLOBAL_KEY},
    )


def fetched(stage: Stage, message: dict[str, Any]) -> httpx.Response:
    path = f"/chat/getBase64FromMediaMessage/{LINE}"
    return stage.call("POST", path, {"message": message, "convertToMp4": False})


@pytest.mark.parametrize("is_form", [True, False])
def test_a_document_goes_out_as_a_form_or_in_base64(
    stage: Stage, desk: Desk, is_form: bool
) -> None:
    stage.connected(desk)
    fields = {"mediatype": "document", "fileName": "Nota nº 1.pdf", "caption": "Segue"}
    if is_form:
        answer = upload(stage, "sendMedia", fields)
    else:
        answer = post(stage, "sendMedia", {"number": CUSTOMER, "media": ENCODED, **fields})
    assert answer.status_code == 201
    document = answer.json()["message"]["documentMessage"]
    assert document["fileName"] == "Nota nº 1.pdf"
    assert (document["caption"], document["mimetype"]) == ("Segue", "application/pdf")
    [bubble] = stage.control.thread(CUSTOMER)
    assert stage.control.file(bubble) == DATA
    assert desk.data("send.message") == answer.json()
    rest = {key: value for key, value in answer.json().items() if key != "message"}
    assert (
        differences(rest, *({k: v for k, v in one.items() if k != "message"} for one in SENT)) == []
    )


@pytest.mark.parametrize(
    ("action", "body", "kind", "name"),
    [
        ("sendMedia", {"mediatype": "image", "media": ENCODED}, "image", "imageMessage"),
        ("sendMedia", {"mediatype": "video", "media": ENCODED}, "video", "videoMessage"),
        ("sendWhatsAppAudio", {"audio": ENCODED}, "voice", "audioMessage"),
        ("sendSticker", {"sticker": ENCODED}, "sticker", "stickerMessage"),
        ("sendPtv", {"video": ENCODED}, "video", "ptvMessage"),
        (
            "sendLocation",
            {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "Rua A"},
            "location",
            "locationMessage",
        ),
        (
            "sendContact",
            {"contact": [{"fullName": "Ana", "phoneNumber": "+55 11 98888-7777"}]},
            "contact",
            "contactMessage",
        ),
    ],
)
def test_every_kind_reaches_the_phone_and_comes_back_as_an_echo(
    stage: Stage, desk: Desk, action: str, body: dict[str, Any], kind: str, name: str
) -> None:
    stage.connected(desk)
    answer = post(stage, action, {"number": CUSTOMER, **body})
    assert (answer.status_code, answer.json()["messageType"]) == (201, name)
    assert desk.data("send.message") == answer.json()
    assert desk.data("messages.update")["status"] == "DELIVERY_ACK"
    assert [one.kind for one in stage.control.thread(CUSTOMER)] == [kind]
    assert [one.kind for one in stage.control.sent()] == [kind]


def test_a_voice_note_may_come_as_a_form_and_is_a_note(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    audio = upload(stage, "sendWhatsAppAudio", {}).json()["message"]["audioMessage"]
    assert (audio["ptt"], audio["mimetype"]) == (True, "audio/ogg; codecs=opus")


def test_a_form_quotes_in_brackets_and_not_as_json(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    written = stage.control.receive(CUSTOMER, "Cadê?")
    fields = {"mediatype": "document", "fileName": "a.pdf"}
    answer = upload(stage, "sendMedia", {**fields, "quoted[key][id]": written})
    assert answer.json()["contextInfo"]["stanzaId"] == written
    refused = upload(stage, "sendMedia", {**fields, "quoted": f'{{"key":{{"id":"{written}"}}}}'})
    assert refused.json()["response"]["message"] == [["quoted is not of a type(s) object"]]


def test_the_name_of_the_part_itself_is_not_read_by_the_real_gateway(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    raw = (
        '--b\r\nContent-Disposition: form-data; name="number"\r\n\r\n'
        f"{CUSTOMER}\r\n--b\r\n"
        'Content-Disposition: form-data; name="mediatype"\r\n\r\ndocument\r\n--b\r\n'
        'Content-Disposition: form-data; name="file"; filename="ação.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\nx\r\n--b--\r\n"
    )
    answer = stage.http.post(
        f"/message/sendMedia/{LINE}",
        content=raw.encode(),
        headers={"apikey": GLOBAL_KEY, "content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 400
    assert "reading '1'" in answer.json()["response"]["message"][0]


@pytest.mark.parametrize(
    ("action", "body", "status", "message"),
    [
        ("sendMedia", {"media": ENCODED}, 400, [['instance requires property "mediatype"']]),
        ("sendMedia", {"mediatype": "image", "media": "http://minio:9000/x.jpg"}, 400, None),
        ("sendMedia", {"mediatype": "image", "media": "data:image/png;base64,AA=="}, 400, None),
        ("sendMedia", {"mediatype": "image"}, 400, None),
        ("sendMedia", {"mediatype": "image", "media": "https://cdn.example.com/x.jpg"}, 500,
         "Request failed with status code 404"),
        ("sendMedia", {"mediatype": "document", "media": ENCODED}, 400,
         ["For base64 the file name must be informed."]),
        ("sendSticker", {"sticker": ""}, 400, None),
        ("sendLocation", {"latitude": 1, "longitude": 2, "name": "x"}, 400,
         [['instance requires property "address"']]),
        ("sendContact", {"contact": []}, 400, [["contact does not meet minimum length of 1"]]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_the_gateways_words(
    stage: Stage, desk: Desk, action: str, body: dict[str, Any], status: int, message: object
) -> None:
    stage.connected(desk)
    answer = post(stage, action, {"number": CUSTOMER, **body})
    assert answer.status_code == status
    expected = message or ["Owned media must be a url or base64"]
    assert answer.json()["response"]["message"] == expected
    assert stage.control.sent() == []


def test_a_document_of_unknown_extension_has_the_mime_type_false(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    body = {"number": CUSTOMER, "mediatype": "document", "media": ENCODED, "fileName": "a.zzz"}
    assert (
        post(stage, "sendMedia", body).json()["message"]["documentMessage"]["mimetype"] == "false"
    )


# --- Bytes on request -----------------------------------------------------------------------------


def test_bytes_are_handed_over_for_a_whole_message_or_for_an_id(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive(
        CUSTOMER, "Segue", kind="document", data=ENCODED, mime="application/pdf", filename="n.pdf"
    )
    data = desk.data("messages.upsert")
    whole = fetched(stage, data)
    assert whole.status_code == 201
    assert whole.json() == {
        "mediaType": "documentMessage",
        "fileName": "n.pdf",
        "caption": "Segue",
        "size": {"fileLength": {"low": len(DATA), "high": 0, "unsigned": True}},
        "mimetype": "application/pdf",
        "base64": ENCODED,
        "buffer": None,
    }
    assert fetched(stage, {"key": {"id": data["key"]["id"]}}).json() == whole.json()


def test_wrapped_bytes_are_found_too(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, kind="image", data=ENCODED, wrapper="view_once")
    assert fetched(stage, desk.data("messages.upsert")).json()["base64"] == ENCODED


def test_what_has_no_bytes_says_why(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])

    def refusal(message: dict[str, Any]) -> str:
        answer = fetched(stage, message)
        assert answer.status_code == 400
        return str(answer.json()["response"]["message"][0])

    text = stage.control.receive(CUSTOMER, "Oi!")
    keyless = stage.control.receive(CUSTOMER, kind="image", wrapper="view_once")
    gone = stage.control.receive(CUSTOMER, kind="image", data=ENCODED)
    stage.control.revoke(gone)
    bodies = {body["data"]["key"]["id"]: body["data"] for body in desk.events("messages.upsert", 3)}
    assert refusal({"key": {"id": "nada"}}) == "Message not found"
    assert refusal({"key": {"id": text}}) == "The message is not of the media type"
    assert refusal(bodies[keyless]) == "Error: Cannot derive from empty media key"
    assert refusal({"key": {"id": gone}}).startswith("TypeError")
    assert fetched(stage, bodies[gone]).status_code == 201


def test_bytes_may_drip_be_too_many_or_lie_about_their_length(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    key = {"key": {"id": stage.control.receive(CUSTOMER, kind="image", data=ENCODED)}}
    stage.control.faults(media_size=3_000_001)
    assert base64.b64decode(fetched(stage, key).json()["base64"])[:3_000_001] == bytes(3_000_001)
    stage.control.faults(media_size=0, media_drip=2000)
    slow = fetched(stage, key)
    assert (slow.json()["base64"], slow.elapsed.total_seconds() > 0.1) == (ENCODED, True)
    stage.control.faults(media_drip=0, media_declared=110_000_000)
    with pytest.raises(httpx.HTTPError):
        fetched(stage, key)


# --- Afterwards -----------------------------------------------------------------------------------


def reaction(key: dict[str, Any], emoji: str) -> dict[str, Any]:
    return {"key": {name: key[name] for name in ("id", "remoteJid", "fromMe")}, "reaction": emoji}


def test_the_store_reacts_changes_its_mind_and_takes_it_back(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    written = stage.control.receive(CUSTOMER, "Obrigada!")
    key = {"id": written, "remoteJid": JID, "fromMe": False}

    def shown() -> dict[str, str]:
        return stage.control.thread(CUSTOMER)[0].reactions

    answer = post(stage, "sendReaction", reaction(key, "❤️"))
    told = answer.json()["message"]["reactionMessage"]
    assert (answer.status_code, told["text"], told["key"]["id"]) == (201, "❤️", written)
    assert desk.data("send.message")["messageType"] == "reactionMessage"
    assert shown() == {"store": "❤️"}
    post(stage, "sendReaction", reaction(key, "👍🏽"))
    assert shown() == {"store": "👍🏽"}
    assert post(stage, "sendReaction", reaction(key, "")).status_code == 201
    assert shown() == {}
    refused = post(stage, "sendReaction", reaction(key, "boa"))
    assert refused.json()["response"]["message"] == [
        "Reaction must be a single emoji or empty string"
    ]
    assert len(stage.control.thread(CUSTOMER)) == 1
    assert stage.control.sent() == []


def test_the_store_edits_what_it_sent(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    key = stage.send("Sai as 3").json()["key"]
    path = f"/chat/updateMessage/{LINE}"

    def edit(number: str, **wanted: Any) -> httpx.Response:
        return stage.call(
            "POST", path, {"number": number, "key": key, "text": "Sai às 3", **wanted}
        )

    assert edit(JID).status_code == 200
    told = desk.events("send.message.update")[0]
    assert differences(told, *captured("send.message.update").values()) == []
    [bubble] = stage.control.thread(CUSTOMER)
    assert (bubble.text, bubble.edited) == ("Sai às 3", True)
    unknown = edit(JID, key={**key, "id": "nada"})
    assert (unknown.status_code, unknown.json()["response"]["message"]) == (
        404,
        ["Message not found"],
    )
    assert edit(f"{LID}@lid").json()["response"]["message"] == ["RemoteJid does not match"]


def test_the_store_deletes_for_everyone(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    key = stage.send("Errado").json()["key"]
    path = f"/chat/deleteMessageForEveryone/{LINE}"
    assert stage.call("DELETE", path, key).status_code == 201
    told = desk.events("messages.delete")[0]
    real = captured("messages.delete")["t5_outbound:deleteForEveryone"]
    assert differences(told, real) == []
    assert told["data"]["key"]["id"] == key["id"]
    [bubble] = stage.control.thread(CUSTOMER)
    assert (bubble.text, bubble.deleted) == ("", True)
    assert stage.call("DELETE", path, {**key, "id": "nada"}).status_code == 201


def test_a_picture_is_known_only_of_known_people(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    path = f"/chat/fetchProfilePictureUrl/{LINE}"
    stage.control.phone(CUSTOMER)
    known = stage.call("POST", path, {"number": CUSTOMER}).json()
    assert known["wuid"] == JID
    assert known["profilePictureUrl"].startswith("https://")
    other = stage.call("POST", path, {"number": "5511900000077"}).json()
    assert other["profilePictureUrl"] is None
