"""Who bought: names, e-mail, CPF or CNPJ, and phones in the order they are to be believed."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from evendas import phones, tax_ids
from pedidos.platforms.reading.fields import Fields
from pedidos.platforms.reading.texts import plain

_NAME_MAX = 200
_EMAIL_MAX = 254
_COUNTRY_LENGTH = 2


def full_name(person: Fields) -> str:
    return plain(f"{person.text('first_name')} {person.text('last_name')}", _NAME_MAX)


def name(text: str) -> str:
    return plain(text, _NAME_MAX)


def email(*texts: str) -> str:
    """The first that is an e-mail, in lower case."""
    return next((text.lower() for text in texts if _is_email(text)), "")


def document(*texts: str) -> str:
    """The first CPF or CNPJ whose check digits hold."""
    found = (tax_ids.normalize(text) for text in texts)
    return next((one for one in found if one), "")


def canonical(numbers: Iterable[str], country: str = "BR") -> tuple[str, ...]:
    """Phones as E.164, each once; service numbers are nobody's and left out.

    `country` is the ISO code of the address they stand by.
    """
    home = country.upper() if len(country) == _COUNTRY_LENGTH else "BR"
    read = (phones.normalize(number, home) for number in numbers)
    return tuple(dict.fromkeys(one for one in read if one and not phones.is_service(one)))


def orders_named(told: Fields, field: str) -> tuple[str, ...]:
    """The ids of orders a request about a person lists."""
    return tuple(one for one in (plain(text, 80) for text in told.texts(field)) if one)


def _is_email(text: str) -> bool:
    # Capitals may be shorter than their small letters.
    if len(text.lower()) > _EMAIL_MAX or not text.isprintable():
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
