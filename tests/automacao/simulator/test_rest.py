"""The gateway's REST, held against the recorded exchanges."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.automacao.simulator.stage import (
    CUSTOMER,
    GLOBAL_KEY,
    LID,
    LINE,
    STORE,
    TOKEN,
    Desk,
    Stage,
    captured,
    differences,
    fixture,
)

NO_EVENTS = "Cannot read properties of undefined (reading 'length')"
NO_TEXT = [['instance requires property "text"']]
NOBODY = {"jid": "@s.whatsapp.net", "exists": False, "number": "abc"}
FLAGS = "rejectCall groupsIgnore alwaysOnline readMessages readStatus syncFullHistory"


def test_the_welcome_names_the_version_and_needs_no_key(stage: Stage) -> None:
    assert stage.call("GET", "/", key="").json()["version"] == "2.3.6"


def test_create_answers_as_recorded(stage: Stage) -> None:
    recorded = fixture("201_instance_create")
    answer = stage.call("POST", "/instance/create", recorded["request"]["body"])
    assert answer.status_code == 201
    assert differences(answer.json(), recorded["body"]) == []
    assert answer.json()["instance"]["status"] == "connecting"


def test_create_keeps_a_token_of_its_own_and_gives_a_pairing_code_to_a_number(
    stage: Stage,
) -> None:
    made = stage.create(token="meu-token", number=STORE, qrcode=True).json()
    assert made["hash"] == "meu-token"
    assert len(made["qrcode"]["pairingCode"]) == 8
    assert "qrcode" not in stage.create("outra").json()


@pytest.mark.parametrize(
    ("wrong", "status", "message"),
    [
        ({"integration": "WHATSAPP"}, 400, ["Invalid integration"]),
        ({"instanceName": 7}, 500, None),
        ({"webhook": {"url": "http://desk"}}, 400, [NO_EVENTS]),
        ({"webhook": {"url": "desk", "events": []}}, 400, ['Invalid "url" property']),
    ],
)
def test_a_create_that_fails_leaves_nothing(
    stage: Stage, wrong: dict[str, object], status: int, message: object
) -> None:
    body = {"instanceName": LINE, "integration": "WHATSAPP-BAILEYS", **wrong}
    answer = stage.call("POST", "/instance/create", body)
    assert answer.status_code == status
    assert message in (None, answer.json()["response"]["message"])
    assert stage.control.state()["instances"] == []


def test_the_guards_ask_for_the_name_before_the_key(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    missing = stage.call("GET", "/instance/connectionState/nada", key="wrong")
    assert missing.status_code == 404
    assert missing.json()["response"]["message"] == ['The "nada" instance does not exist']
    taken = stage.call("POST", "/instance/create", {"instanceName": LINE}, key="wrong")
    assert (taken.status_code, taken.json()) == (403, fixture("403_name_in_use")["body"])
    for key in ("wrong", ""):
        refused = stage.call("POST", f"/message/sendText/{LINE}", {}, key=key)
        assert (refused.status_code, refused.json()) == (401, fixture("401_unauthorized")["body"])


def test_a_key_opens_its_own_instance_and_creates_none(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    assert stage.call("GET", f"/instance/connectionState/{LINE}", key=TOKEN).is_success
    listed = stage.call("GET", "/instance/fetchInstances", key=TOKEN).json()
    assert [row["name"] for row in listed] == [LINE]
    body = {"instanceName": "b", "integration": "WHATSAPP-BAILEYS"}
    assert stage.call("POST", "/instance/create", body, key=TOKEN).status_code == 401
    other = stage.create("b").json()["hash"]
    assert stage.call("GET", f"/instance/connectionState/{LINE}", key=other).status_code == 401


def test_instances_are_listed_by_the_global_key(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.create("b")
    rows = stage.call("GET", "/instance/fetchInstances").json()
    assert [(row["name"], row["connectionStatus"]) for row in rows] == [
        (LINE, "open"),
        ("b", "close"),
    ]
    assert rows[0]["ownerJid"] == f"{STORE}@s.whatsapp.net"
    assert stage.call("GET", "/instance/fetchInstances?instanceName=x").status_code == 404
    assert stage.call("GET", "/instance/fetchInstances", key="wrong").status_code == 401


def test_connect_answers_as_the_line_stands(stage: Stage) -> None:
    stage.create()
    shown = stage.call("GET", f"/instance/connect/{LINE}?number={STORE}").json()
    assert differences(shown | {"pairingCode": None}, fixture("200_connect_qr")["body"]) == []
    assert len(shown["pairingCode"]) == 8
    assert stage.call("GET", f"/instance/connect/{LINE}").json() == shown
    stage.control.pair(STORE)
    opened = stage.call("GET", f"/instance/connect/{LINE}").json()
    assert opened == fixture("200_connect_already_open")["body"]
    stage.control.drop(None)
    empty = stage.call("GET", f"/instance/connect/{LINE}").json()
    assert empty == fixture("200_connect_empty_qr")["body"]


def test_restart_and_logout_answer_as_the_line_stands(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    assert stage.call("PUT", f"/instance/restart/{LINE}").status_code == 404
    assert stage.call("POST", f"/instance/restart/{LINE}").json()["instance"]["state"] == "open"
    out = stage.call("DELETE", f"/instance/logout/{LINE}")
    assert out.json()["status"] == "SUCCESS"
    again = stage.call("DELETE", f"/instance/logout/{LINE}")
    assert again.status_code == 400
    closed = stage.call("POST", f"/instance/restart/{LINE}")
    recorded = fixture("200_connect_error_true")
    assert (closed.status_code, closed.json()) == (recorded["status"], recorded["body"])


def test_a_webhook_is_set_nested_and_read_back(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    path = f"/webhook/set/{LINE}"
    flat = stage.call("POST", path, {"url": desk.url, "enabled": True, "events": []})
    assert flat.json()["response"]["message"] == [['instance requires property "webhook"']]
    eventless = stage.call("POST", path, {"webhook": {"url": desk.url, "enabled": True}})
    assert eventless.status_code == 500
    wanted = {"url": desk.url, "enabled": True, "events": ["CALL"], "webhookByEvents": True}
    row = stage.call("POST", path, {"webhook": wanted})
    assert row.status_code == 201
    assert row.json()["webhookByEvents"] is False
    found = stage.call("GET", f"/webhook/find/{LINE}").json()
    assert found == row.json()
    assert found["events"] == ["CALL"]


def test_settings_need_all_six_flags(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    refused = stage.call("POST", f"/settings/set/{LINE}", {"rejectCall": True})
    assert len(refused.json()["response"]["message"][0]) == 5
    accepted = stage.call("POST", f"/settings/set/{LINE}", dict.fromkeys(FLAGS.split(), True))
    assert accepted.status_code == 201


def test_send_text_answers_as_recorded(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    answer = stage.send()
    assert answer.status_code == 201
    assert (
        differences(answer.json(), *(one["data"] for one in captured("send.message").values()))
        == []
    )
    # The recorded exchange is of another version: there the text carries device metadata.
    recorded = fixture("201_send_text_pending")["body"] | {"message": {"conversation": ""}}
    assert differences(answer.json(), recorded) == []


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"number": CUSTOMER}, 400, NO_TEXT),
        ({"number": CUSTOMER, "text": "   "}, 400, ["Text is required"]),
        ({"number": 5511900000001, "text": "x"}, 400, [["Invalid format"]]),
        ({"number": CUSTOMER, "textMessage": {"text": "x"}}, 400, NO_TEXT),
        ({"number": "120363000000000001@g.us", "text": "x"}, 400, ["[object Object]"]),
        ({"number": "abc", "text": "x"}, 400, [NOBODY]),
        ({"number": "", "text": "x"}, 500, "Cannot read properties of undefined (reading 'split')"),
    ],
)
def test_a_send_is_refused_in_the_gateways_words(
    stage: Stage, desk: Desk, body: dict[str, object], status: int, message: object
) -> None:
    stage.connected(desk)
    answer = stage.call("POST", f"/message/sendText/{LINE}", body)
    assert answer.status_code == status
    assert answer.json()["response"]["message"] == message
    assert stage.control.sent() == []


def test_a_number_without_whatsapp_is_refused_as_recorded(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, exists=False)
    answer = stage.send()
    assert answer.status_code == 400
    assert answer.json() == fixture("400_number_not_on_whatsapp")["body"]


def test_broken_json_is_400_with_the_wrong_title(stage: Stage) -> None:
    answer = stage.http.post("/instance/create", content=b"{", headers={"apikey": GLOBAL_KEY})
    assert answer.status_code == 400
    assert answer.json()["error"] == "Internal Server Error"


def never(stage: Stage) -> None:
    stage.create()


def waiting(stage: Stage) -> None:
    stage.create(qrcode=True)


def kicked(stage: Stage) -> None:
    stage.create(qrcode=True)
    stage.control.pair(STORE)
    stage.control.kick()


def dropped_on_a_known_contact(stage: Stage) -> None:
    stage.create(qrcode=True)
    stage.control.pair(STORE)
    stage.control.receive(CUSTOMER, "Oi!")
    stage.control.drop(None)


@pytest.mark.parametrize(
    ("happen", "status", "message"),
    [
        (never, 500, "Cannot read properties of undefined (reading 'onWhatsApp')"),
        (waiting, 400, ["TypeError: Cannot read properties of undefined (reading 'id')"]),
        (kicked, 500, "Connection Closed"),
        (dropped_on_a_known_contact, 400, ["Error: Connection Closed"]),
    ],
)
def test_a_line_that_is_not_connected_refuses_in_its_own_way(
    stage: Stage, happen: Callable[[Stage], None], status: int, message: object
) -> None:
    happen(stage)
    answer = stage.send()
    assert (answer.status_code, answer.json()["response"]["message"]) == (status, message)


def test_numbers_are_looked_up_as_the_network_knows_them(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    path = f"/chat/whatsappNumbers/{LINE}"
    recorded = fixture("200_whatsapp_numbers")
    answer = stage.call("POST", path, recorded["request"]["body"])
    assert answer.json() == recorded["body"]
    assert stage.call("POST", path, {}).status_code == 400
    stage.control.kick()
    closed = stage.call("POST", path, recorded["request"]["body"])
    assert (closed.status_code, closed.json()) == (400, {})


def test_a_lid_is_answered_with_its_phone(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID)
    answer = stage.send(number=f"{LID}@lid")
    assert answer.json()["key"]["remoteJid"] == f"{CUSTOMER}@s.whatsapp.net"
    assert stage.send(number="999@lid").status_code == 400


def found(stage: Stage, **where: object) -> list[dict[str, Any]]:
    answer = stage.call("POST", f"/chat/findMessages/{LINE}", {"where": where})
    records: list[dict[str, Any]] = answer.json()["messages"]["records"]
    return records


def test_stored_messages_are_found_by_address_id_and_time(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "Antiga", timestamp=1_795_335_208)
    sent = stage.send("Resposta").json()
    jid = sent["key"]["remoteJid"]
    stage.send("A outro", number="5511900000002")
    ours = found(stage, key={"remoteJid": jid, "fromMe": True})
    assert [row["key"] for row in ours] == [sent["key"]]
    assert ours[0]["message"] == {"conversation": "Resposta"}
    assert len(found(stage, key={"remoteJid": jid})) == 2
    assert len(found(stage, key={"id": sent["key"]["id"]})) == 1
    span = {"gte": "2026-11-22T08:13:27Z", "lte": "2026-11-22T08:13:29Z"}
    assert [row["message"]["conversation"] for row in found(stage, messageTimestamp=span)] == [
        "Antiga"
    ]


def test_marking_as_read_turns_the_customers_ticks_blue(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    written = stage.control.receive(CUSTOMER, "Oi!")
    path = f"/chat/markMessageAsRead/{LINE}"

    def mark(jid: str) -> str:
        body = {"readMessages": [{"id": written, "fromMe": False, "remoteJid": jid}]}
        assert stage.call("POST", path, body).status_code == 201
        return stage.control.thread(CUSTOMER)[0].status

    assert mark(f"{LID}@lid") == "DELIVERY_ACK"
    assert mark(f"{CUSTOMER}@s.whatsapp.net") == "READ"


def test_presence_is_accepted(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    body = {"number": CUSTOMER, "presence": "composing", "delay": 1}
    answer = stage.call("POST", f"/chat/sendPresence/{LINE}", body)
    assert (answer.status_code, answer.json()) == (201, {"presence": "composing"})
