"""Whom a text names, as "@Apelido"."""

import re
from collections.abc import Iterable, Iterator


def said_names(text: str, names: Iterable[str]) -> set[str]:
    """Return which of the names a text says, in lower case."""
    return {name.casefold() for name, is_name in pieces(text, names) if is_name}


def pieces(text: str, names: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Cut a text into what is a name it says, without its "@", and what is not.

    Of Ana and Ana Paula it says the longer one where both would fit.
    """
    longest_first = sorted({re.escape(name) for name in names if name}, key=len, reverse=True)
    if not longest_first:
        yield text, False
        return
    naming = rf"(?<!\w)@({'|'.join(longest_first)})(?!\w)"
    for place, piece in enumerate(re.split(naming, text, flags=re.IGNORECASE)):
        if piece:
            yield piece, bool(place % 2)
