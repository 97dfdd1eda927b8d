"""`manage.py simulator`: the stand-in for the WhatsApp gateway and for the customers' phones."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from automacao.simulator.network import Options
from automacao.simulator.server import PortTakenError, serve
from automacao.simulator.state import UnreadableStateError


class Command(BaseCommand):
    """Serve the simulator until stopped. It needs no database."""

    help = "Runs the WhatsApp simulator (demo and tests only)."
    # The simulator must start while the database is down.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; times in seconds."""
        parser.add_argument("--port", type=int, default=settings.SIMULATOR_PORT)
        parser.add_argument("--state", type=Path, default=settings.LOCAL_DIR / "simulator.json")
        parser.add_argument(
            "--retry-scale",
            type=float,
            default=1.0,
            help="multiplies the waits between webhook tries",
        )
        parser.add_argument(
            "--wait-scale",
            type=float,
            default=0.0,
            help="multiplies the 5 s of create, 2 s of connect",
        )
        parser.add_argument(
            "--arrival-delay", type=float, default=0.3, help="until a phone gets a message"
        )
        parser.add_argument("--qr-seconds", type=float, default=45.0, help="life of one QR code")
        parser.add_argument("--qr-limit", type=int, default=30, help="QR codes before giving up")

    def handle(self, *_: object, **options: Any) -> None:
        """Refuse outside a demo, then serve."""
        if not settings.DEMO:
            raise CommandError("The simulator runs only in a demo: set EVENDAS_DEMO=1.")
        port = options["port"]
        url = f"http://127.0.0.1:{port}"
        wanted = Options(
            url=url,
            key=settings.GATEWAYS["evolution"]["key"],
            state_file=options["state"],
            desk_url=settings.PUBLIC_URL,
            retry_scale=options["retry_scale"],
            wait_scale=options["wait_scale"],
            arrival_delay=options["arrival_delay"],
            qr_seconds=options["qr_seconds"],
            qr_limit=options["qr_limit"],
        )
        try:
            serve(wanted, port=port, ready=lambda: self._say(f"Simulator ready at {url}/celular/"))
        except PortTakenError as error:
            raise CommandError(
                f"Port {port} is taken: stop what uses it or choose --port."
            ) from error
        except UnreadableStateError as error:
            raise CommandError(f"{error} Move the file away to begin anew.") from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
