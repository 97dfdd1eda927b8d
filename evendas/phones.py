"""Phones: any way a Brazilian types one, kept as E.164.

Two phones are the same person's exactly when their canonical texts are equal. Old mobiles had
eight digits and WhatsApp keeps the id it registered, so canonical is for people and search;
messages go to the address the network returned.
"""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_AREA_CODE = re.compile(r"[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579]")
_CARRIER = re.compile(r"0(1[245]|2[1-35]|31|4[13]|[56]5|99)")
_LINK = re.compile(r"(?:wa\.me/|[?&]phone=)(?:\+|%2B)?([0-9]+)", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:tel|sms|whatsapp):", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[0-9]E[+-]?[0-9]", re.IGNORECASE)
_SEVERAL = re.compile(r"[/;|,]| ou ", re.IGNORECASE)
_READ_MAX = 250  # characters; a longer text is no phone field
_EXTENSION = re.compile(r"ramal|ext|\br\.\s*[0-9]", re.IGNORECASE)
_SERVICE = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST})
# How the database tells `is_service`: no area code ends in 0, and each own phone has one.
SERVICE_PATTERN = r"^\+55([0-9]0|[0-9]{8}$)"


def normalize(raw: str | None, country: str = "BR") -> str | None:
    """Return the E.164 form of a phone, a WhatsApp id or a wa.me link, or None.

    `country` is the ISO code a number without `+` is read in. A digits-only text of 10 or 11
    digits starting 55 has area code 55, never the country code.
    """
    text = _clean((raw or "")[:_READ_MAX])
    if "@" in text:
        return _from_jid(text)
    if link := _LINK.search(text):
        return _international(link[1])
    if _SCIENTIFIC.search(text):
        return None
    text = _SCHEME.sub("", text).removesuffix(".0")
    found = (_read(piece, country) for piece in _SEVERAL.split(text))
    return next((phone for phone in found if phone), None)


def display(e164: str) -> str:
    """Return a phone as people write it: Brazilian ones in the national form."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    is_ours = number.country_code == 55
    form = PhoneNumberFormat.NATIONAL if is_ours else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def written_out(e164: str) -> str:
    """Return a phone with its country's code, spaced for people: +55 11 98765-0000."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def is_service(e164: str) -> bool:
    """Tell 0800, 4004 and their like: many people's, and never one phone."""
    return e164.startswith("+55") and _is_service(e164.removeprefix("+55"))


def is_same(one: str, other: str) -> bool:
    """Tell whether two E.164 phones are one person's, written with or without the ninth digit."""
    return one == other or (normalize(one) or one) == (normalize(other) or other)


def send_candidates(e164: str) -> list[str]:
    """Return the digits to try when no address is stored, the likelier first.

    Only mobiles with 6 to 9 after the ninth digit ever had a shorter form; from area 31 on,
    WhatsApp mostly registered that one.
    """
    digits = e164.removeprefix("+")
    mobile = re.fullmatch(r"55([0-9]{2})9([6-9][0-9]{7})", digits)
    if not mobile:
        return [digits]
    area, subscriber = mobile.groups()
    short = f"55{area}{subscriber}"
    is_short_likely = int(area) >= 31 and subscriber[0] in "789"
    return [short, digits] if is_short_likely else [digits, short]


def _clean(raw: str) -> str:
    """Fold full-width digits and drop what cannot be seen: direction marks, zero widths."""
    folded = unicodedata.normalize("NFKC", raw)
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return visible.strip().strip("\"'").strip()


def _from_jid(jid: str) -> str | None:
    user, _, domain = jid.rpartition("@")
    if domain.lower() not in {"s.whatsapp.net", "c.us"}:
        return None
    digits = user.partition(":")[0]
    return _international(digits) if re.fullmatch(r"[0-9]+", digits) else None


def _read(piece: str, country: str) -> str | None:
    number = _EXTENSION.split(piece)[0]
    digits = re.sub(r"[^0-9]", "", number)
    if re.match(r"[^0-9]*\+", number):
        return _international(digits)
    if country == "BR":
        return _as_typed_here(digits)
    return _as_typed_abroad(number, country)


def _as_typed_here(digits: str) -> str | None:
    if digits.startswith("00") and not digits.startswith("0055"):
        return _international(digits[2:])
    return _brazilian(_without_prefixes(digits))


def _without_prefixes(digits: str) -> str:
    """Drop what is dialled before the area code. The order of the tests matters."""
    size = len(digits)
    if digits.startswith("0055"):
        return digits[4:]
    if digits.startswith("0"):
        has_carrier = size in {13, 14} and _CARRIER.match(digits)
        return digits[3:] if has_carrier else digits[1:]
    if digits.startswith("90") and size in {12, 13}:  # a collect call
        return digits[2:]
    if digits.startswith("550") and size in {13, 14}:
        return digits[3:]
    if digits.startswith("55") and size in {12, 13}:
        return digits[2:]
    return digits


def _as_typed_abroad(number: str, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    return _international(phonenumbers.format_number(parsed, PhoneNumberFormat.E164)[1:])


def _international(digits: str) -> str | None:
    if digits.startswith("55"):
        return _brazilian(digits[2:])
    if digits.startswith("521") and len(digits) == 13:  # Mexico retired its mobile 1
        digits = "52" + digits[3:]
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _brazilian(national: str) -> str | None:
    if len(national) in {11, 12}:
        national = national.removeprefix("0")
    if _is_service(national):
        return f"+55{national}"
    if len(national) not in {10, 11} or len(set(national)) == 1:  # one digit over and over: a mask
        return None
    if not _AREA_CODE.match(national):
        return None
    subscriber = _subscriber(national[2:])
    return f"+55{national[:2]}{subscriber}" if subscriber else None


def _subscriber(digits: str) -> str | None:
    if len(digits) == 9:
        return digits if digits[0] == "9" else None
    if digits[0] in "01":
        return None
    return f"9{digits}" if digits[0] in "6789" else digits


def _is_service(national: str) -> bool:
    """Tell 0800, 4004 and their like: valid, and never anybody's own."""
    if not 8 <= len(national) <= 11:
        return False
    number = PhoneNumber(country_code=55, national_number=int(national))
    return phonenumbers.number_type(number) in _SERVICE
