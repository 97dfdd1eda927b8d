"""Kinds of fields: what each takes, what it says of anything else, how it stands in the schema.

Pure: no rows, no clock. Nothing is rounded or guessed here: what a program writes is exact.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from pedidos.platforms.reading.texts import url

# Shops on the net are no older; a later year is a clock or a unit gone wrong.
_YEARS = range(1995, 2100)
_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# In an address a plus that was not written as %2B arrives as a space.
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def _number(told: object, *, whole: int, places: int) -> Decimal:
    """Read a number of so many digits before the point, and after it."""
    if not isinstance(told, str):
        raise _wrong("Escreva o número entre aspas, com ponto, como “199.90”.")
    written = _NUMBER.fullmatch(told)
    if written is None:
        raise _wrong("Não é um número: use só algarismos e ponto, como “199.90”.")
    if told.startswith("-"):
        raise _wrong("Não pode ser negativo.")
    if len(written[1].lstrip("0")) > whole:
        raise _wrong(f"É grande demais: passa de {whole} algarismos antes do ponto.")
    if len(written[2] or "") > places:
        raise _wrong(f"Use no máximo {places} casas depois do ponto.")
    return Decimal(told)


def _amount(told: object) -> Decimal:
    return _number(told, whole=10, places=2)


def _quantity(told: object) -> Decimal:
    return _number(told, whole=7, places=3)


def _moment(told: object) -> datetime:
    """Read ISO 8601 with an offset; the result is in UTC."""
    example = "2026-11-23T14:30:00-03:00"
    try:
        read = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        read = None
    if read is None:
        raise _wrong(f"Não é uma data com hora, como “{example}”.")
    if read.tzinfo is None:
        raise _wrong(f"Falta o fuso no fim da data, como em “{example}”.")
    if read.year not in _YEARS:
        raise _wrong(f"O ano precisa estar entre {_YEARS.start} e {_YEARS.stop - 1}.")
    return read.astimezone(UTC)


def _moment_of_address(told: object) -> datetime:
    return _moment(_LOST_PLUS.sub("+", told) if isinstance(told, str) else told)


def _id(told: str) -> str:
    if not told.isprintable() or told != told.strip():
        raise _wrong("Use só letras, algarismos e sinais visíveis, sem espaço nas pontas.")
    return told


def _currency(told: str) -> str:
    if not _CURRENCY.fullmatch(told):
        raise _wrong("Escreva as três letras da moeda, como “BRL”.")
    return told


def _web(told: str) -> str:
    if url(told) != told:
        raise _wrong("Não é um endereço da web: começa com https:// e não tem espaços.")
    return told


_MOMENT = WithJsonSchema(
    {"type": "string", "format": "date-time", "examples": ["2026-11-23T14:30:00-03:00"]}
)

Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$", "examples": ["199.90"]}
    ),
]
Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,3})?$", "examples": ["2"]}
    ),
]
Moment = Annotated[datetime, BeforeValidator(_moment), _MOMENT]
MomentOfAddress = Annotated[datetime, BeforeValidator(_moment_of_address), _MOMENT]
ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    AfterValidator(_id),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 80,
            "description": "Como o seu sistema identifica o pedido. Sem barra (“/”).",
            "example": "1042",
        }
    ),
]
Web = Annotated[str, StringConstraints(max_length=500), AfterValidator(_web)]
Currency = Annotated[
    str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]
