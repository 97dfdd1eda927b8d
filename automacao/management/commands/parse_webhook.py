"""Show what the desk would understand of webhook bodies kept in files."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from automacao.gateways import registry
from automacao.gateways.port import (
    CallReceived,
    Event,
    Facts,
    File,
    Gateway,
    HistoryBatch,
    Kind,
    MessageDeleted,
    MessageEcho,
    MessageEdited,
    MessageReceived,
    Reaction,
    SessionState,
)

Told = list[dict[str, object]]
WithSource = (
    MessageReceived
    | MessageEcho
    | MessageEdited
    | MessageDeleted
    | Reaction
    | CallReceived
    | SessionState
)


class Command(BaseCommand):
    """Print one JSON object per file and line: the file and its events. Uses no database."""

    help = "Mostra, sem gravar nada, os eventos que cada corpo de webhook contém."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("gateway", help="evolution")
        parser.add_argument("files", nargs="+", metavar="FILE")
        of_whom = parser.add_mutually_exclusive_group()
        of_whom.add_argument(
            "--instance", help="recusa (403) corpos de outra; sem isso vale a do primeiro arquivo"
        )
        of_whom.add_argument(
            "--every-instance", action="store_true", help="aceita corpos de qualquer instância"
        )

    def handle(
        self,
        *_args: object,
        gateway: str,
        files: list[str],
        instance: str | None = None,
        every_instance: bool = False,
        **_options: object,
    ) -> None:
        reader = _Reader(_adapter(gateway), instance, takes_all=every_instance)
        for path in files:
            told = {"file": path, "events": reader.tell(_bytes_of(path))}
            self.stdout.write(json.dumps(told, default=datetime.isoformat))


class _Reader:
    """One address of webhooks: it belongs to one instance, and knows what it has seen."""

    def __init__(self, adapter: Gateway, instance: str | None, *, takes_all: bool) -> None:
        self._adapter = adapter
        self._instance = instance
        self._takes_all = takes_all
        self._seen: dict[bytes, Told] = {}

    def tell(self, raw: bytes) -> Told:
        """Tell a body's events; of a body met before, only that it is a retry."""
        if status := self._rejected(raw):
            return [{"type": "reject", "http": status}]
        if raw in self._seen:
            return [{"type": "duplicate", "id": self._seen[raw][0].get("id")}]
        events = self._adapter.parse({}, raw)
        self._instance = self._instance or _channel_of(events)
        self._seen[raw] = [_as_json(event) for event in events]
        return self._seen[raw]

    def _rejected(self, raw: bytes) -> int | None:
        status = self._adapter.triage({}, raw, self._instance or "").status
        is_foreign = status == 403 and self._instance and not self._takes_all
        return status if status == 400 or is_foreign else None


def _channel_of(events: list[Event]) -> str | None:
    named = (event.source.channel for event in events if isinstance(event, WithSource))
    return next((name for name in named if name), None)


def _adapter(name: str) -> Gateway:
    try:
        return registry.gateway(name)
    except LookupError as error:
        raise CommandError(str(error)) from error


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _as_json(event: Event) -> dict[str, object]:
    """Tell an event flat. What fetches a file is left out: it is long, and a key."""
    if isinstance(event, HistoryBatch):
        messages = [_as_json(message) for message in event.messages]
        return {"type": event.type, "count": len(messages), "messages": messages}
    told: dict[str, object] = {"type": event.type, **asdict(event)}
    told.pop("source", None)
    if isinstance(event, MessageReceived | MessageEcho | CallReceived):
        del told["identities"]
        told |= _person(event)
    if isinstance(event, MessageReceived | MessageEcho):
        del told["file"]
        told |= _file(event.file) | _marks(event.facts)
        told |= {"choice_id": event.facts.get("id")} if event.kind == Kind.CHOICE else {}
    return told


def _person(event: MessageReceived | MessageEcho | CallReceived) -> dict[str, object]:
    """Name the person by every identity, and by the id WhatsApp registered their phone under."""
    person: dict[str, object] = {"phone": None, "lid": None, "wa_id": None}
    person |= {identity.kind: identity.value for identity in event.identities}
    if person["phone"]:
        person["wa_id"] = event.address.partition("@")[0]
    return person


def _file(file: File | None) -> dict[str, object]:
    if file is None:
        return {}
    return {"filename": file.name, "mime": file.mime, "size": file.size, "seconds": file.seconds}


def _marks(facts: Facts) -> dict[str, object]:
    """Lift out of the facts what decides how a message is shown."""
    return {"view_once": facts.get("view_once") is True, "from_ad": "ad" in facts}
