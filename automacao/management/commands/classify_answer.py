"""Show what the desk would make of a gateway's answers kept in files."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from automacao.gateways import registry
from automacao.gateways.port import Gateway


class Command(BaseCommand):
    """Print one JSON object per file and line: the file and its error class. Uses no database."""

    help = "Mostra, sem gravar nada, a classe de erro de cada resposta gravada."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("gateway", help="evolution")
        parser.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help='{"request": {"path": …}, "status": …, "body": …}; body null é resposta vazia',
        )

    def handle(self, *_args: object, gateway: str, files: list[str], **_options: object) -> None:
        adapter = _adapter(gateway)
        for path in files:
            told = {"file": path, "error_class": _error_class(adapter, path)}
            self.stdout.write(json.dumps(told))


def _adapter(name: str) -> Gateway:
    try:
        return registry.gateway(name)
    except LookupError as error:
        raise CommandError(str(error)) from error


def _error_class(adapter: Gateway, path: str) -> str | None:
    asked, status, body = _recorded(path)
    raw = b"" if body is None else json.dumps(body).encode()
    error = adapter.error_of(asked, status, raw)
    return error.__name__ if error else None


def _recorded(path: str) -> tuple[str, int, object]:
    try:
        recorded = json.loads(Path(path).read_bytes())
        return str(recorded["request"]["path"]), int(recorded["status"]), recorded["body"]
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path}: {error!r}") from error
