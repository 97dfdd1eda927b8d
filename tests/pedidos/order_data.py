"""Orders as platforms send them, with what is expected of each, and how they are read here."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pedidos.models import Order
from pedidos.platforms import registry
from pedidos.platforms.port import Event, Malformed, OrderSeen, Reading

FIXTURES = Path(__file__).parents[1] / "fixtures/orders"
SAO_PAULO = ZoneInfo("America/Sao_Paulo")

WOO_NEW = "woocommerce-1-order-created-pending.json"
WOO_SENT = "woocommerce-2-order-updated-shipped.json"
SHOPIFY_NEW = "shopify-1-orders-create-pending.json"
SHOPIFY_SENT = "shopify-2-orders-updated-fulfilled.json"
NUVEM_NOTICE = "nuvemshop-1-order-paid.webhook.json"
NUVEM_PAID = "nuvemshop-1-order-paid.order.json"
NUVEM_SENT = "nuvemshop-2-order-fulfilled.order.json"
EVENDAS = "evendas-generic-1.json"


@cache
def manifest() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FIXTURES / "manifest.json").read_bytes())
    return told


ROWS: list[dict[str, Any]] = manifest()["fixtures"]


def body(file: str) -> bytes:
    return (FIXTURES / file).read_bytes()


def row(file: str) -> dict[str, Any]:
    return next(one for one in ROWS if one["file"] == file)


def platform_of(file: str) -> str:
    return str(row(file)["platform"]).removesuffix("-generic")


def reading(**words: tuple[Order.Payment, Order.Fulfillment, bool]) -> Reading:
    """A store in São Paulo with these rules; a name's underscores are the text's spaces."""
    rules = {name.replace("_", " "): state for name, state in words.items()}
    return Reading(zone=SAO_PAULO, words=rules.get)


def changed(file: str, **changes: object) -> bytes:
    """A fixture with other fields; one set to `...` is left out."""
    told = json.loads(body(file)) | changes
    return json.dumps({name: value for name, value in told.items() if value is not ...}).encode()


def parse(file: str, raw: bytes, *, topic: str = "", how: Reading | None = None) -> Event:
    return registry.platform(platform_of(file)).parse(topic, raw, how or reading())


def seen(file: str, *, how: Reading | None = None, **changes: object) -> OrderSeen:
    event = parse(file, changed(file, **changes), how=how)
    assert isinstance(event, OrderSeen), event
    return event


def refusal(file: str, **changes: object) -> str:
    """Why a changed fixture is not understood."""
    event = parse(file, changed(file, **changes))
    assert isinstance(event, Malformed), event
    return event.reason
