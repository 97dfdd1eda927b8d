"""Phone digits as WhatsApp keeps them: a Brazilian account may lack its ninth digit.

The network is simulated from its own rules, never from the product's `evendas.phones`: two
mistakes that agree would hide each other.
"""

import re

_BRAZILIAN_MOBILE = re.compile(r"55(\d{2})9(\d{8})")
_BRAZILIAN_OLD_MOBILE = re.compile(r"55(\d{2})([6-9]\d{7})")


def only_digits(raw: str) -> str:
    """Return the digits of an address: `+55 (11) 9…`, `5511…@s.whatsapp.net`, `5511…:3@…`."""
    return re.sub(r"\D", "", raw.partition("@")[0].partition(":")[0])


def typed_digits(raw: str) -> str | None:
    """Return international digits for what a person typed in Brazil, None when it is no number."""
    digits = only_digits(raw)
    if len(digits) in {10, 11} and not raw.strip().startswith("+"):
        digits = f"55{digits}"
    return digits if is_plausible(digits) else None


def is_plausible(digits: str) -> bool:
    """Tell whether E.164 allows the length."""
    return 8 <= len(digits) <= 15 and not digits.startswith("0")


def canonical(digits: str) -> str:
    """Return the form people write: Brazilian mobiles with the ninth digit."""
    old = _BRAZILIAN_OLD_MOBILE.fullmatch(digits)
    return f"55{old[1]}9{old[2]}" if old else digits


def short_form(digits: str) -> str:
    """Return a Brazilian mobile without its ninth digit, any other number unchanged."""
    mobile = _BRAZILIAN_MOBILE.fullmatch(digits)
    return f"55{mobile[1]}{mobile[2]}" if mobile and mobile[2][0] in "6789" else digits


def forms(digits: str) -> set[str]:
    """Return every id under which WhatsApp may know this number."""
    return {digits, canonical(digits), short_form(digits)}


def guessed_wa_id(digits: str) -> str:
    """Guess an id as Evolution does: from area 31 up, mobiles in 7, 8 or 9 lost the ninth digit."""
    mobile = _BRAZILIAN_MOBILE.fullmatch(canonical(digits))
    if mobile and int(mobile[1]) >= 31 and mobile[2][0] in "789":
        return short_form(canonical(digits))
    return canonical(digits)
