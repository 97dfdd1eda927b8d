"""Bodies an Evolution server sent, and what each of them means."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures"
INSTANCE = "loja-aurora-01"
OWN = "5511900000100@s.whatsapp.net"
CUSTOMER = "5511900000001@s.whatsapp.net"


def manifest(folder: str) -> dict[str, list[dict[str, Any]]]:
    """Map each file of a folder to the events, or the error class, expected of it."""
    rows = json.loads((FIXTURES / "MANIFEST.json").read_bytes())
    return {row["file"]: row["expect"] for row in rows if row["file"].startswith(f"{folder}/")}


def body(file: str) -> bytes:
    """Return the exact bytes of a fixture."""
    return (FIXTURES / file).read_bytes()


def captured() -> dict[str, bytes]:
    """Map the name of each captured webhook to its body."""
    by_event = json.loads((FIXTURES / "evolution-2.3.6-webhooks.json").read_bytes())
    return {
        f"{event} {run}": json.dumps(captured_body).encode()
        for event, runs in by_event.items()
        for run, captured_body in runs.items()
    }


def webhook(event: str, data: object, **envelope: object) -> bytes:
    """Build a body as the gateway does."""
    whole = {
        "event": event,
        "instance": INSTANCE,
        "data": data,
        "date_time": "2026-08-01T13:00:05.120Z",
        "sender": OWN,
        "apikey": "TOKEN",
    }
    return json.dumps(whole | envelope).encode()


def message(text: str = "oi", **changes: object) -> dict[str, object]:
    """Build the data of a customer's text; `key` is laid over the usual key."""
    key: dict[str, object] = {"remoteJid": CUSTOMER, "fromMe": False, "id": "ID1"}
    changed = changes.pop("key", {})
    whole: dict[str, object] = {
        "key": key | changed if isinstance(changed, dict) else changed,
        "pushName": "Marina",
        "message": {"conversation": text},
        "messageType": "conversation",
        "messageTimestamp": 1785600000,
    }
    return whole | changes
