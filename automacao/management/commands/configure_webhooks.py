"""`manage.py configure_webhooks`: every channel posts to the address we have now."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from automacao.gateways.port import GatewayError
from automacao.gateways.registry import gateway
from automacao.models import Instance


class Command(BaseCommand):
    """Give each channel its webhook again: address, events and secret. Safe to run at any time."""

    help = "Tells the gateway, channel by channel, where to post (EVENDAS_WEBHOOK_BASE_URL)."

    def handle(self, *_: object, **__: object) -> None:
        """Configure them all; fail at the end if any failed."""
        channels = list(Instance.objects.with_channel().by_age())
        failed = sum(not self._configure(instance) for instance in channels)
        self.stdout.write(f"{len(channels) - failed} channels post to {settings.WEBHOOK_BASE_URL}.")
        if failed:
            raise CommandError(f"{failed} channels could not be told. Run it again.")

    def _configure(self, instance: Instance) -> bool:
        webhook = instance.webhook(settings.WEBHOOK_BASE_URL)
        try:
            gateway(instance.gateway).configure_webhook(instance.channel(), webhook)
        except GatewayError as error:
            self.stderr.write(f"{instance.gateway_name}: {error!r}")
            return False
        return True
