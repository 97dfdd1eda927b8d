"""Tells the gateway what was read, outside any transaction. Once: a receipt is a courtesy."""

import logging

from automacao.gateways.port import GatewayError
from automacao.gateways.registry import gateway
from sac.actions.receipts import reading_of

logger = logging.getLogger(__name__)


def mark_conversation_read(conversation_id: int, *, after: int, until: int) -> None:
    """Send the receipt; one that fails is let go."""
    reading = reading_of(conversation_id, after=after, until=until)
    if reading is None:
        return
    instance = reading.instance
    try:
        gateway(instance.gateway).mark_read(instance.channel(), reading.targets)
    except GatewayError as error:
        logger.info("no read receipt in conversation %s: %s", conversation_id, error)
