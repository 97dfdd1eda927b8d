"""Whose an order is: what it tells of its buyer, beside what is known of a contact. Pure.

A phone, a CPF or CNPJ or an e-mail that both have ties the two, never a name. What a person said of
them goes before all of it; an order number the customer wrote is a hint, to be confirmed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evendas import phones, tax_ids

# Addresses a marketplace makes up for each purchase: they reach the marketplace, and are nobody's.
_ALIASES = (
    "ct.vtex.com.br",
    "mercadolivre.com",
    "mercadolivre.com.br",
    "mercadolibre.com",
    "marketplace.amazon.com",
    "marketplace.amazon.com.br",
    "shopee.com.br",
    "magazineluiza.com.br",
    "b2wmarketplace.com.br",
    "privaterelay.appleid.com",
)
# How the database tells `is_alias`.
ALIAS_PATTERN = rf"(^|[@.])({'|'.join(map(re.escape, _ALIASES))})$"
_ALIAS = re.compile(ALIAS_PATTERN)
_MOST_NUMBERS = 50
# What is called an order's, however short; and any longer one that stands by itself.
# Bounded: two runs of the same signs side by side would be cubic in what a customer may write.
_CALLED = re.compile(
    r"(?:#|\b(?:pedidos?|compras?)\b)[\s:.#é]{0,8}(?:(?:n[º°o]?\.?|n[uú]mero)[\s:.#]{0,4})?"
    r"([a-z]{0,6}-?[0-9][0-9-]{0,38})",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w,./+-])(?<!r\$)(?<!r\$ )([a-z]{0,6}-?[0-9]{4,20}(?:-[0-9]{1,6})?)(?![\w/]|[.,][0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


class Tie(StrEnum):
    """What ties an order to a contact, the strongest first."""

    CONFIRMED = "confirmed"
    PHONE = "phone"
    TAX_ID = "tax_id"
    EMAIL = "email"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What an order tells of who bought it. Phones are E.164, the CPF or CNPJ bare."""

    number: str = ""
    phones: frozenset[str] = frozenset()
    tax_id: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of a contact; `told` are the order numbers they wrote, see `numbers_told`."""

    phones: frozenset[str] = frozenset()
    tax_id: str = ""
    email: str = ""
    told: frozenset[str] = frozenset()

    @property
    def own_phones(self) -> frozenset[str]:
        """Less 0800 and its like, which are many people's."""
        return frozenset(phone for phone in self.phones if not phones.is_service(phone))

    @property
    def own_email(self) -> str:
        """As orders keep theirs; empty when it is a marketplace's."""
        email = self.email.strip().lower()
        return "" if is_alias(email) else email


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody of the team said of the two."""

    is_confirmed: bool
    who: str


@dataclass(frozen=True, slots=True)
class Match:
    """That an order is a contact's, and why, in words for people."""

    tie: Tie
    reason: str

    @property
    def is_sure(self) -> bool:
        """Whether it counts as theirs without anybody's word: a number is quickly mistyped."""
        return self.tie is not Tie.TOLD


def match(buyer: Buyer, person: Person, word: Word | None = None) -> Match | None:
    """Return why the order is this contact's; None when it is not, or somebody said so."""
    if word:
        return Match(Tie.CONFIRMED, f"confirmado por {word.who}") if word.is_confirmed else None
    if buyer.phones & person.own_phones:
        return Match(Tie.PHONE, "por telefone")
    if person.tax_id and buyer.tax_id == person.tax_id:
        return Match(Tie.TAX_ID, f"por {tax_ids.kind(person.tax_id)}")
    if person.own_email and buyer.email.strip().lower() == person.own_email:
        return Match(Tie.EMAIL, "por e-mail")
    if plain_number(buyer.number) in person.told:
        return Match(Tie.TOLD, "informado na conversa")
    return None


def is_alias(email: str) -> bool:
    """Tell whether a marketplace made the address up."""
    return _ALIAS.search(email.lower()) is not None


def plain_number(number: str) -> str:
    """Return an order's number as it is compared: without its sign, in capitals."""
    return number.strip().lstrip("#").strip().upper()


def numbers_told(texts: Iterable[str]) -> frozenset[str]:
    """Return what may be order numbers in these texts, as `plain_number` writes them.

    After "pedido", "compra" or "#" any; by itself one of four digits or more that is no year and no
    amount of money.
    """
    found = dict.fromkeys(number for text in texts for number in _told(text))
    return frozenset(list(found)[:_MOST_NUMBERS])


def _told(text: str) -> list[str]:
    called = [plain_number(one.rstrip("-")) for one in _CALLED.findall(text)]
    bare = [one for one in _BARE.findall(text) if not _YEAR.fullmatch(one)]
    return [*called, *map(plain_number, bare)]
