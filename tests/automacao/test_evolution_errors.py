"""What a failed call means: only a recognised refusal is a refusal."""

import json

import pytest

from automacao.gateways import port
from automacao.gateways.evolution.failures import answer_of, classify
from automacao.gateways.port import GatewayError, Outcome, SendOutcomeUnknown
from tests.automacao.evolution_data import body, manifest

MANIFEST = manifest("evolution_http")
# This answer is a failure only for the call that asked for the state it lacks.
BY_ITS_CALL = "evolution_http/200_connection_state_without_state.json"


def _class_of(status: int, raw: bytes) -> type[GatewayError] | None:
    try:
        answer_of(status, raw, doubt=SendOutcomeUnknown)
    except GatewayError as error:
        return type(error)
    return None


def _error(message: object) -> bytes:
    return json.dumps({"error": "…", "response": {"message": message}}).encode()


@pytest.mark.parametrize("file", sorted(MANIFEST.keys() - {BY_ITS_CALL}))
def test_every_recorded_answer_has_its_class(file: str) -> None:
    recorded = json.loads(body(file))
    raw = b"" if recorded["body"] is None else json.dumps(recorded["body"]).encode()
    expected = MANIFEST[file][0]["error_class"]
    assert _class_of(recorded["status"], raw) is (getattr(port, expected) if expected else None)


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (400, ["Error: rate-overlimit"], port.RateLimited),
        (400, ["Text is required"], port.InvalidRequest),
        (400, ['The "a" instance is not connected'], port.ChannelNotConnected),
        (
            500,
            "Cannot read properties of undefined (reading 'onWhatsApp')",
            port.ChannelNotConnected,
        ),
        (
            400,
            ["TypeError: Cannot read properties of undefined (reading 'id')"],
            port.ChannelNotConnected,
        ),
        (500, "Cannot read properties of null (reading 'x')", port.GatewayUnavailable),
        # The same crash inside the send may come from after it.
        (400, ["TypeError: Cannot read properties of undefined (reading '0')"], None),
        (500, "Timed Out", None),
        (400, ["Error: Storage said: Connection Closed"], None),
        (400, ["PrismaClientKnownRequestError: Connection Closed"], None),
        (400, ["OpenAI: rate-overlimit in transcription"], None),
        (403, ["Forbidden"], None),
        (500, {"odd": 1}, None),
        (500, [], None),
        (418, None, None),
    ],
)
def test_a_refusal_is_known_by_its_whole_text(
    status: int, message: object, expected: type[GatewayError] | None
) -> None:
    assert _class_of(status, _error(message)) is (expected or SendOutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        # The gateway behind the proxy may have died after taking the message.
        (502, b"<html>Bad Gateway</html>", SendOutcomeUnknown),
        (503, b"", port.GatewayUnavailable),
        (503, b'{"message":"?"}', SendOutcomeUnknown),
        (504, b"", SendOutcomeUnknown),
        (500, b"<html>", SendOutcomeUnknown),
        (
            404,
            b'{"status":404,"response":{"message":["Cannot POST /x"]}}',
            port.GatewayMisconfigured,
        ),
        (301, b"", port.GatewayMisconfigured),
        (413, b"<html>", port.FileTooLarge),
        (429, b"slow down", port.RateLimited),
        (401, b"", port.AuthFailed),
        (200, b"<html>another server</html>", SendOutcomeUnknown),
        (201, b"", SendOutcomeUnknown),
        (201, b"[" * 100_000, SendOutcomeUnknown),
        (400, b"", SendOutcomeUnknown),
        (400, b"{}", SendOutcomeUnknown),
    ],
)
def test_what_a_proxy_says_is_told_apart(
    status: int, raw: bytes, expected: type[GatewayError]
) -> None:
    assert _class_of(status, raw) is expected


def test_only_what_surely_never_left_may_be_sent_again() -> None:
    resendable = {port.ChannelNotConnected, port.RateLimited, port.GatewayUnavailable}
    again = {Outcome.LATER, Outcome.OFFLINE}
    assert {kind for kind in GatewayError.__subclasses__() if kind.outcome in again} == resendable


def test_a_success_is_no_failure() -> None:
    assert classify(200, {"error": False}) is None
    assert answer_of(201, b'{"key":{"id":"A"}}', doubt=SendOutcomeUnknown) == {"key": {"id": "A"}}


def test_the_gateways_words_are_kept_short_for_the_log() -> None:
    with pytest.raises(SendOutcomeUnknown, match="HTTP 500: xx") as caught:
        answer_of(500, _error("x" * 5000), doubt=SendOutcomeUnknown)
    assert len(str(caught.value)) < 400
