"""What phones and shops have said to each other before anybody looked."""

from automacao.simulator.views import PAGE_PHONES
from tests.automacao.simulator.stage import CUSTOMER, LINE, STORE, TOKEN, Desk, Stage

SAID = (
    {"from": "customer", "text": "Já saiu?", "id": "AC01", "at": 100, "status": "read"},
    {"from": "api", "text": "Saiu!", "id": "3EB01", "at": 160, "status": "delivered"},
    {"from": "api", "text": "Olhe só", "id": "3EB02", "at": 170, "status": "failed"},
)


def remember(stage: Stage, desk: Desk) -> None:
    stage.control.ensure(
        LINE,
        token=TOKEN,
        phone=STORE,
        profile="Loja",
        webhook={"url": desk.url, "enabled": True, "events": ["MESSAGES_UPSERT", "SEND_MESSAGE"]},
        phones=[{"number": CUSTOMER, "name": "Ana"}],
        messages=[{"phone": CUSTOMER, **one} for one in SAID],
    )
    assert stage.control.quiet()


def test_what_was_said_before_is_on_the_phone_once_and_told_to_nobody(
    stage: Stage, desk: Desk
) -> None:
    remember(stage, desk)
    stage.control.receive(CUSTOMER, "Obrigada")
    remember(stage, desk)
    seen = [(one.id, one.sender, one.time, one.status) for one in stage.control.thread(CUSTOMER)]
    assert seen[:-1] == [
        ("AC01", "customer", 100, "READ"),
        ("3EB01", "store", 160, "DELIVERY_ACK"),
        ("3EB02", "store", 170, "ERROR"),
    ]
    assert [post["data"]["message"] for post in desk.events("messages.upsert")] == [
        {"conversation": "Obrigada"}
    ]
    assert set(desk.names) == {"messages.upsert"}


def test_an_old_answer_that_is_read_at_last_turns_blue(stage: Stage, desk: Desk) -> None:
    remember(stage, desk)
    stage.control.ensure(
        LINE,
        token=TOKEN,
        phone=STORE,
        profile="Loja",
        webhook={"url": desk.url, "enabled": True, "events": ["MESSAGES_UPDATE"]},
    )
    assert stage.control.read(CUSTOMER) == 1
    data = desk.data("messages.update")
    assert (data["keyId"], data["status"]) == ("3EB01", "READ")


def test_a_phone_somebody_has_just_made_is_on_the_page_however_many_there_are(
    stage: Stage,
) -> None:
    for number in range(PAGE_PHONES):
        stage.control.phone(f"55119400000{number:02d}", name=f"Cliente {number}")
    # One of the first three, whom nobody has touched yet.
    stage.control.phone("5511981234567", name="Olívia Prado")
    page = stage.http.get("/celular/estado").json()
    assert len(page["phones"]) == PAGE_PHONES
    assert "Olívia Prado" in [phone["name"] for phone in page["phones"]]
