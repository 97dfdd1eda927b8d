"""Sheets that people download, as Excel in Brazil opens them: semicolons, a mark for UTF-8.

No cell begins as a formula: what a stranger wrote is never run on the computer of the store.
"""

import csv
import io
from collections.abc import Iterable, Sequence

# Stands before the first line, or Excel takes the accents for something else.
MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet_lines(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as the text of a CSV file, each cell inert."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return text.getvalue()


def _inert(cell: str) -> str:
    """What would be read as a formula, as the text it is."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
