"""Retries of webhooks, and what goes wrong on purpose."""

import threading
from itertools import pairwise

import httpx
import pytest

from automacao.simulator import courier
from automacao.simulator.client import SimulatorError
from tests.automacao.simulator.stage import CUSTOMER, LINE, TOKEN, Desk, Stage


def test_the_waits_double_from_five_seconds_to_five_minutes() -> None:
    expected = [5, 10, 20, 40, 80, 160, 300, 300, 300]
    waits = list(courier.waits())
    assert len(waits) == len(expected)
    for wait, middle in zip(waits, expected, strict=True):
        assert 0.8 * middle <= wait <= 1.2 * middle


def test_a_failing_desk_is_asked_ten_times_with_growing_waits_and_the_same_bytes(
    stage: Stage, desk: Desk
) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    desk.answers = [500, 503, 409, 429, 413, 500, 500, 500, 500, 500]
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet(15)
    assert len(desk.posts) == 10
    assert len({post.raw for post in desk.posts}) == 1
    gaps = [after.at - before.at for before, after in pairwise(desk.posts)]
    for gap, middle in zip(gaps, [5, 10, 20, 40, 80, 160, 300, 300, 300], strict=True):
        assert gap >= 0.8 * middle * 0.002


def test_a_desk_that_recovers_is_asked_no_more(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    desk.answers = [503, 503]
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert len(desk.posts) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_loses_the_event(stage: Stage, desk: Desk, status: int) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    desk.answers = [status]
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert len(desk.posts) == 1


def test_one_event_in_trouble_does_not_keep_the_others(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    desk.answers = [500]
    ids = stage.control.receive_many(
        {"from": CUSTOMER, "text": f"Mensagem {number}"} for number in range(5)
    )
    assert stage.control.quiet()
    told = [body["data"]["key"]["id"] for body in desk.events("messages.upsert", 6)]
    assert len(told) == 6
    assert set(told) == set(ids)


def test_held_webhooks_leave_on_release(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.hold()
    stage.control.receive(CUSTOMER, "Oi!")
    assert not stage.control.quiet(0.2)
    assert desk.posts == []
    stage.control.release()
    assert desk.events("messages.upsert")


def test_duplicates_are_byte_identical(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.faults(duplicate=True)
    stage.control.receive(CUSTOMER, "Oi!")
    assert stage.control.quiet()
    assert len(desk.posts) == 2
    assert desk.posts[0].raw == desk.posts[1].raw


def test_a_window_shuffles_the_order(stage: Stage, desk: Desk) -> None:
    stage.connected(desk, events=["MESSAGES_UPSERT"])
    stage.control.faults(unordered_ms=400)
    ids = stage.control.receive_many({"from": CUSTOMER, "text": "Oi!"} for _ in range(12))
    told = [body["data"]["key"]["id"] for body in desk.events("messages.upsert", 12)]
    assert set(told) == set(ids)
    assert told != ids
    stage.control.faults(unordered_ms=600_000)
    stage.control.receive(CUSTOMER, "Em algum momento dos próximos dez minutos")
    assert not stage.control.quiet(0.2)


def test_an_accepted_send_may_hang_for_ever(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(accept_then_hang=1)
    with pytest.raises(httpx.ReadTimeout):
        stage.http.post(
            f"/message/sendText/{LINE}",
            json={"number": CUSTOMER, "text": "Olá!"},
            headers={"apikey": TOKEN},
            timeout=0.3,
        )
    assert [sent.text for sent in stage.control.sent()] == ["Olá!"]
    assert desk.events("send.message")
    assert stage.send("De novo").status_code == 201


def test_a_reset_closes_the_connection_without_an_answer(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(reset=1, accept_then_reset=1)
    for _ in range(2):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            stage.send("Olá!")
    assert len(stage.control.sent()) == 1


def test_a_500_may_come_before_or_after_the_message_left(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(error_500=1, accept_then_500=1)
    assert [stage.send("Olá!").status_code for _ in range(3)] == [500, 500, 201]
    assert [sent.count for sent in stage.control.sent()] == [1, 2]


def test_a_probability_of_one_always_strikes_until_reset(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(error_500={"probability": 1.0})
    assert [stage.send().status_code for _ in range(2)] == [500, 500]
    stage.control.reset_faults()
    assert stage.send().status_code == 201


def test_faults_spare_other_routes_unless_everywhere(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    path = f"/instance/connectionState/{LINE}"
    stage.control.faults(error_500=1)
    assert stage.call("GET", path).status_code == 200
    stage.control.faults(everywhere=True)
    assert stage.call("GET", path).status_code == 500


def test_a_gateway_that_is_down_answers_503_without_a_body(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(down=True)
    answer = stage.call("GET", "/instance/fetchInstances")
    assert (answer.status_code, answer.content) == (503, b"")
    assert stage.send().status_code == 503


def test_a_delay_keeps_the_caller_waiting(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    stage.control.faults(delay_ms=150)
    assert stage.send().elapsed.total_seconds() >= 0.15


def test_an_unknown_fault_is_named(stage: Stage) -> None:
    with pytest.raises(SimulatorError, match="gremlins"):
        stage.control.faults(gremlins=True)


def test_the_ledger_counts_what_a_phone_got_twice(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    for text in ("Um", "Dois", "Um"):
        stage.send(text)
    stage.control.type_message(CUSTOMER, "Do celular")
    ledger = [(sent.number, sent.text, sent.count) for sent in stage.control.sent()]
    assert ledger == [(CUSTOMER, "Um", 1), (CUSTOMER, "Dois", 1), (CUSTOMER, "Um", 2)]
    texts = [(bubble.sender, bubble.text) for bubble in stage.control.thread(CUSTOMER)]
    assert texts[-1] == ("store", "Do celular")


def test_twenty_callers_at_once_are_all_served(stage: Stage, desk: Desk) -> None:
    stage.connected(desk)
    callers = [
        threading.Thread(target=stage.send, args=(f"Mensagem {number}",)) for number in range(20)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len({sent.id for sent in stage.control.sent()}) == 20
