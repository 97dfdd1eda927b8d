"""How a call may fail, and what that means for what was asked."""

from enum import StrEnum
from typing import ClassVar


class Outcome(StrEnum):
    """What a failed call means for the message that was being sent."""

    REFUSED = "refused"  # never left and never will: show it, let a person decide
    LATER = "later"  # never left: try again after a pause
    OFFLINE = "offline"  # never left: wait until the number is connected
    HALTED = "halted"  # never left: the channel itself needs a person
    UNKNOWN = "unknown"  # may have left: never sent again by itself


class GatewayError(Exception):
    """A gateway call that failed, classified. The text is the gateway's own, for logs."""

    outcome: ClassVar[Outcome] = Outcome.UNKNOWN
    pt: ClassVar[str] = "Não foi possível confirmar o envio."


class InvalidRequest(GatewayError):
    outcome = Outcome.REFUSED
    pt = "O WhatsApp recusou o conteúdo desta mensagem."


class RecipientNotOnWhatsApp(GatewayError):
    outcome = Outcome.REFUSED
    pt = "Este número não tem WhatsApp."


class FileMissing(GatewayError):
    """The bytes are gone at the network, or were never had."""

    outcome = Outcome.REFUSED
    pt = "O arquivo não está mais disponível no WhatsApp."


class FileTooLarge(GatewayError):
    outcome = Outcome.REFUSED
    pt = "O arquivo é maior do que o permitido."


class AuthFailed(GatewayError):
    outcome = Outcome.HALTED
    pt = "A conexão com o WhatsApp foi recusada. Avise o administrador."


class ChannelMissing(GatewayError):
    outcome = Outcome.HALTED
    pt = "A instância não existe mais no servidor do WhatsApp. Avise o administrador."


class GatewayMisconfigured(GatewayError):
    outcome = Outcome.HALTED
    pt = "O servidor do WhatsApp precisa de configuração. Avise o administrador."


class Conflict(GatewayError):
    outcome = Outcome.HALTED
    pt = "Este nome de instância já está em uso."


class ChannelNotConnected(GatewayError):
    outcome = Outcome.OFFLINE
    pt = "O número está desconectado."


class RateLimited(GatewayError):
    outcome = Outcome.LATER
    pt = "O WhatsApp pediu para esperar."


class GatewayUnavailable(GatewayError):
    outcome = Outcome.LATER
    pt = "O servidor do WhatsApp não respondeu."


class SendOutcomeUnknown(GatewayError):
    outcome = Outcome.UNKNOWN
