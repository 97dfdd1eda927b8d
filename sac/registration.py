"""Whether a number has WhatsApp, asked of the gateway while somebody waits for the answer.

The one call a request makes: outside any transaction, and only where the store's number is up.
"""

from automacao.gateways.port import GatewayError, Registration
from automacao.gateways.registry import gateway
from automacao.models import Instance
from sac.refusals import Invalid

AWAY = "O WhatsApp não respondeu agora. Nada se perdeu: tente de novo em alguns instantes."
DOWN = "O número da loja está desconectado. Reconecte-o para começar conversas."
NOBODY = "Este número não tem WhatsApp."


class Unreachable(Exception):
    """Nobody can tell now. The text is what the person reads."""


def look_up(instance: Instance, phone: str) -> Registration:
    """Find a phone (E.164) on WhatsApp.

    Raises Invalid for one that has none, Unreachable when asked in vain.
    """
    if not instance.is_connected:
        raise Unreachable(DOWN)
    try:
        found = gateway(instance.gateway).check_number(instance.channel(), phone)
    except GatewayError as error:
        raise Unreachable(AWAY) from error
    if not found.exists:
        raise Invalid(NOBODY)
    return found
