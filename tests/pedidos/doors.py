"""A shop's side of its integration: what it posts, signed, and the workers who work it off."""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pedidos import tasks
from pedidos.models import Order, Source
from pedidos.platforms.evendas import token_digest
from tests.conftest import Shop
from tests.fake_shop import TOKEN
from tests.pedidos.order_data import body, manifest, row

Rings = list[tuple[str, tuple[int, ...]]]
TOKEN_SHOWN = "token-de-teste"
_TASKS = {one.name: one for one in (tasks.process, tasks.fetch_order, tasks.pull)}
_DIGESTS = {"woocommerce": "X-WC-Webhook-Signature", "shopify": "X-Shopify-Hmac-Sha256"}


def open_source(shop: Shop, platform: str, **facts: object) -> Source:
    """Add a shop to a store, with the secret its fixtures are signed by."""
    known: dict[str, object] = {
        "name": f"Loja {platform}",
        "secret": manifest()["secrets"].get(platform, ""),
    }
    if platform == Source.Platform.NUVEMSHOP:
        known |= {"shop_id": "1234567", "api_token": TOKEN}
    if platform == Source.Platform.EVENDAS:
        known |= {"token_digest": token_digest(TOKEN_SHOWN)}
    source: Source = Source.objects.create(store=shop.store, platform=platform, **known | facts)
    return source


@dataclass
class Door:
    """Where one shop posts."""

    source: Source

    @property
    def url(self) -> str:
        if self.source.platform == Source.Platform.EVENDAS:
            return reverse("order_api")
        args = [self.source.platform, self.source.webhook_key]
        return reverse("order_webhook", args=args)

    def post(self, raw: bytes, headers: dict[str, str] | None = None) -> HttpResponse:
        """Post these bytes with these headers and no others."""
        told = {"Content-Type": "application/json", **(headers or {})}
        kind = told.pop("Content-Type")
        client = Client(raise_request_exception=False)
        answer = client.post(self.url, raw, content_type=kind, headers=told)
        assert isinstance(answer, HttpResponse)
        return answer

    def deliver(self, name: str) -> HttpResponse:
        """Post a fixture with the headers its platform sends."""
        return self.post(body(name), dict(row(name)["headers"]))

    def say(self, told: object, *, topic: str = "", delivery: str = "") -> HttpResponse:
        """Post any body as the platform would: signed, with a name of its own if it has one."""
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.post(raw, signed(self.source, raw, topic=topic, delivery=delivery))


def signed(source: Source, raw: bytes, *, topic: str = "", delivery: str = "") -> dict[str, str]:
    """The headers that make a platform's word its own."""
    if source.platform == Source.Platform.EVENDAS:
        return {"token": TOKEN_SHOWN}
    digest = hmac.digest(source.secret.encode(), raw, sha256)
    if source.platform == Source.Platform.NUVEMSHOP:
        return {"X-Linkedstore-HMAC-SHA256": digest.hex()}
    prefix = "X-WC-Webhook-" if source.platform == Source.Platform.WOOCOMMERCE else "X-Shopify-"
    named = "Delivery-ID" if source.platform == Source.Platform.WOOCOMMERCE else "Webhook-Id"
    more = {f"{prefix}Topic": topic, f"{prefix}{named}": delivery}
    return {
        _DIGESTS[source.platform]: base64.b64encode(digest).decode(),
        **{name: word for name, word in more.items() if word},
    }


def work(rings: Rings) -> list[str]:
    """Do what the workers of orders were rung for, until nobody rings any more."""
    done = []
    while ours := [ring for ring in rings if ring[0].startswith("pedidos.")]:
        rings[:] = [ring for ring in rings if ring not in ours]
        for task, ids in ours:
            done.append(task)
            _TASKS[task](*ids)
    return done


def told_by(order: Order) -> dict[str, object]:
    """An order's row in the manifest's words."""
    return {
        "external_id": order.external_id,
        "number": order.number,
        "payment_status": order.payment,
        "fulfillment_status": order.fulfillment,
        "label": order.label_text,
        "total": str(order.total),
        "currency": order.currency,
        "created_at_utc": _utc(order.placed_at),
        "local_day_sao_paulo": _day(order.placed_at),
        "paid_at_utc": _utc(order.paid_at),
        "name": order.buyer_name,
        "email": order.buyer_email,
        "cpf": order.buyer_document or None,
        "cnpj": order.buyer_document or None,
        "phones": list(order.phones.order_by("id").values_list("phone", flat=True)),
        "tracking": [one.code for one in order.shipments.all()],
    }


def _utc(moment: Any) -> str | None:  # noqa: ANN401 - a column that may be empty
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _day(moment: Any) -> str:  # noqa: ANN401 - as above
    return str(moment.astimezone(ZoneInfo("America/Sao_Paulo")).date())
