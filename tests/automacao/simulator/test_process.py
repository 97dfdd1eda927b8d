"""The simulator as a program: what it remembers, and when it refuses to start."""

from pathlib import Path

import httpx
import pytest

from automacao.simulator.client import SimulatorClient, SimulatorError
from tests.automacao.simulator.stage import (
    CUSTOMER,
    LIMIT,
    LINE,
    STORE,
    TOKEN,
    Desk,
    Running,
    Stage,
    command,
    start,
)
from tests.installation import SOUND

WEBHOOK = {"url": "http://127.0.0.1:1/nobody", "enabled": True, "events": []}
FIRST_NAMES = ["Juliana Prado", "Rafael Junqueira", "Camila Ferraz"]


def ensure(client: SimulatorClient, *, token: str = TOKEN) -> None:
    client.ensure(LINE, token=token, phone=STORE, profile="Loja Aurora", webhook=WEBHOOK)


def test_a_restart_resumes_lines_phones_and_conversations(tmp_path: Path, desk: Desk) -> None:
    state = tmp_path / "deep" / "state.json"
    first = start(state, "--arrival-delay", "0")
    with SimulatorClient(first.url) as client:
        client.ensure(
            LINE,
            token=TOKEN,
            phone=STORE,
            profile="Loja Aurora",
            webhook={"url": desk.url, "enabled": True, "events": []},
        )
        client.phone("(31) 98765-4321", name="Marina", old=True, reads_alone=True)
        client.receive(CUSTOMER, "Oi!", name="Ana")
        picture = client.receive(CUSTOMER, "Olha", kind="image", data="Zm90bw==")
        client.react(picture, "👍", by="store_phone")
        assert client.quiet()
        before = client.state()
        thread = client.thread(CUSTOMER)
    assert first.stop() == 0
    desk.forget()
    second = start(state)
    with SimulatorClient(second.url) as client:
        # The stored line connects by itself, as after a restart of the real gateway.
        states = {body["data"]["state"] for body in desk.events("connection.update", 2)}
        assert states == {"connecting", "open"}
        after = client.state()
        assert client.thread(CUSTOMER) == thread
        assert client.file(thread[-1]) == b"foto"
        assert thread[-1].reactions == {"store": "👍"}
    assert second.stop() == 0
    assert after["phones"] == before["phones"]
    assert after["instances"] == before["instances"]


def test_codes_renew_by_the_clock_until_the_last_one(tmp_path: Path, desk: Desk) -> None:
    running = start(tmp_path / "state.json", "--qr-seconds", "0.05", "--qr-limit", "3")
    with SimulatorClient(running.url) as client, httpx.Client(base_url=running.url) as http:
        Stage(client, http).create(webhook={"url": desk.url, "events": []}, qrcode=True)
        told = [body["data"] for body in desk.events("qrcode.updated", 4)]
        assert client.instance()["state"] == "close"
    assert running.stop() == 0
    codes = [data["qrcode"]["code"] for data in told if "qrcode" in data]
    assert len(set(codes)) == 3
    assert [data["statusCode"] for data in told if "qrcode" not in data] == [500]


def test_it_refuses_to_run_outside_a_demo() -> None:
    process = command(EVENDAS_DEMO="0", **SOUND)
    said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert said == ("", "CommandError: The simulator runs only in a demo: set EVENDAS_DEMO=1.\n")


def test_a_taken_port_is_one_sentence(running: Running, tmp_path: Path) -> None:
    port = httpx.URL(running.url).port
    process = command("--port", str(port), "--state", str(tmp_path / "state.json"))
    said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    sentence = f"Port {port} is taken: stop what uses it or choose --port."
    assert said == ("", f"CommandError: {sentence}\n")


def test_a_state_file_that_is_none_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}")
    process = command("--port", "0", "--state", str(state))
    said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "Move the file away to begin anew." in said[1]
    assert "Traceback" not in said[1]
    assert state.read_text() == "{}"


def test_three_customers_are_there_from_the_start_one_without_the_ninth_digit(
    stage: Stage,
) -> None:
    phones = stage.control.state()["phones"]
    assert [phone["name"] for phone in phones] == FIRST_NAMES
    assert [phone["wa_id"] == phone["number"] for phone in phones] == [True, False, True]


def test_ensure_creates_once_and_keeps(stage: Stage) -> None:
    ensure(stage.control)
    stage.control.receive(CUSTOMER, "Oi!")
    ensure(stage.control, token="outro-token")
    assert len(stage.control.thread(CUSTOMER)) == 1
    assert len(stage.control.state()["instances"]) == 1
    assert stage.call("GET", f"/instance/connectionState/{LINE}", key="outro-token").is_success


def test_ensure_connects_again_what_was_lost(stage: Stage) -> None:
    ensure(stage.control)
    stage.control.kick()
    ensure(stage.control)
    assert stage.control.instance()["phase"] == "open"


def test_ensure_brings_the_customers_of_the_desk(stage: Stage) -> None:
    people = [{"number": "551132654321", "name": "Padaria"}, {"number": CUSTOMER, "name": "Ana"}]
    stage.control.ensure(
        LINE, token=TOKEN, phone=STORE, profile="Loja", webhook=WEBHOOK, phones=people
    )
    phones = stage.control.state()["phones"]
    assert [phone["wa_id"] for phone in phones[3:]] == ["551132654321", CUSTOMER]


@pytest.mark.parametrize(
    ("typed", "options", "wa_id"),
    [
        ("(31) 98765-4321", {}, "5531987654321"),
        ("(31) 98765-4321", {"old": True}, "553187654321"),
        ("11 3265-4321", {"old": True}, "551132654321"),
        ("+351 912 345 678", {}, "351912345678"),
    ],
)
def test_a_phone_is_registered_as_typed(
    stage: Stage, typed: str, options: dict[str, bool], wa_id: str
) -> None:
    assert stage.control.phone(typed, **options)["wa_id"] == wa_id


@pytest.mark.parametrize("typed", ["123", "abc", "+0031", " "])
def test_what_is_no_number_makes_no_phone(stage: Stage, typed: str) -> None:
    with pytest.raises(SimulatorError):
        stage.control.phone(typed)
    assert len(stage.control.state()["phones"]) == 3


def test_control_says_what_is_wrong(stage: Stage) -> None:
    with pytest.raises(SimulatorError, match="Diga a instância"):
        stage.control.kick()
    with pytest.raises(SimulatorError, match="Não existe a instância x"):
        stage.control.kick("x")
    stage.create()
    with pytest.raises(SimulatorError, match="nunca foi conectada"):
        stage.control.receive(CUSTOMER, "Oi!")
    with pytest.raises(SimulatorError, match="Falta text"):
        stage.control.type_message(CUSTOMER, " ")


def test_another_site_cannot_drive_the_phones(stage: Stage) -> None:
    headers = {"origin": "https://evil.example"}
    answer = stage.http.post("/_control/clear", json={}, headers=headers)
    assert answer.status_code == 403


def test_the_page_is_served_with_a_policy_and_only_its_changes(stage: Stage) -> None:
    browser = {"accept": "text/html"}
    assert stage.http.get("/", headers=browser).headers["location"] == "/celular/"
    page = stage.http.get("/celular/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    state = stage.http.get("/celular/estado").json()
    again = f"/celular/estado?revision={state['revision']}"
    assert stage.http.get(again).status_code == 204
    stage.create()
    assert stage.http.get(again).status_code == 200


def test_only_this_machine_is_listened_to(running: Running) -> None:
    assert httpx.URL(running.url).host == "127.0.0.1"
    port = httpx.URL(running.url).port
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.2:{port}/", trust_env=False)
