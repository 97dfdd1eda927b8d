"""What goes wrong on purpose beyond the delivery: answers, lost events, dead sockets, floods."""

import json
from typing import Any

import httpx
import pytest

from automacao.simulator.client import SimulatorError
from automacao.simulator.refusals import ANSWERS
from tests.automacao.simulator.stage import (
    CUSTOMER,
    FIXTURES,
    LINE,
    Desk,
    Stage,
    captured,
    differences,
    fixture,
)

ERRORS = sorted(
    path.stem
    for path in (FIXTURES / "evolution_http").glob("*.json")
    if path.stem not in {
        "200_connect_already_open", "200_connect_qr", "200_whatsapp_numbers",
        "201_instance_create", "201_send_text_pending",
    }
)  # fmt: skip


def find(stage: Stage, message_id: str) -> list[dict[str, Any]]:
    body = {"where": {"key": {"id": message_id}}}
    page = stage.call("POST", f"/chat/findMessages/{LINE}", body).json()
    records: list[dict[str, Any]] = page["messages"]["records"]
    return records


@pytest.mark.parametrize("name", ERRORS)
def test_every_recorded_answer_can_be_had_by_name(stage: Stage, desk: Desk, name: str) -> None:
    stage.connected(desk)
    stage.control.refuse(name, path="/")
    answer = stage.send()
    recorded = fixture(name)
    assert answer.status_code == recorded["status"]
    assert (json.loads(answer.content) if answer.content else None) == recorded["body"]
    assert stage.send().status_code == 201


def test_no_answer_is_planned_that_was_not_recorded() -> None:
    assert set(ANSWERS) == set(ERRORS)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("201_empty_body", 1),
        ("400_database_error_after_send", 1),
        ("400_timed_out", 0),
        ("500_connection_closed", 0),
    ],
)
def test_some_answers_hide_that_the_message_left(
    stage: Stage, desk: Desk, name: str, left: int
) -> None:
    stage.connected(desk)
    stage.control.refuse(name)
    stage.send()
    assert len(stage.control.sent()) == left


def test_an_answer_can_be_planned_for_a_route_and_may_act_first(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.refuse("400_timed_out", path="/message/sendText", next=2, acts=True)
    assert stage.call("POST", f"/chat/whatsappNumbers/{LINE}", {"numbers": ["1"]}).is_success
    assert [stage.send().status_code for _ in range(3)] == [400, 400, 201]
    assert len(stage.control.sent()) == 3
    with pytest.raises(SimulatorError, match="418"):
        stage.control.refuse("418_teapot")
    stage.control.refuse("401_unauthorized", probability=1.0)
    stage.control.reset_faults()
    assert stage.send().status_code == 201


def test_a_hidden_event_is_never_posted_but_the_message_is_known(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.faults(hidden=1)
    lost = stage.control.receive(CUSTOMER, "Perdida")
    seen = stage.control.receive(CUSTOMER, "Vista")
    assert stage.control.quiet()
    assert [body["data"]["key"]["id"] for body in desk.events("messages.upsert")] == [seen]
    assert find(stage, lost)[0]["message"] == {"conversation": "Perdida"}


def test_a_share_of_the_events_about_messages_is_hidden_and_no_other(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    stage.control.faults(hidden={"probability": 1.0})
    stage.control.receive(CUSTOMER, "Oi!")
    stage.send("Olá!")
    assert stage.control.quiet()
    assert set(desk.names) == {"chats.update", "contacts.update", "contacts.upsert"}


def test_receipts_may_come_backwards(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPDATE"])
    stage.control.faults(receipts_backwards=True)
    stage.control.phone(CUSTOMER, reads_alone=True)
    stage.send("Olá!")
    words = [body["data"]["status"] for body in desk.events("messages.update", 3)]
    assert set(words) == {"READ", "DELIVERY_ACK", "SERVER_ACK"}
    assert stage.control.thread(CUSTOMER)[0].status == "READ"


def test_an_echo_may_come_before_the_answer(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(echo_first=True)
    answer = stage.send("Olá!").json()
    assert [post.body["data"]["key"]["id"] for post in desk.posts[:1]] == [answer["key"]["id"]]


def test_an_answer_may_come_long_after_the_message_left(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(answer_late_ms=400)
    assert stage.send("Olá!").elapsed.total_seconds() >= 0.4
    assert desk.data("messages.update")["status"] == "DELIVERY_ACK"


def test_a_flood_of_reconnects_ends_where_the_line_stands(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["CONNECTION_UPDATE"])
    stage.control.flood(120, seconds=0.1)
    bodies = desk.events("connection.update", 121)
    assert differences(bodies[0], *captured("connection.update").values()) == [".sender is unknown"]
    states = [body["data"]["state"] for body in bodies]
    assert (states.count("connecting"), states.count("open")) == (120, 1)


def test_a_dead_socket_says_open_and_does_nothing(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "Antes")
    assert stage.control.quiet()
    desk.forget()
    stage.control.deaden()
    state = stage.call("GET", f"/instance/connectionState/{LINE}").json()
    assert state["instance"]["state"] == "open"
    assert stage.send().json() == fixture("400_connection_closed")["body"]
    assert stage.send(number="5511900000088").json() == fixture("500_connection_closed")["body"]
    asked = stage.call("POST", f"/chat/whatsappNumbers/{LINE}", {"numbers": [CUSTOMER]})
    recorded = fixture("400_whatsapp_numbers_raw_error")
    assert (asked.status_code, asked.json()) == (400, recorded["body"])
    stage.control.receive(CUSTOMER, "Alguém?")
    assert stage.control.quiet()
    assert desk.posts == []
    assert stage.call("POST", f"/instance/restart/{LINE}").is_success
    assert desk.data("messages.upsert")["message"] == {"conversation": "Alguém?"}
    assert stage.send().status_code == 201


def test_a_dead_socket_may_answer_nothing_at_all(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.deaden("hang")
    for path, body in (
        (f"/message/sendText/{LINE}", {"number": CUSTOMER, "text": "Olá!"}),
        (f"/chat/whatsappNumbers/{LINE}", {"numbers": [CUSTOMER]}),
    ):
        with pytest.raises(httpx.ReadTimeout):
            stage.http.post(path, json=body, headers={"apikey": "demo-gateway-key"}, timeout=0.3)
    stage.control.deaden("")
    assert stage.send().status_code == 201
    assert [one.text for one in stage.control.sent()] == ["Olá!"]


def test_somebody_may_change_the_webhook_behind_the_desks_back(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.change_webhook(events=["CALL"], url="http://127.0.0.1:9/outro", base64=True)
    found = stage.call("GET", f"/webhook/find/{LINE}").json()
    assert (found["events"], found["url"]) == (["CALL"], "http://127.0.0.1:9/outro")
    assert found["webhookBase64"] is True
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert desk.posts == []
