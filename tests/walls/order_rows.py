"""A furnished store's orders and where they come from: one row of every kind."""

from datetime import datetime

from evendas.accounts.models import Store
from pedidos.models import (
    ApiToken,
    Delivery,
    Order,
    OrderItem,
    OrderMilestone,
    OrderPhone,
    Shipment,
    Source,
    StatusRule,
)


def furnish_orders(store: Store, phone: str, then: datetime, word: str) -> None:
    """Give a store a shop with a parked delivery, the JSON API with a token, an order with all that
    hangs on it, a rule."""
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
