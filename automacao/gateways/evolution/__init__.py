"""The adapter for Evolution API 2.3.x: this module is a `Gateway`.

Shapes of 2.2.3 to 2.4 are read at the same time: a gateway may be upgraded between two webhooks.
"""

from automacao.gateways.evolution.channels import (
    check_number,
    configure_webhook,
    create_channel,
    delete_channel,
    is_webhook_set,
    logout,
    own_phone,
    restart,
    start,
    state,
)
from automacao.gateways.evolution.door import authenticate, redact, triage
from automacao.gateways.evolution.events import parse
from automacao.gateways.evolution.fetching import fetch_file
from automacao.gateways.evolution.memory import find_sent, remembered
from automacao.gateways.evolution.recorded import error_of
from automacao.gateways.evolution.sending import delete, edit, mark_read, react, send

name: str = "evolution"

__all__ = [
    "authenticate",
    "check_number",
    "configure_webhook",
    "create_channel",
    "delete",
    "delete_channel",
    "edit",
    "error_of",
    "fetch_file",
    "find_sent",
    "is_webhook_set",
    "logout",
    "mark_read",
    "name",
    "own_phone",
    "parse",
    "react",
    "redact",
    "remembered",
    "restart",
    "send",
    "start",
    "state",
    "triage",
]
