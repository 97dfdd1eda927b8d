"""The first look at a webhook: who may post, what is masked, what is refused."""

import pytest

from automacao.gateways.evolution import authenticate, parse, redact, triage
from automacao.gateways.port import (
    Event,
    Lane,
    Quarantine,
)
from tests.automacao.evolution_data import (
    INSTANCE,
    body,
    manifest,
    message,
    webhook,
)

BODIES = [body(file) for file in manifest("evolution")]
DEEP = b"[" * 100_000


def _one(raw: bytes) -> Event:
    events = parse({}, raw)
    assert len(events) == 1
    return events[0]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe{\x00}\x00", b'{"event":"\xed\xa0\xbd"}', b"{'a':1}", b"\0"],
)
def test_what_is_not_json_is_refused_and_kept(raw: bytes) -> None:
    assert triage({}, raw, INSTANCE).status == 400
    assert _one(raw) == Quarantine("not JSON")


def test_json_too_deep_to_read_is_kept_for_later() -> None:
    for raw in (DEEP, DEEP + b"]" * len(DEEP)):
        assert triage({}, raw, INSTANCE).status == 200
        assert _one(raw) == Quarantine("too deep")


def test_a_number_of_5000_digits_does_not_cost_the_message() -> None:
    raw = webhook("messages.upsert", message(fileLength="HERE")).replace(b'"HERE"', b"9" * 5000)
    assert triage({}, raw, INSTANCE).status == 200
    assert _one(raw).type == "message.received"


def test_another_instances_event_is_refused() -> None:
    raw = body("evolution/904_wrong_instance_for_url.json")
    assert triage({}, raw, INSTANCE).status == 403
    assert triage({}, raw, "loja-boreal-02").status == 200


@pytest.mark.parametrize(
    ("event", "lane"),
    [
        ("messages.upsert", Lane.FRESH),
        ("messages.update", Lane.FRESH),
        ("send.message", Lane.FRESH),
        ("connection.update", Lane.FRESH),
        ("qrcode.updated", Lane.FRESH),
        ("messages.set", Lane.BULK),
        ("contacts.update", Lane.BULK),
        ("chats.update", Lane.BULK),
        ("presence.update", Lane.BULK),
        ("new.thing", Lane.BULK),
    ],
)
def test_what_a_person_is_looking_at_goes_first(event: str, lane: Lane) -> None:
    assert triage({}, webhook(event, None), INSTANCE).lane is lane


@pytest.mark.parametrize("name", ["X-Evendas-Secret", "x-evendas-secret", "X-EVENDAS-SECRET"])
def test_the_right_secret_opens(name: str) -> None:
    assert authenticate({name: "s3cret", "Content-Type": "text/plain"}, b"", "s3cret")


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({}, "s3cret"),
        ({}, ""),
        ({"X-Evendas-Secret": ""}, ""),
        ({"X-Evendas-Secret": "S3CRET"}, "s3cret"),
        ({"X-Evendas-Secret": "s3cret "}, "s3cret"),
        ({"X-Evendas-Secret": "s3cret,s3cret"}, "s3cret"),
        ({"X-Evendas-Secret": "s3cret", "x-evendas-secret": "other"}, "s3cret"),
        ({"X-Evendas-Secret": "sécret"}, "s3cret"),
        ({"X-Evendas-Secret": "\udcff\ud83d"}, "s3cret"),
        ({"X-Evendas-Secret": "s" * 100_000}, "s3cret"),
        ({"Authorization": "s3cret"}, "s3cret"),
    ],
)
def test_anything_else_stays_outside(headers: dict[str, str], secret: str) -> None:
    assert not authenticate(headers, b"", secret)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"apikey":"TOKEN","a":1}', b'{"apikey":"***","a":1}'),
        (b'{"apikey" : \n"TO\\"KEN"}', b'{"apikey" : \n"***"}'),
        (b'{"data":{"apiKey":"TOKEN"}}', b'{"data":{"apiKey":"***"}}'),
        (b'{"apikey":"TOK', b'{"apikey":"***"'),
        (b'{"apikey":"TOK\\', b'{"apikey":"***"'),
        (b'{"apikey":null}', b'{"apikey":null}'),
        (b'\xff"apikey":"\xff\x00"', b'\xff"apikey":"***"'),
    ],
)
def test_the_token_is_masked(raw: bytes, expected: bytes) -> None:
    assert redact(raw) == expected


def test_what_a_customer_writes_is_never_masked() -> None:
    raw = webhook("messages.upsert", message('{"apikey":"abc"}'), apikey=None)
    assert redact(raw) == raw


def test_masking_leaves_every_event_as_it_was() -> None:
    for raw in BODIES:
        assert b"FIXTURE-INSTANCE-TOKEN" not in redact(raw)
        assert parse({}, redact(raw)) == parse({}, raw)
