"""`manage.py replay_parked`: parked webhook events go through the drain once more."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from automacao.models import InboundEvent, Instance
from evendas.bell import ring


class Command(BaseCommand):
    """Put parked events back in the queue, those of one number or all of them.

    Safe to run at any time: what is stored already is not stored again.
    """

    help = "Puts parked webhook events back in the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--instance", default="", help="the number's name at the gateway")

    def handle(self, *_: object, instance: str, **__: object) -> None:
        """Requeue, and ring each number's drain."""
        parked = InboundEvent.objects.parked()
        if instance:
            parked = parked.filter(instance=self._named(instance))
        numbers = set(parked.values_list("instance_id", flat=True))
        self.stdout.write(f"{parked.replay()} events are back in the queue.")
        for number in numbers:
            ring("sac.drain", number)

    def _named(self, name: str) -> Instance:
        found = Instance.objects.filter(gateway_name=name).first()
        if found is None:
            raise CommandError(f"No number is named {name} at a gateway.")
        return found
