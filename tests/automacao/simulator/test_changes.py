"""What customers and the store's phone do to messages afterwards, as webhooks and as stored."""

from typing import Any

import pytest

from automacao.simulator.client import SimulatorError
from tests.automacao.simulator.stage import (
    CUSTOMER,
    LID,
    LINE,
    STORE,
    Desk,
    Stage,
    captured,
    differences,
)


def stored(stage: Stage, message_id: str) -> dict[str, Any]:
    body = {"where": {"key": {"id": message_id}}}
    page = stage.call("POST", f"/chat/findMessages/{LINE}", body).json()["messages"]
    [record] = page["records"]
    found: dict[str, Any] = record
    return found


def test_a_reaction_is_an_upsert_that_names_its_target(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.phone(CUSTOMER, lid=LID)
    sent = stage.send("Saiu!").json()["key"]["id"]
    own = stage.control.react(sent, "👍")
    upsert = desk.events("messages.upsert")[0]
    assert differences(upsert, captured("messages.upsert")["t4_inbound:reaction"]) == []
    told = upsert["data"]["message"]["reactionMessage"]
    assert (told["text"], told["key"]["id"], told["key"]["fromMe"]) == ("👍", sent, True)
    assert upsert["data"]["key"]["id"] == own != sent
    stage.control.react(sent, "❤️")
    assert stage.control.thread(CUSTOMER)[0].reactions == {"customer": "❤️"}
    stage.control.react(sent, "")
    last = [
        body["data"]["message"]["reactionMessage"] for body in desk.events("messages.upsert", 3)
    ]
    assert {one["text"] for one in last} == {"👍", "❤️", ""}
    assert [one.reactions for one in stage.control.thread(CUSTOMER)] == [{}]


def test_the_stores_phone_reacts_too(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    written = stage.control.receive(CUSTOMER, "Obrigada")
    stage.control.react(written, "🙏", by="store_phone")
    bodies = desk.events("messages.upsert", 2)
    mine = next(body["data"] for body in bodies if body["data"]["key"]["fromMe"])
    assert mine["message"]["reactionMessage"]["key"]["fromMe"] is False
    assert stage.control.thread(CUSTOMER)[0].reactions == {"store": "🙏"}


def test_an_edit_is_told_from_the_writers_side_and_stored_at_its_own_time(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    written = stage.control.receive(CUSTOMER, "Oi! O pedido 1042", timestamp=1000)
    stage.control.edit(written, "Oi! O pedido 1043")
    told = desk.events("messages.edited")[0]
    assert differences(told, captured("messages.edited")["t4_inbound:edit"]) == []
    assert told["data"]["key"] == {
        "remoteJid": f"{STORE}@s.whatsapp.net",
        "fromMe": True,
        "id": written,
    }
    assert told["data"]["editedMessage"] == {"conversation": "Oi! O pedido 1043"}
    record = stored(stage, written)
    assert record["message"] == {"conversation": "Oi! O pedido 1043"}
    assert record["messageTimestamp"] == int(told["data"]["timestampMs"]) // 1000 > 1000
    assert {"status": "EDITED"} in record["MessageUpdate"]
    [bubble] = stage.control.thread(CUSTOMER)
    assert (bubble.text, bubble.edited) == ("Oi! O pedido 1043", True)


def test_a_deletion_is_told_twice_and_leaves_nothing_stored(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID)
    written = stage.control.receive(CUSTOMER, "Senha: 1234")
    stage.control.revoke(written)
    edited, deleted = desk.events("messages.edited")[0], desk.events("messages.delete")[0]
    assert differences(edited, captured("messages.edited")["t4_inbound:revoke"]) == []
    assert differences(deleted, captured("messages.delete")["t4_inbound:revoke"]) == []
    assert edited["data"]["type"] == "REVOKE"
    assert edited["data"]["key"]["id"] == deleted["data"]["id"] == written
    record = stored(stage, written)
    assert record["message"] is None
    assert {"status": "DELETED"} in record["MessageUpdate"]
    [bubble] = stage.control.thread(CUSTOMER)
    assert (bubble.text, bubble.deleted) == ("", True)
    with pytest.raises(SimulatorError, match="foi apagada"):
        stage.control.edit(written, "de novo")


def test_the_stores_phone_edits_and_deletes_what_it_typed(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    typed = stage.control.type_message(CUSTOMER, "Bom dai")
    stage.control.edit(typed, "Bom dia")
    stage.control.revoke(typed)
    assert desk.data("messages.delete")["fromMe"] is True
    sent = stage.send("Do sistema").json()["key"]["id"]
    with pytest.raises(SimulatorError, match="Quem enviou esta mensagem foi o sistema"):
        stage.control.edit(sent, "outra")


def test_changes_during_a_drop_come_after_it(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    written = stage.control.receive(CUSTOMER, "Antes")
    assert stage.control.quiet()
    desk.forget()
    stage.control.drop(None)
    stage.control.edit(written, "Depois")
    stage.control.react(written, "👍")
    stage.control.call(CUSTOMER)
    assert stage.control.quiet()
    assert desk.names == ["connection.update"]
    stage.control.restore()
    assert desk.data("messages.edited")["key"]["id"] == written
    assert desk.data("call")["status"] == "offer"
    assert desk.data("messages.upsert")["messageType"] == "reactionMessage"


def test_stored_messages_come_in_pages_under_the_address_they_came_from(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID, addressing="lid")
    for number in range(5):
        stage.control.receive(CUSTOMER, f"Mensagem {number}", timestamp=1000 + number)
    path = f"/chat/findMessages/{LINE}"

    def page(number: int, jid: str) -> dict[str, Any]:
        body = {"where": {"key": {"remoteJid": jid}}, "page": number, "offset": 2}
        found: dict[str, Any] = stage.call("POST", path, body).json()["messages"]
        return found

    first, last = page(1, f"{LID}@lid"), page(3, f"{LID}@lid")
    assert (first["total"], first["pages"], first["currentPage"]) == (5, 3, 1)
    assert [row["messageTimestamp"] for row in first["records"]] == [1004, 1003]
    assert [row["messageTimestamp"] for row in last["records"]] == [1000]
    assert first["records"][0]["key"]["remoteJidAlt"] == f"{CUSTOMER}@s.whatsapp.net"
    assert first["records"][0]["key"]["fromMe"] is False
    assert page(1, f"{CUSTOMER}@s.whatsapp.net")["total"] == 0
