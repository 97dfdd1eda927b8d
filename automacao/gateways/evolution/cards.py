"""Contact cards: vCards as phones write them, every word of them the sender's."""

import re

from automacao.gateways.evolution.wire import dig, text

_CARDS_MAX = 20
_PHONES_MAX = 10
_CARD_MAX = 20_000  # characters; photos make them larger and come after the names
_NAME_MAX = 200
_PHONE_MAX = 40
_WAID = re.compile(r"waid=([0-9]{8,15})", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")


def cards_of(contacts: list[object]) -> list[dict[str, object]]:
    """Read what the desk shows of cards: a name, phones, an organization."""
    cards = [_card(contact) for contact in contacts[:_CARDS_MAX] if isinstance(contact, dict)]
    return [card for card in cards if card["name"] or card["phones"]]


def _card(contact: dict[str, object]) -> dict[str, object]:
    lines = _lines(text(contact.get("vcard"), _CARD_MAX))
    card: dict[str, object] = {
        "name": text(dig(contact, "displayName"), _NAME_MAX).strip() or _first(lines, "FN"),
        "phones": _phones(lines),
    }
    if organization := _first(lines, "ORG").strip("; "):
        card["organization"] = organization
    return card


def _lines(vcard: str) -> list[tuple[str, str]]:
    """Split unfolded lines into property (with group and parameters) and value."""
    found = []
    for line in _FOLD.sub("", vcard).splitlines():
        before, colon, value = line.partition(":")
        if colon:
            found.append((before, _plain(value)))
    return found


def _plain(value: str) -> str:
    return re.sub(r"\\([\\;,])", r"\1", value.replace("\\n", " ").replace("\\N", " ")).strip()


def _is(before: str, name: str) -> bool:
    """Tell `item1.TEL;waid=…` for a TEL."""
    return before.partition(";")[0].rpartition(".")[2].upper() == name


def _first(lines: list[tuple[str, str]], name: str) -> str:
    values = (value for before, value in lines if _is(before, name) and value)
    return next(values, "")[:_NAME_MAX]


def _phones(lines: list[tuple[str, str]]) -> list[str]:
    """Prefer the number WhatsApp knows a phone by; otherwise as written."""
    told = [_phone(before, value) for before, value in lines if _is(before, "TEL")]
    return list(dict.fromkeys(phone for phone in told if phone))[:_PHONES_MAX]


def _phone(before: str, value: str) -> str:
    known = _WAID.search(before)
    return f"+{known[1]}" if known else value.removeprefix("tel:")[:_PHONE_MAX]
