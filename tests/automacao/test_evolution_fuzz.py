"""Nothing that can be posted makes the adapter raise."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automacao.gateways.evolution import authenticate, parse, redact, triage
from tests.automacao.evolution_data import (
    INSTANCE,
    body,
    captured,
    manifest,
    message,
    webhook,
)

BODIES = [body(file) for file in manifest("evolution")]


KNOWN = "key remoteJid remoteJidAlt fromMe id message conversation status qrcode low high state"
NAMES = st.sampled_from(KNOWN.split()) | st.text(max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
EVENTS = sorted({json.loads(raw)["event"] for raw in captured().values()})
FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _survives(raw: bytes) -> None:
    assert parse({}, raw)
    assert triage({}, raw, INSTANCE).status in {200, 400, 403}
    assert isinstance(redact(raw), bytes)


@FUZZ
@given(JSON, st.sampled_from(EVENTS))
def test_any_data_under_any_event_is_survived(data: object, event: str) -> None:
    _survives(webhook(event, data))
    _survives(json.dumps(data).encode())


@FUZZ
@given(st.sampled_from(EVENTS), NAMES, JSON, JSON)
def test_any_change_of_a_message_is_survived(
    event: str, name: str, value: object, other: object
) -> None:
    data = message(key={name: value})
    _survives(webhook(event, data | {name: other}, sender=value, date_time=other))
    _survives(webhook(event, message(message={name: value}, messageTimestamp=other)))


@FUZZ
@given(st.sampled_from(BODIES), st.floats(0, 1))
def test_any_truncation_is_survived(raw: bytes, share: float) -> None:
    _survives(raw[: int(len(raw) * share)])


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(raw: bytes) -> None:
    _survives(raw)
    assert authenticate({}, raw, "s") is False
