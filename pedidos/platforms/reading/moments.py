"""Times: always aware; those without a zone are read in the one that is given."""

import re
from datetime import UTC, datetime, tzinfo

from pedidos.platforms.reading.fields import Fields, Unreadable

# Shops on the net are no older; a later year is a clock or a unit gone wrong.
_YEARS = range(1995, 2100)
_BRAZILIAN = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")


def moment(fields: Fields, name: str, zone: tzinfo) -> datetime | None:
    """Read ISO 8601, or 31/12/2026 with or without an hour; None is a time nobody should believe.

    The result is in UTC. A day alone is its midnight in `zone`.
    """
    try:
        read = datetime.fromisoformat(_BRAZILIAN.sub(r"\3-\2-\1", fields.text(name), count=1))
    except ValueError:
        return None
    # The bounds come first: near year 1 or 9999 a change of zone overflows.
    if read.year not in _YEARS:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def first_moment(fields: Fields, names: tuple[str, ...], zone: tzinfo) -> datetime | None:
    found = (moment(fields, name, zone) for name in names)
    return next((one for one in found if one), None)


def must_have_happened(at: datetime | None, called: str, name: str) -> datetime:
    """Insist on a time. Raises Unreadable."""
    if at is None:
        raise Unreadable(f"falta {called} (campo {name}), ou não é uma data")
    return at
