"""The line to WhatsApp: the numbers of a store, and everything a gateway ever posted about them."""

from automacao.models.chatbot import ChatbotSettings
from automacao.models.inbox import InboundEvent, next_arrivals
from automacao.models.instance import Instance, new_gateway_name, new_webhook_key
from automacao.models.tally import LineTally

__all__ = [
    "ChatbotSettings",
    "InboundEvent",
    "Instance",
    "LineTally",
    "new_gateway_name",
    "new_webhook_key",
    "next_arrivals",
]
