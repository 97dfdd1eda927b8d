"""The web shop of the demo's first store: what it sells, and its door into the store's orders."""

from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast

from evendas.accounts.models import Store
from pedidos.models import Order, Source
from pedidos.models.source import new_secret
from sac.demo.phrases import SHOES

SHOP_URL = "https://loja-aurora.exemplo.com.br"


def source_of(store: Store) -> Source | None:
    """Return where its orders come in; made once, and not again after somebody removed it."""
    known = Source.objects.in_store(store)
    if not known.exists():
        woocommerce = Source.Platform.WOOCOMMERCE
        known.create(store=store, platform=woocommerce, name="Loja virtual", secret=new_secret())
    shops = known.in_use().filter(platform=Source.Platform.WOOCOMMERCE)
    return shops.order_by("id").first()


def products() -> list[dict[str, str]]:
    """What the shop sells."""
    return [
        {
            "name": f"{name[0].upper()}{name[1:]}",
            "sku": f"AUR-{place:03d}",
            "price": f"{price:.2f}",
        }
        for place, (_, name, price) in enumerate(SHOES, start=1)
    ]


def next_number(store: Store) -> int:
    """The number after the highest of its orders."""
    counted = Order.objects.in_store(store).filter(number__regex=r"^[0-9]{1,9}$")
    told = counted.aggregate(last=Max(Cast("number", BigIntegerField())))
    return int(told["last"] or 0) + 1
