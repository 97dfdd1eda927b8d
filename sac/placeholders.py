"""Gaps in a ready answer, written {{nome}}: filled by plain replacement, never by a template."""

import re
from collections.abc import Mapping

_GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BEGINS_SENTENCE = re.compile(r"(^|[.!?…\n])[\s*_~]*$")


def fill(text: str, values: Mapping[str, object]) -> str:
    """Fill in what is known; a gap of which nothing is known stays, and is seen before sending.

    What is put in is never read again: a customer's name may itself be "{{loja}}".
    """

    def known(gap: re.Match[str]) -> str:
        value = str(values.get(gap[1].lower()) or "")
        is_first = _BEGINS_SENTENCE.search(text[: gap.start()]) is not None
        return (value[:1].upper() + value[1:] if is_first else value) or gap[0]

    return _GAP.sub(known, text)


def greeting_at(hour: int) -> str:
    """What one says at this hour of the day."""
    if 5 <= hour < 12:
        return "bom dia"
    return "boa tarde" if 12 <= hour < 18 else "boa noite"
