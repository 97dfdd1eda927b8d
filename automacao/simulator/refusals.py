"""The gateway's answers that a test may ask for by name, on any route.

The names are those of the recorded exchanges under tests/fixtures/evolution_http.
"""

from dataclasses import dataclass
from typing import Any

from automacao.simulator.faults import Fault


@dataclass
class Refusal:
    """One answer in place of the real one, for the routes that begin with `path`.

    With `acts` the route does its work first: the message left, and the answer hides it.
    """

    name: str
    path: str
    fault: Fault
    acts: bool


def refusal(
    name: str,
    *,
    path: str = "/message/",
    next: int = 1,  # noqa: A002 - the control API's word
    probability: float = 0.0,
    acts: bool | None = None,
) -> Refusal:
    """Plan an answer. Those that come after the write act by themselves.

    Raises ValueError for a name that is none.
    """
    if name not in ANSWERS:
        raise ValueError(f"There is no answer {name}.")
    fault = Fault(next=0 if probability else next, probability=probability)
    return Refusal(name, path, fault, name in _AFTER_THE_WRITE if acts is None else acts)


def _envelope(status: int, title: str, message: object) -> tuple[int, Any]:
    return status, {"status": status, "error": title, "response": {"message": message}}


def _bad(message: object) -> tuple[int, Any]:
    return _envelope(400, "Bad Request", [message])


def _server(message: str) -> tuple[int, Any]:
    return _envelope(500, "Internal Server Error", message)


_BOOM = {
    "data": None,
    "isBoom": True,
    "isServer": False,
    "output": {
        "statusCode": 428,
        "payload": {
            "statusCode": 428,
            "error": "Precondition Required",
            "message": "Connection Closed",
        },
        "headers": {},
    },
}
_LICENSE = {
    "error": "service not activated",
    "code": "LICENSE_REQUIRED",
    "register_url": "https://evo.example.com.br/manager/login",
    "instance_id": "00000000-0000-4000-8000-000000000001",
    "docs_url": "https://docs.evolutionfoundation.com.br/licensing",
    "message": "not activated",
}
_AFTER_THE_WRITE = {"201_empty_body", "400_database_error_after_send"}
_PRISMA = (
    "PrismaClientKnownRequestError: Invalid `this.prismaRepository.message.create()` invocation"
)

# Status and body; a body of None is none at all.
ANSWERS: dict[str, tuple[int, Any]] = {
    "200_connect_empty_qr": (200, {"count": 0}),
    "200_connect_error_true": (200, {"error": True, "message": "[object Object]"}),
    "200_connection_state_without_state": (200, {"instance": {"instanceName": "loja-aurora-01"}}),
    "201_empty_body": (201, None),
    "400_connection_closed": _bad("Error: Connection Closed"),
    "400_database_error_after_send": _bad(_PRISMA),
    "400_media_not_url_or_base64": _bad("Owned media must be a url or base64"),
    "400_number_not_on_whatsapp": _bad(
        {"jid": "5511900000001@s.whatsapp.net", "exists": False, "number": "5511900000001"}
    ),
    "400_object_object": _bad("[object Object]"),
    "400_timed_out": _bad("Error: Timed Out"),
    "400_validation_nested_array": _bad(['instance requires property "text"']),
    "400_whatsapp_numbers_raw_error": (400, _BOOM),
    "401_unauthorized": _envelope(401, "Unauthorized", "Unauthorized"),
    "403_name_in_use": _envelope(
        403, "Forbidden", ['This name "loja-aurora-01" is already in use.']
    ),
    "404_instance_missing": _envelope(
        404, "Not Found", ['The "loja-aurora-01" instance does not exist']
    ),
    "500_connection_closed": _server("Connection Closed"),
    "500_instance_not_in_memory": _server(
        "Cannot read properties of undefined (reading 'textMessage')"
    ),
    "503_license_required_240": (503, _LICENSE),
}
