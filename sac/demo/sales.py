"""What the shops of the demo sold in the last sixty days, and to whom.

Pure: the same shop, story and moment give the same orders. A number that a customer names in the
story is an order of theirs; the others are of them and of people who never wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from pedidos.models import Order
from sac.demo.customers import Customer, customer, customers
from sac.demo.people import Shop
from sac.demo.phrases import LAST_ORDER, ORDERS_A_DAY, SHOES
from sac.demo.timetable import DAYS, Step
from sac.matching import numbers_told


class Bought(NamedTuple):
    """A line of an order."""

    name: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order as it is by now. Times are None for what has not happened."""

    number: str
    buyer: Customer
    items: Sequence[Bought]
    freight: Decimal
    discount: Decimal
    method: str
    placed_at: datetime
    payment: Order.Payment
    fulfillment: Order.Fulfillment
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    tracking: str = ""

    @property
    def total(self) -> Decimal:
        goods = sum((one.quantity * one.price for one in self.items), Decimal(0))
        return goods + self.freight - self.discount

    @property
    def is_unpaid(self) -> bool:
        return self.payment == Order.Payment.PENDING and self.cancelled_at is None


class _Scene(NamedTuple):
    """An order of the story: how old it is and how far it came."""

    who: str
    days: int
    state: str
    shoes: tuple[int, ...]
    freight: str = "0"
    discount: str = "0"
    tracking: str = ""


# By number. `shoes` are places in SHOES.
_SCENES: Mapping[str, Mapping[int, _Scene]] = {
    "aurora": {
        10482: _Scene("Mariana Costa", 1, "separating", (0, 6), discount="69.90"),
        10117: _Scene(
            "Mariana Costa", 51, "delivered", (6,), discount="10", tracking="NL123456789BR"
        ),
        9844: _Scene("Mariana Costa", 58, "delivered", (4, 7), freight="22.60"),
        10391: _Scene("Rafael Junqueira", 12, "delivered", (0,), freight="18.90"),
        10440: _Scene("Pedro Henrique Alves", 6, "shipped", (3,), freight="14.50"),
        10377: _Scene("Sônia Albuquerque", 9, "shipped", (5, 8), tracking="QB731904482BR"),
        10479: _Scene("Vanessa Prates", 1, "paid", (0,)),
        10344: _Scene("Priscila Gomes", 17, "delivered", (8,), freight="12.90"),
        10298: _Scene("Wagner Pacheco", 22, "delivered", (7,)),
        10255: _Scene("Antônio Carlos Brandão", 11, "delivered", (4,), freight="25.00"),
        10433: _Scene("Fábio Rezende", 7, "delivered", (3, 7)),
    },
    "boreal": {
        2071: _Scene("Dalva Siqueira", 1, "separating", (2,), freight="9.90"),
        2033: _Scene("Dalva Siqueira", 16, "delivered", (6,)),
    },
}
_LAST = {"aurora": LAST_ORDER, "boreal": 2_078}
_A_DAY = {"aurora": ORDERS_A_DAY, "boreal": 2}
_METHODS = ("Pix", "Pix", "Cartão de crédito", "Cartão de crédito", "Boleto bancário")
_OTHERS = (
    *("Adriana Matos", "Bruno Salgado", "Célia Andrade", "Daniel Freitas", "Eunice Barros"),
    *("Felipe Arruda", "Gislaine Porto", "Heitor Campos", "Ivone Ramos", "João Pedro Serra"),
    *("Karina Duarte", "Luciano Prado", "Marta Siqueira", "Nádia Coelho", "Otávio Lins"),
    *("Paula Bastos", "Rita Carvalho", "Sérgio Moura", "Telma Nunes", "Valdir Pinheiro"),
)
_AMONG_CUSTOMERS = 0.3


def sales(shop: Shop, story: Sequence[Step], now: datetime) -> list[Sale]:
    """Return everything the shop sold, the oldest first."""
    told = {number: step.customer for step in story for number in numbers_told([step.text])}
    scenes = _SCENES.get(shop.key, {})
    staged = [_staged(number, scene, shop, now) for number, scene in scenes.items()]
    others = [
        _sold(number, told.get(str(number)), shop, now)
        for number in _numbers(shop)
        if number not in scenes
    ]
    return sorted([*staged, *others], key=lambda sale: sale.placed_at)


def _numbers(shop: Shop) -> Iterator[int]:
    last = _LAST[shop.key]
    return iter(range(last - _A_DAY[shop.key] * DAYS, last + 1))


def _sold(number: int, teller: Customer | None, shop: Shop, now: datetime) -> Sale:
    chance = Random(f"{shop.key} {number}")  # noqa: S311 - a story, no secret
    days = (_LAST[shop.key] - number) // _A_DAY[shop.key]
    scene = _Scene(
        "",
        days,
        "delivered" if teller and days > 1 else _state(days, chance),
        tuple(chance.sample(range(len(SHOES)), chance.choice((1, 1, 1, 2)))),
        freight=chance.choice(("0", "12.90", "14.50", "18.90", "22.60")),
        discount=chance.choice(("0", "0", "0", "10", "20")),
    )
    return _made(number, teller or _buyer(shop, chance), scene, now, chance)


def _staged(number: int, scene: _Scene, shop: Shop, now: datetime) -> Sale:
    chance = Random(f"{shop.key} {number}")  # noqa: S311 - a story, no secret
    return _made(number, customer(shop.key, scene.who), scene, now, chance)


def _state(days: int, chance: Random) -> str:
    """How far an order of that age has come."""
    luck = chance.random()
    if luck < 0.07:
        return "cancelled"
    if luck < 0.09 and days > 3:
        return "refunded"
    if days < 2:
        return chance.choice(("pending", "pending", "refused", "paid", "paid", "separating"))
    if days < 4:
        return chance.choice(("separating", "shipped", "shipped"))
    return "shipped" if days < 9 else "delivered"


def _buyer(shop: Shop, chance: Random) -> Customer:
    staged = {scene.who for scene in _SCENES.get(shop.key, {}).values()}
    people = [one for one in customers(shop.key) if one.name and one.channel == "customer"]
    known = [one for one in people if one.name not in staged]
    if known and chance.random() < _AMONG_CUSTOMERS:
        return chance.choice(known)
    place = chance.randrange(len(_OTHERS))
    return Customer(name=_OTHERS[place], phone=f"+5511955550{place:03d}", city="São Paulo")


def _made(number: int, buyer: Customer, scene: _Scene, now: datetime, chance: Random) -> Sale:
    placed = now - timedelta(days=scene.days, minutes=chance.randint(20, 700))
    size = chance.randint(34, 38) if buyer.she else chance.randint(38, 43)
    bought = [
        Bought(f"{name[0].upper()}{name[1:]} {size}", 1, Decimal(str(price)))
        for _, name, price in (SHOES[one] for one in scene.shoes)
    ]
    method = chance.choice(_METHODS)
    moments = _moments(scene.state, placed, now, chance)
    is_gone = "shipped_at" in moments
    return Sale(
        number=str(number),
        buyer=buyer,
        items=bought,
        freight=Decimal(scene.freight),
        discount=Decimal(scene.discount),
        method=method,
        placed_at=placed,
        payment=_PAYMENTS.get(scene.state, Order.Payment.PAID),
        fulfillment=_FULFILLMENTS.get(scene.state, Order.Fulfillment.UNFULFILLED),
        tracking=(scene.tracking or f"QB{chance.randint(10**8, 10**9 - 1)}BR") if is_gone else "",
        **moments,
    )


_PAYMENTS = {
    "pending": Order.Payment.PENDING,
    "refused": Order.Payment.FAILED,
    "cancelled": Order.Payment.FAILED,
    "refunded": Order.Payment.REFUNDED,
}
_FULFILLMENTS = {
    "separating": Order.Fulfillment.SEPARATING,
    "shipped": Order.Fulfillment.SHIPPED,
    "delivered": Order.Fulfillment.DELIVERED,
}


def _moments(state: str, placed: datetime, now: datetime, chance: Random) -> dict[str, datetime]:
    """When what happened to it did; nothing lies in the future."""
    minutes = timedelta(minutes=1)
    if state in {"pending", "refused"}:
        return {}
    if state == "cancelled":
        return {"cancelled_at": min(placed + 600 * minutes, now)}
    paid = min(placed + chance.randint(2, 15) * minutes, now)
    found = {"paid_at": paid}
    if state in {"shipped", "delivered"}:
        found["shipped_at"] = min(paid + chance.randint(1_200, 2_600) * minutes, now)
    if state == "delivered":
        arrived = found["shipped_at"] + chance.randint(2_900, 7_200) * minutes
        found["delivered_at"] = min(arrived, now)
    return found
