"""A furnished store's orders and where they come from: one row of every kind."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from evendas.accounts.models import Store
from pedidos.models import (
    ApiToken,
    Delivery,
    Order,
    OrderImport,
    OrderItem,
    OrderMilestone,
    OrderPhone,
    RefusedLine,
    Shipment,
    Source,
    StatusRule,
)


def furnish_orders(store: Store, phone: str, then: datetime, word: str) -> None:
    """Give a store a shop with a parked delivery, the JSON API with a token, an order with all that
    hangs on it, a rule, and a spreadsheet that is still to be looked over."""
    source = Source.objects.create(
        store=store,
        platform=Source.Platform.WOOCOMMERCE,
        name=f"Loja {word}",
        secret=word,
        last_error=f"Falha {word}",
    )
    api = Source.objects.create(store=store, platform=Source.Platform.API, name=f"API {word}")
    ApiToken.objects.create(
        store=store,
        source=api,
        name=f"Token {word}",
        beginning=f"evs_{word}"[:12],
        digest=word,
        can_read=True,
    )
    Delivery.objects.create(
        store=store,
        source=source,
        topic=f"evento {word}"[:80],
        body=word.encode(),
        status=Delivery.Status.PARKED,
        error=f"falta {word}",
    )
    order = Order.objects.create(
        store=store,
        platform=source.platform,
        source=source,
        external_id="1",
        number=word[:40],
        buyer_name=f"Comprador {word}",
        total=9,
        placed_at=then,
    )
    whose = {"store": store, "order": order}
    OrderPhone.objects.create(**whose, phone=phone)
    OrderItem.objects.create(**whose, position=0, name=f"Produto {word}", quantity=1, price=9)
    OrderMilestone.objects.create(**whose, kind=OrderMilestone.Kind.PLACED, at=then)
    Shipment.objects.create(**whose, code=word[:80])
    StatusRule.objects.create(
        store=store, text=f"texto {word}"[:80], payment="paid", fulfillment="unfulfilled"
    )
    _furnish_import(store, word)


def _furnish_import(store: Store, word: str) -> None:
    lines = f"Pedido;Data;Total;Nome\n{word};12/11/2026;9,00;Comprador {word}\n"
    row = OrderImport.objects.create(
        store=store,
        name=f"{word}.csv",
        file=default_storage.save(f"{store.pk}/{word}", ContentFile(lines.encode())),
        size=len(lines),
        encoding="utf-8",
        delimiter=";",
        headings=["Pedido", "Data", "Total", f"Nome {word}"],
        heading_at=1,
        fields=["number", "placed_at", "total", "name"],
        lines=1,
        state=OrderImport.State.PREVIEW,
    )
    RefusedLine.objects.create(
        store=store, order_import=row, line=2, first=2, last=2, reason=f"falta {word}"
    )
