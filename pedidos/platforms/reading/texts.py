"""Texts as people read them and PostgreSQL takes them: entities undone, nothing unseen, short."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from evendas.names import upright
from pedidos.platforms.reading.fields import Fields, Unreadable

_ID_MAX = 80
_URL_MAX = 500
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMERIC_ID = re.compile(r"[0-9]{1,20}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def plain(text: str, limit: int) -> str:
    """Undo HTML's entities, drop what cannot be seen, and cut to `limit` characters."""
    visible = _UNSEEN.sub(" ", upright(html.unescape(text)))
    return " ".join(visible.split())[:limit].rstrip()


def bare(text: str, limit: int = _ID_MAX) -> str:
    """A status text as rules keep it: without accents, lower case, single spaces."""
    parted = unicodedata.normalize("NFKD", plain(text, limit))
    without = "".join(char for char in parted if not unicodedata.combining(char))
    return " ".join(without.lower().replace("_", " ").replace("-", " ").split())[:limit]


def url(text: str) -> str:
    """An address of the web, as it came; empty for anything else."""
    text = text.strip()
    if len(text) > _URL_MAX or not text.isprintable() or " " in text:
        return ""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_web else ""


def numeric_id(fields: Fields, name: str, called: str) -> str:
    """A platform's id made of digits. Raises Unreadable."""
    text = fields.text(name)
    if not _NUMERIC_ID.fullmatch(text):
        raise Unreadable(f"falta {called} (campo {name}), ou não é um número")
    return text


def free_id(text: str, name: str, called: str) -> str:
    """An id of any signs. Raises Unreadable for none, or one too long to keep whole."""
    kept = plain(text, _ID_MAX + 1)
    if not kept:
        raise Unreadable(f"falta {called} (campo {name})")
    if len(kept) > _ID_MAX:
        raise Unreadable(f"{called} (campo {name}) passa de {_ID_MAX} caracteres")
    return kept


def currency(fields: Fields, name: str = "currency") -> str:
    """The ISO code of a currency. Raises Unreadable."""
    text = fields.text(name)
    if not _CURRENCY.fullmatch(text):
        raise Unreadable(f"falta a moeda (campo {name}), ou não tem três letras")
    return text.upper()
