"""Show what the desk would understand of webhook bodies kept in files."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from automacao.gateways import registry
from automacao.gateways.port import Event, Gateway, MessageEcho, MessageReceived

Told = list[dict[str, object]]


class Command(BaseCommand):
    """Print one JSON object per file and line: the file and its events. Uses no database."""

    help = "Mostra, sem gravar nada, os eventos que cada corpo de webhook contém."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("gateway", help="evolution")
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--instance", help="recusa (403) corpos de outra instância")

    def handle(
        self,
        *_args: object,
        gateway: str,
        files: list[str],
        instance: str | None = None,
        **_options: object,
    ) -> None:
        adapter = _adapter(gateway)
        seen: dict[bytes, Told] = {}
        for path in files:
            raw = _bytes_of(path)
            events = _rejected(adapter, raw, instance) or _told(adapter, raw, seen)
            line = json.dumps({"file": path, "events": events}, default=datetime.isoformat)
            self.stdout.write(line)


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


def _rejected(adapter: Gateway, raw: bytes, instance: str | None) -> Told:
    status = adapter.triage({}, raw, instance or "").status
    is_refused = status == 400 or (status == 403 and instance is not None)
    return [{"type": "reject", "http": status}] if is_refused else []


def _told(adapter: Gateway, raw: bytes, seen: dict[bytes, Told]) -> Told:
    """Tell a body's events; of a body met before, only that it is a retry."""
    if raw in seen:
        return [{"type": "duplicate", "id": seen[raw][0].get("id")}]
    seen[raw] = [_as_json(event) for event in adapter.parse({}, raw)]
    return seen[raw]


def _as_json(event: Event) -> dict[str, object]:
    told: dict[str, object] = {"type": event.type, **asdict(event)}
    told.pop("source", None)
    if isinstance(event, MessageReceived | MessageEcho):
        del told["identities"]
        told |= _person(event)
    return told


def _person(event: MessageReceived | MessageEcho) -> dict[str, object]:
    """Name the person by every identity, and by the id WhatsApp registered their phone under."""
    person: dict[str, object] = {"phone": None, "lid": None, "wa_id": None}
    person |= {identity.kind: identity.value for identity in event.identities}
    if person["phone"]:
        person["wa_id"] = event.address.partition("@")[0]
    return person
