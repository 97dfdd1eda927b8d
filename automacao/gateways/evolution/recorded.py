"""A recorded answer, told as the error the call that got it would have ended in."""

from automacao.gateways.evolution.channels import state_of
from automacao.gateways.evolution.failures import answer_of
from automacao.gateways.evolution.fetching import refuse
from automacao.gateways.port import GatewayError, GatewayUnavailable, SendOutcomeUnknown


def error_of(path: str, status: int, raw: bytes) -> type[GatewayError] | None:
    """Name the error, or None for a success. `path` is what was asked, `raw` the answer's body."""
    try:
        _read(path, status, raw)
    except GatewayError as error:
        return type(error)
    return None


def _read(path: str, status: int, raw: bytes) -> None:
    if path.startswith("/chat/getBase64FromMediaMessage"):
        refuse(status, raw)
    is_send = path.startswith("/message/send") and not path.startswith("/message/sendReaction")
    doubt = SendOutcomeUnknown if is_send else GatewayUnavailable
    body = answer_of(status, raw, doubt=doubt)
    if path.startswith("/instance/connectionState"):
        state_of(body)
