"""Opens a shop in an installation that is coming up: run with its environment, prints what it made.

The shop has one connected number, two departments and one attendant, signed in.
"""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django comes first

from automacao.simulator.client import SimulatorClient  # noqa: E402
from sac import demo  # noqa: E402
from tests.conftest import Shop, open_shop  # noqa: E402


def opened(shop: Shop) -> dict[str, object]:
    """What a drill must know: the webhook's address and secret, and ana's session."""
    ana = shop.hire("Ana", shop.support, shop.sales, can_view_all=True)
    webhook = shop.instance.webhook(settings.WEBHOOK_BASE_URL)
    return {
        "gateway_name": shop.instance.gateway_name,
        "phone": shop.instance.phone,
        "webhook_url": webhook.url,
        "webhook_key": shop.instance.webhook_key,
        "webhook_secret": webhook.secret,
        "session": ana.client.cookies[settings.SESSION_COOKIE_NAME].value,
    }


def connect(shop: Shop) -> None:
    """Make the simulated gateway know the number."""
    webhook = shop.instance.webhook(settings.WEBHOOK_BASE_URL)
    headers = {"X-Evendas-Secret": webhook.secret}
    events = ["MESSAGES_UPSERT", "MESSAGES_UPDATE", "SEND_MESSAGE", "CONNECTION_UPDATE"]
    with SimulatorClient(settings.GATEWAYS["evolution"]["url"]) as client:
        client.ensure(
            shop.instance.gateway_name,
            token=shop.instance.gateway_token,
            phone=shop.instance.phone.lstrip("+"),
            profile=demo.STORE,
            webhook={"url": webhook.url, "enabled": True, "events": events, "headers": headers},
        )


if __name__ == "__main__":
    made = open_shop(demo.STORE)
    connect(made)
    json.dump(opened(made), sys.stdout)
