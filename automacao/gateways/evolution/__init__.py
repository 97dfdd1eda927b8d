"""The adapter for Evolution API 2.3.x: this module is a `Gateway`.

Shapes of 2.2.3 to 2.4 are read at the same time: a gateway may be upgraded between two webhooks.
"""

from automacao.gateways.evolution.calls import (
    configure_webhook,
    create_channel,
    delete_channel,
    find_sent,
    logout,
    own_phone,
    send,
    start,
    state,
)
from automacao.gateways.evolution.door import authenticate, redact, triage
from automacao.gateways.evolution.events import parse

name: str = "evolution"

__all__ = [
    "authenticate",
    "configure_webhook",
    "create_channel",
    "delete_channel",
    "find_sent",
    "logout",
    "name",
    "own_phone",
    "parse",
    "redact",
    "send",
    "start",
    "state",
    "triage",
]
