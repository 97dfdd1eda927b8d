"""What any platform can tell, in the store's own terms. Pure: no rows, no clock, no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Protocol

from pedidos.models import Order

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSeen:
    """A line as it was sold; `price` is of one unit, in the order's currency, 0 where untold."""

    name: str
    sku: str = ""
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentSeen:
    """A parcel: its code as the carrier gave it, and where it is followed."""

    code: str
    url: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """A whole order. Times are aware, phones are E.164 and each once, texts are plain and fit."""

    external_id: str
    number: str
    # As the platform writes it for people ("#1187"); empty where that is the number itself.
    display_number: str = ""
    payment: Order.Payment
    fulfillment: Order.Fulfillment
    platform_status: str
    currency: str
    total: Decimal
    refunded: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    placed_at: datetime
    # Each of these is None where it did not happen, or the platform does not say when.
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    # Cancelled, whether or not the platform says when.
    is_cancelled: bool = False
    # None where the platform does not say: then what came last counts.
    updated_at: datetime | None = None
    payment_method: str = ""
    payment_url: str = ""
    boleto_code: str = ""
    boleto_url: str = ""
    pix_code: str = ""
    name: str = ""
    email: str = ""
    # Digits and capital letters alone; empty where a check digit is off.
    document: str = ""
    phones: tuple[str, ...] = ()
    items: tuple[ItemSeen, ...] = ()
    shipments: tuple[ShipmentSeen, ...] = ()
    is_test: bool = False
    # What this way of telling has no place for stays as it is known: by the fields' own names.
    untold: frozenset[str] = frozenset()
    # Long past when it is told: nobody at a conversation has to hear of it.
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class OrderRemoved:
    """The platform has the order no more."""

    external_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderToFetch:
    """Something became of an order: the platform tells what only when it is asked.

    `shop_id` is the platform's name of the shop that tells it, to be held against the source's.
    """

    external_id: str
    shop_id: str = ""


@dataclass(frozen=True, slots=True)
class PeopleToForget:
    """A customer asked the platform to be forgotten, or the shop left it.

    Whoever any of the three points at is meant. The e-mail is in lower case, phones are E.164.
    """

    email: str = ""
    phones: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    # The shop itself left: all its buyers.
    is_everyone: bool = False
    # Which shop says so, to be held against the source's: an app has one address for all its shops.
    shop_id: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing of the store's orders; the reason is for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not to be understood, and why: names the field as the platform calls it, in Portuguese."""

    reason: str


Event = OrderSeen | OrderRemoved | OrderToFetch | PeopleToForget | Ignored | Malformed


class StatusWords(Protocol):
    """How the store reads a free status text; None where it has no rule for it.

    It is asked with the text as rules keep it: without accents, lower case, single spaces.
    """

    def __call__(self, text: str, /) -> tuple[Order.Payment, Order.Fulfillment, bool] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a platform's words are read by: the store's zone for dates without one, its rules."""

    zone: tzinfo
    words: StatusWords


class Platform(Protocol):
    """One platform's module. Header names are read in any case, from any mapping."""

    def authenticate(self, headers: Headers, raw: bytes, secrets: list[str], /) -> bool:
        """Whether one of the secrets signed these bytes, compared in constant time.

        Without a secret nothing is authentic. For `evendas` the secrets are the digests of tokens
        (`evendas.token_digest`), and the header is the token itself.
        """

    def is_ping(self, headers: Headers, raw: bytes, /) -> bool:
        """Whether this is only the knock of a webhook being set up: unsigned, answered 200, kept
        nowhere."""

    def topic(self, headers: Headers, raw: bytes, /) -> str:
        """The event's name, empty where none is told."""

    def delivery_id(self, headers: Headers, /) -> str | None:
        """The platform's own name of this delivery, equal when it is sent again."""

    def shop(self, headers: Headers, /) -> str:
        """Which shop this is of, as `Source.shop_id` names it; empty where headers do not say."""

    def parse(self, topic: str, raw: bytes, reading: Reading, /) -> Event:
        """Understand a body. Never raises: what is not understood is Malformed.

        An empty topic is an order as the platform's API tells it.
        """
