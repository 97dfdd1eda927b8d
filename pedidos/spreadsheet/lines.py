"""The lines of a CSV file, one after the other, whatever stands in them: never the whole file.

A quote that is never closed makes one broken line, not the end of the file: what came after it is
read anew.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

# More than any cell of an order; a line that is longer is broken, and passed over.
LINE_MAX = 50_000  # characters
# Lines of the file that one quoted cell may go over.
_CELL_LINES = 100
_SHOWN = 500  # characters kept of a line that is broken
_TOO_LONG = f"a linha tem mais de {LINE_MAX // 1000} mil caracteres"
# A quote that is not closed is closed by the next one there is: which of both it was, nobody knows.
_QUOTES = "as aspas desta linha não estão fechadas, ou estão soltas no meio de um texto"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says. `number` is where it begins in the file, from 1.

    `trouble` says why it cannot be read; then `cells` is its text as it stands, cut.
    """

    number: int
    cells: tuple[str, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Physical:
    """A line up to its break."""

    text: str
    is_long: bool = False


class _Open(Exception):
    """A quote goes on further than any cell does."""


def lines_of(
    file: IO[bytes], encoding: str, delimiter: str, *, quoted: bool = True
) -> Iterator[Line]:
    """Read a file from where it stands; it stays open. Nothing is passed over."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _Lines(text, delimiter, quoted=quoted)
    finally:
        # Whoever gives up in the middle may have closed it already.
        if not file.closed:
            text.detach()


class _Lines:
    """Puts the lines of a file together into what the commas and quotes make of them."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str, *, quoted: bool) -> None:
        self.text = text
        self.options = {"delimiter": delimiter, "strict": True} | (
            {} if quoted else {"quoting": csv.QUOTE_NONE}
        )
        self.returned: deque[_Physical] = deque()
        # What the line at hand was made of so far.
        self.taken: list[_Physical] = []
        self.number = 0

    def __iter__(self) -> Iterator[Line]:
        reader = self._reader()
        while True:
            self.taken = []
            number = self.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (_Open, csv.Error):
                yield self._broken(number)
                reader = self._reader()
            else:
                self.number += len(self.taken)
                yield Line(number, tuple(cells))

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._fed(), **self.options)  # type: ignore[arg-type]

    def _fed(self) -> Iterator[str]:
        while True:
            line = self._next()
            if line is None:
                if self.taken:
                    raise _Open
                return
            self.taken.append(line)
            if line.is_long or len(self.taken) > _CELL_LINES:
                raise _Open
            if sum(len(one.text) for one in self.taken) > LINE_MAX:
                raise _Open
            yield line.text

    def _next(self) -> _Physical | None:
        if self.returned:
            return self.returned.popleft()
        line = self.text.readline(LINE_MAX)
        if not line:
            return None
        if len(line) < LINE_MAX or line.endswith(("\n", "\r")):
            return _Physical(line)
        self._skip_rest()
        return _Physical(line[:_SHOWN], is_long=True)

    def _skip_rest(self) -> None:
        while rest := self.text.readline(LINE_MAX):
            if len(rest) < LINE_MAX or rest.endswith(("\n", "\r")):
                return

    def _broken(self, number: int) -> Line:
        """Give the first line up, and read what was taken after it anew."""
        first, *others = self.taken
        self.returned.extendleft(reversed(others))
        self.number += 1
        why = _TOO_LONG if first.is_long else _QUOTES
        return Line(number, (first.text.rstrip("\r\n")[:_SHOWN],), why)
