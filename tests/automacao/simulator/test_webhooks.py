"""What the simulator posts, held against what a real 2.3.6 posted."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from automacao.simulator.client import SimulatorError
from tests.automacao.simulator.stage import (
    CUSTOMER,
    FIXTURES,
    LID,
    LINE,
    STORE,
    TOKEN,
    Desk,
    Stage,
    captured,
    differences,
)

# What the captures hold only in another form: these come from the documented fixtures.
DOCUMENTED = {
    "open": "005_connection_open",
    "close": "008_connection_close_401",
    "refused": "010_connection_refused_428",
    "qr given up": "003_qrcode_limit_reached",
}


def real(event: str, *runs: str) -> list[dict[str, Any]]:
    """Return the captured bodies of an event, all or some of them."""
    found = captured(event)
    return [found[run] for run in runs] if runs else list(found.values())


def documented(name: str) -> dict[str, Any]:
    path = FIXTURES / "evolution" / f"{DOCUMENTED[name]}.json"
    body: dict[str, Any] = json.loads(path.read_text())
    return body


def test_a_customers_text_is_told_in_the_shapes_and_order_of_the_real_gateway(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "Oi!", name="Ana", lid=LID)
    assert stage.control.quiet()
    upsert = desk.events("messages.upsert")[0]
    assert set(desk.names) == {
        "chats.update", "contacts.update", "messages.upsert", "contacts.upsert",
    }  # fmt: skip
    assert differences(upsert, *real("messages.upsert", "t4_inbound:text_lid")) == []
    assert differences(desk.events("chats.update")[0], *real("chats.update")) == []
    assert differences(desk.events("contacts.update")[0], *real("contacts.update")) == []
    named = real("contacts.upsert", "t6_B:group_text")
    assert differences(desk.events("contacts.upsert")[0], *named) == []
    key = upsert["data"]["key"]
    assert key["remoteJid"] == f"{CUSTOMER}@s.whatsapp.net"
    assert key["remoteJidAlt"] == f"{LID}@lid"


def test_a_known_contact_is_updated_with_an_object_after_the_message(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk, events=["CONTACTS_UPDATE"])
    stage.control.receive(CUSTOMER, "Oi!", name="Ana")
    stage.control.receive(CUSTOMER, "Tudo bem?")
    bodies = desk.events("contacts.update", 3)
    objects = [body for body in bodies if isinstance(body["data"], dict)]
    assert len(objects) == 1
    # The captures hold this object under contacts.upsert only.
    assert differences(objects[0], *real("contacts.upsert", "t6_B:group_text")) == []


def test_a_phone_without_a_lid_has_no_alternate_address(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "Oi!")
    upsert = desk.events("messages.upsert")[0]
    assert differences(upsert, *real("messages.upsert", "t4_inbound:text_nolid_newcontact")) == []


@pytest.mark.parametrize("addressing", ["lid", "lid_only"])
def test_a_customer_may_be_addressed_by_lid(
    stage: Stage, desk: Desk, addressing: Literal["lid", "lid_only"]
) -> None:
    stage.connected(desk)
    stage.control.receive(CUSTOMER, "Oi!", lid=LID, addressing=addressing)
    key = desk.data("messages.upsert")["key"]
    assert key["remoteJid"] == f"{LID}@lid"
    assert key["addressingMode"] == "lid"
    assert key.get("remoteJidAlt") == (
        f"{CUSTOMER}@s.whatsapp.net" if addressing == "lid" else None
    )


def test_a_quote_arrives_as_context_of_a_plain_text(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    sent = stage.send("Chegou bem?").json()["key"]["id"]
    stage.control.receive(CUSTOMER, "Chegou!", lid=LID, quotes=sent)
    upsert = desk.events("messages.upsert")[0]
    assert differences(upsert, *real("messages.upsert", "t4_inbound:extended_reply")) == []
    context = upsert["data"]["contextInfo"]
    assert context["stanzaId"] == sent
    assert context["quotedMessage"] == {"conversation": "Chegou bem?"}
    assert context["participant"] == f"{STORE}@s.whatsapp.net"


def test_a_text_typed_on_the_stores_phone_is_an_upsert_from_me(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID)
    stage.control.type_message(CUSTOMER, "Respondi pelo celular")
    upsert = desk.events("messages.upsert")[0]
    assert differences(upsert, *real("messages.upsert", "t4_inbound:from_me_phone")) == []
    assert upsert["data"]["key"]["fromMe"] is True
    assert upsert["data"]["status"] == "SERVER_ACK"


def test_a_send_is_echoed_once_and_then_confirmed_as_the_phone_gets_it(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    answer = stage.send("Olá!").json()
    echo = desk.events("send.message")[0]
    assert differences(echo, *real("send.message")) == []
    assert echo["data"] == answer
    delivered = desk.events("messages.update")[0]
    assert differences(delivered, *real("messages.update")) == []
    assert delivered["data"]["keyId"] == answer["key"]["id"]
    assert delivered["data"]["status"] == "DELIVERY_ACK"
    assert "messages.upsert" not in desk.names


def test_reading_on_the_phone_is_told_from_the_lid(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, lid=LID)
    stage.send("Olá!")
    desk.events("messages.update")
    assert stage.control.read(CUSTOMER) == 1
    told = desk.events("messages.update", 2)[1]
    assert differences(told, *real("messages.update", "t7_misc:receipt_from_lid")) == []
    assert told["data"]["status"] == "READ"
    assert told["data"]["remoteJid"] == f"{LID}@lid"
    assert stage.control.read(CUSTOMER) == 0


def test_a_phone_that_is_off_confirms_when_it_is_back(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, online=False, reads_alone=True)
    stage.send("Olá!")
    stage.send("A quem está ligado", number="5511900000002")
    assert desk.data("messages.update")["remoteJid"] == "5511900000002@s.whatsapp.net"
    assert stage.control.thread(CUSTOMER)[0].status == "PENDING"
    stage.control.phone(CUSTOMER, online=True)
    told = [body["data"]["status"] for body in desk.events("messages.update", 3)[1:]]
    assert sorted(told) == ["DELIVERY_ACK", "READ"]


def test_any_status_can_be_told_by_hand(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.phone(CUSTOMER, online=False)
    sent = stage.send("Olá!").json()["key"]["id"]
    stage.control.status(sent, "ERROR")
    assert desk.data("messages.update")["status"] == "ERROR"
    assert stage.control.sent()[0].status == "ERROR"


def test_pairing_goes_through_qr_restart_and_open(stage: Stage, desk: Desk) -> None:
    stage.create(webhook={"url": desk.url, "events": []}, number=STORE, qrcode=True)
    created, shown = desk.events("instance.create")[0], desk.events("qrcode.updated")[0]
    assert differences(created, *real("instance.create")) == []
    assert differences(shown, *real("qrcode.updated", "t6_C:create_events_all_enabled")) == []
    assert shown["data"]["qrcode"]["base64"].startswith("data:image/png;base64,iVBORw0KGgo")
    connecting = desk.events("connection.update")[0]
    assert differences(connecting, *real("connection.update")) == []
    assert "sender" not in connecting
    stage.control.pair(name="Loja Aurora")
    opened = desk.events("connection.update", 3)
    assert sorted(body["data"]["state"] for body in opened) == ["connecting", "connecting", "open"]
    last = next(body for body in opened if body["data"]["state"] == "open")
    assert differences(last, documented("open")) == []
    assert last["data"]["wuid"] == last["sender"] == f"{STORE}@s.whatsapp.net"


def test_a_renewed_code_is_another_one_with_the_same_digits(stage: Stage, desk: Desk) -> None:
    stage.create(webhook={"url": desk.url, "events": []}, number=STORE, qrcode=True)
    stage.control.renew_qr()
    first, second = (body["data"]["qrcode"] for body in desk.events("qrcode.updated", 2))
    assert first["code"] != second["code"]
    assert first["pairingCode"] == second["pairingCode"]
    stage.control.pair()
    with pytest.raises(SimulatorError, match="não mostra um código"):
        stage.control.renew_qr()


def test_the_last_qr_code_runs_out(stage: Stage, desk: Desk) -> None:
    stage.create(webhook={"url": desk.url, "events": []}, qrcode=True)
    assert stage.control.quiet()
    desk.forget()
    stage.control.expire_qr()
    assert differences(desk.events("qrcode.updated")[0], documented("qr given up")) == []
    assert differences(desk.events("connection.update")[0], documented("refused")) == []


def test_an_unlinked_phone_is_told_three_times(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.kick()
    closed = desk.events("status.instance")[0]
    assert differences(closed, *real("status.instance")) == []
    inner = [json.loads(body["data"]["disconnectionObject"]) for body in real("status.instance")]
    ours = json.loads(closed["data"]["disconnectionObject"])
    assert differences(ours, *inner) == []
    assert differences(desk.events("logout.instance")[0], *real("logout.instance")) == []
    close = desk.events("connection.update")[0]
    assert differences(close, documented("close")) == []
    assert close["data"]["statusReason"] == 401


def test_a_ban_is_an_unlinking_with_403(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.ban()
    assert desk.data("status.instance")["disconnectionReasonCode"] == 403
    assert desk.data("connection.update")["statusReason"] == 403


def test_a_drop_shows_no_close_and_what_was_written_meanwhile_comes_after_it(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    stage.send("Antes")
    desk.events("messages.update")
    desk.forget()
    stage.control.drop(None)
    written = stage.control.receive(CUSTOMER, "Alô?", timestamp=1_795_335_208)
    assert stage.control.read(CUSTOMER) == 1
    assert stage.control.quiet()
    assert desk.names == ["connection.update"]
    assert stage.control.thread(CUSTOMER)[-1].status == "SERVER_ACK"
    stage.control.restore()
    late = desk.data("messages.upsert")
    assert (late["key"]["id"], late["messageTimestamp"]) == (written, 1_795_335_208)
    assert desk.data("messages.update")["status"] == "READ"
    states = [body["data"]["state"] for body in desk.events("connection.update", 2)]
    assert states == ["connecting", "open"]


def test_a_drop_ends_by_itself_when_it_was_given_seconds(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.drop(0.05)
    states = {body["data"]["state"] for body in desk.events("connection.update", 2)}
    assert states == {"connecting", "open"}


def test_what_was_written_to_an_unlinked_number_comes_as_history(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.kick()
    stage.control.receive(CUSTOMER, "Alguém?", name="Ana")
    stage.control.pair()
    told = desk.events("messages.set")[0]
    # The captured history was imported from a phone of unknown make.
    assert differences(told, *real("messages.set")) == []
    assert "messages.upsert" not in desk.names


def test_a_deletion_is_told_and_frees_the_name_once_told(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.hold()
    stage.call("DELETE", f"/instance/delete/{LINE}")
    assert stage.create().status_code == 403
    stage.control.release()
    for event in ("instance.delete", "remove.instance", "logout.instance", "status.instance"):
        assert differences(desk.events(event)[0], *real(event)) == [], event
    assert stage.control.quiet()
    assert stage.create().status_code == 201


def test_the_envelope_names_the_token_and_writes_local_time_with_a_z(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    before = datetime.now(UTC)
    stage.control.receive(CUSTOMER, "Oi!")
    body = desk.events("messages.upsert")[0]
    assert list(body) == list(real("messages.upsert")[0])
    assert (body["instance"], body["apikey"]) == (LINE, TOKEN)
    assert body["destination"] == desk.url
    wall = datetime.strptime(body["date_time"], "%Y-%m-%dT%H:%M:%S.%f%z").replace(tzinfo=None)
    local = before.astimezone(ZoneInfo("America/Sao_Paulo")).replace(tzinfo=None)
    assert timedelta(seconds=-1) < wall - local < timedelta(minutes=1)


def test_headers_events_and_paths_are_as_configured(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    webhook = {
        "url": desk.url,
        "enabled": True,
        "byEvents": True,
        "headers": {"X-Segredo": "abc"},
        "events": ["MESSAGES_UPSERT"],
    }
    stage.call("POST", f"/webhook/set/{LINE}", {"webhook": webhook})
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert [post.path for post in desk.posts] == ["/hook/messages-upsert"]
    assert desk.posts[0].headers["x-segredo"] == "abc"


def test_a_disabled_webhook_is_silent(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    off = {"webhook": {"url": desk.url, "enabled": False}}
    assert stage.call("POST", f"/webhook/set/{LINE}", off).status_code == 201
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert desk.posts == []


def test_a_replayed_id_is_told_again_and_shown_once(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    for _ in range(2):
        assert stage.control.receive(CUSTOMER, "Oi!", id="3AABCDEF0123456789AB") == (
            "3AABCDEF0123456789AB"
        )
    assert len(desk.events("messages.upsert", 2)) == 2
    assert desk.data("messages.upsert")["source"] == "ios"
    assert len(stage.control.thread(CUSTOMER)) == 1


def test_a_customer_registered_without_the_ninth_digit_keeps_that_address(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk)
    stage.control.receive("553198765432", "Oi!")
    assert desk.data("messages.upsert")["key"]["remoteJid"] == "553198765432@s.whatsapp.net"
    answer = stage.send("Olá!", number="5531998765432").json()
    assert answer["key"]["remoteJid"] == "553198765432@s.whatsapp.net"


def test_a_mobile_and_the_landline_inside_it_are_two_phones(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.receive("551132654321", "Do fixo")
    stage.control.receive("5511932654321", "Do celular")
    stage.control.receive("551187654321", "Conta antiga")
    stage.control.receive("5511987654321", "A mesma conta")
    numbers = [phone["wa_id"] for phone in stage.control.state()["phones"][3:]]
    assert numbers == ["551132654321", "5511932654321", "551187654321"]
