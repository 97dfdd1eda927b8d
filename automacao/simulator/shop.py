"""The store's own web shop: who bought what there, and how far each order came.

Its words are WooCommerce's. All it knows of the desk is where to post, and a secret to sign with.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FREIGHT = Decimal("18.90")
METHODS = {"pix": "Pix", "card": "Cartão de crédito", "boleto": "Boleto bancário"}
MOST_OF_ONE = 20
# Step by step: which orders may take it, and what becomes of them.
_STEPS: Mapping[str, tuple[frozenset[str], str]] = {
    "pay": (frozenset({"pending"}), "processing"),
    "ship": (frozenset({"processing"}), "completed"),
    "cancel": (frozenset({"pending", "processing"}), "cancelled"),
    "refund": (frozenset({"processing", "completed"}), "refunded"),
}


@dataclass(frozen=True)
class Product:
    """What the shop sells; `price` in reais, as a decimal text."""

    name: str
    sku: str
    price: str


@dataclass(frozen=True)
class Buyer:
    """Who bought; `number` in digits, country included."""

    name: str
    number: str


@dataclass
class Sale:
    """An order. Times in unix seconds, None for what has not happened.

    `heard` is what the desk answered when it was last told: an HTTP status, 0 for nothing at all.
    """

    number: int
    buyer: Buyer
    product: Product
    quantity: int
    method: str
    placed_at: float
    changed_at: float
    status: str = "pending"
    paid_at: float | None = None
    shipped_at: float | None = None
    tracking: str = ""
    heard: int = 0

    @property
    def goods(self) -> Decimal:
        return self.quantity * Decimal(self.product.price)

    @property
    def total(self) -> Decimal:
        return self.goods + FREIGHT

    @property
    def steps(self) -> list[str]:
        """What may become of it next."""
        return [step for step, (ready, _) in _STEPS.items() if self.status in ready]

    def take(self, step: str) -> None:
        """Let one of `steps` happen."""
        self.status = _STEPS[step][1]
        self.changed_at = time.time()
        if step == "pay":
            self.paid_at = self.changed_at
        if step == "ship":
            self.shipped_at = self.changed_at
            self.tracking = f"QB{secrets.randbelow(900_000_000) + 100_000_000}BR"


@dataclass
class Shop:
    """The shop, its webhook and its orders, the oldest first."""

    name: str
    url: str
    webhook_url: str
    secret: str
    next_number: int
    products: list[Product]
    sales: list[Sale] = field(default_factory=list)

    def place(self, buyer: Buyer, product: Product, quantity: int, method: str) -> Sale:
        """Take an order, unpaid."""
        now = time.time()
        sale = Sale(self.next_number, buyer, product, quantity, method, now, now)
        self.next_number += 1
        self.sales.append(sale)
        return sale

    def sale(self, number: int) -> Sale | None:
        """Return the order of this number."""
        return next((one for one in self.sales if one.number == number), None)


def kept_shop(row: dict[str, Any] | None) -> Shop | None:
    """Return the shop that a state file tells of."""
    if row is None:
        return None
    products = [Product(**one) for one in row.pop("products")]
    sales = [_kept_sale(one) for one in row.pop("sales")]
    return Shop(**row, products=products, sales=sales)


def _kept_sale(row: dict[str, Any]) -> Sale:
    buyer, product = Buyer(**row.pop("buyer")), Product(**row.pop("product"))
    return Sale(**row, buyer=buyer, product=product)
