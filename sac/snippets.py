"""The few words around what was found in a message, in pieces that a template can mark."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Characters before what was found first, and in all.
LEAD, LENGTH = 40, 160


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the text, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def snippet(text: str, words: Sequence[str]) -> list[Piece]:
    """Return the text around the first of the words, on one line. `words` are plain."""
    line = " ".join(text.split())
    spans = list(_spans(line, words))
    begin = max(0, spans[0][0] - LEAD) if spans else 0
    end = begin + LENGTH
    pieces = [Piece("…")] if begin else []
    place = begin
    for start, stop in spans:
        if stop > end:
            break
        pieces += [Piece(line[place:start]), Piece(line[start:stop], is_hit=True)]
        place = stop
    pieces.append(Piece(line[place:end] + ("…" if len(line) > end else "")))
    return [piece for piece in pieces if piece.text]


def _spans(line: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where words begin that begin as one of these, and how far they are alike."""
    plain, places = _plain(line)
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    for found in re.finditer(rf"(?<![^\W_])(?:{wanted})", plain):
        yield places[found.start()], places[found.end() - 1] + 1


def _plain(line: str) -> tuple[str, list[int]]:
    """The line without accents and case, and of which character each of it was made."""
    plain, places = [], []
    for place, one in enumerate(line):
        for bare in unicodedata.normalize("NFKD", one.casefold()):
            if not unicodedata.combining(bare):
                plain.append(bare)
                places.append(place)
    return "".join(plain), places
