"""Texts as the thread shows them: addresses one may follow, and the people a note names."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sac.mentions import pieces
from sac.models import Message

register = template.Library()

_ADDRESS = re.compile(r"(?:(?<![\w@./-])www\.|\bhttps?://)[^\s<>\"“”«»]{1,2000}", re.IGNORECASE)
# What ends a sentence belongs to it, not to the address that stands there.
_ENDS = ".,;:!?'*_~…"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@register.filter
def at_its_at(email: str) -> SafeString:
    """Write an e-mail so that one too long for its line breaks before the @, not in a word."""
    name, at, domain = email.partition("@")
    return format_html("{}<wbr>{}{}", name, at, domain) if at else format_html("{}", email)


@register.filter
def worded(message: Message) -> SafeString:
    """Write a message's text, everything in it escaped: links open a page of their own."""
    names = message.content.get("named", []) if message.is_note else []
    parts = (
        format_html('<b class="named">@{}</b>', piece) if is_name else linked(piece)
        for piece, is_name in pieces(message.text, names)
    )
    return format_html_join("", "{}", ((part,) for part in parts))


@register.filter
def linked(text: str) -> SafeString:
    """Make links of the addresses of the web in a text: http, https and www, nothing else."""
    return format_html_join("", "{}", ((part,) for part in _parts(text)))


def _parts(text: str) -> Iterator[str]:
    end = 0
    for found in _ADDRESS.finditer(text):
        shown = _without_ending(found[0])
        if address := _followable(shown):
            yield text[end : found.start()]
            yield format_html(
                '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>',
                address,
                shown,
            )
            end = found.start() + len(shown)
    yield text[end:]


def _without_ending(address: str) -> str:
    while address:
        last = address[-1]
        opens = _PAIRS.get(last)
        is_open = opens and address.count(opens) < address.count(last)
        if last not in _ENDS and not is_open:
            break
        address = address[:-1]
    return address


def _followable(shown: str) -> str:
    """The address a link leads to; nothing for what only looks like one, or hides its host."""
    address = f"https://{shown}" if shown[:4].lower() == "www." else shown
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_plain = "@" not in parts.netloc and "\\" not in address
    return address if is_plain and "." in (parts.hostname or "").strip(".") else ""
