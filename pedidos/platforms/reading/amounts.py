"""Amounts and quantities: finite, never negative, and no larger than a column holds."""

import re
from decimal import ROUND_HALF_UP, Decimal

from pedidos.platforms.reading.fields import Fields, Unreadable

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")

_THOUSANDTH = Decimal("0.001")
_AMOUNT_DIGITS = 10
_QUANTITY_DIGITS = 7
# The exponent is of two digits at most: computing with a larger one would never end.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_WRITTEN_MAX = 60  # characters; a longer text is no amount
_CURRENCY_SIGN = re.compile(r"^R\$\s*")


def amount(fields: Fields, name: str, called: str) -> Decimal:
    """Read an amount there must be, in units with two places, half up. Raises Unreadable.

    `called` is what people call the field, with its article: "o total".
    """
    if _is_absent(fields.raw(name)):
        raise Unreadable(f"falta {_field(called, name)}")
    return _kept(_number(fields, name, called), _field(called, name), CENT, _AMOUNT_DIGITS)


def amount_or_nothing(fields: Fields, name: str, called: str) -> Decimal:
    """Read an amount that may be missing: then it is 0. Raises Unreadable for a wrong one."""
    return NOTHING if _is_absent(fields.raw(name)) else amount(fields, name, called)


def size_of(fields: Fields, name: str, called: str) -> Decimal:
    """Read an amount without its sign, as refunds are written. Raises Unreadable."""
    if _is_absent(fields.raw(name)):
        return NOTHING
    size = abs(_number(fields, name, called))
    return _kept(size, _field(called, name), CENT, _AMOUNT_DIGITS)


def quantity(fields: Fields, name: str, called: str) -> Decimal:
    """Read how many there are, with three places; missing is 1. Raises Unreadable."""
    if _is_absent(fields.raw(name)):
        return Decimal(1)
    number = _number(fields, name, called)
    return _kept(number, _field(called, name), _THOUSANDTH, _QUANTITY_DIGITS)


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _number(fields: Fields, name: str, called: str) -> Decimal:
    text = _with_a_point(_CURRENCY_SIGN.sub("", fields.text(name)))
    if len(text) > _WRITTEN_MAX:
        raise Unreadable(f"{_field(called, name)} é grande demais")
    if not _NUMBER.fullmatch(text):
        raise Unreadable(f"{_field(called, name)} não é um número")
    return Decimal(text)


def _with_a_point(text: str) -> str:
    """Write 1.234,56 and 1,234.56 as 1234.56: of two signs the last one parts the cents."""
    if "," not in text:
        return text
    if text.rfind(",") > text.rfind("."):
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "")


def _kept(number: Decimal, field: str, step: Decimal, digits: int) -> Decimal:
    """Round a number as a column of so many whole digits keeps it."""
    if number < 0:
        raise Unreadable(f"{field} está abaixo de zero")
    # Twice: an enormous one cannot be rounded, and 9999999999,999 grows by it.
    if number >= 10**digits or (kept := number.quantize(step, ROUND_HALF_UP)) >= 10**digits:
        raise Unreadable(f"{field} é grande demais: passa de {digits} dígitos")
    return abs(kept)


def _field(called: str, name: str) -> str:
    return f"{called} (campo {name})"
