"""A body as its fields: every number is kept as the text it came as, nothing is trusted."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from pedidos.platforms.port import Event, Malformed

Asked = ParamSpec("Asked")

# More lines or parcels than any shop's order has.
_ROWS_MAX = 1000


class Unreadable(Exception):
    """A body that cannot be understood. Its text says why, to people, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Fields:
    """One object of a body. What is absent or of another type reads as empty."""

    told: dict[str, object]

    def raw(self, name: str) -> object:
        return self.told.get(name)

    def text(self, name: str) -> str:
        """A text or a number, trimmed; anything else is empty."""
        value = self.told.get(name)
        return value.strip() if isinstance(value, str) else ""

    def is_true(self, name: str) -> bool:
        return self.told.get(name) is True

    def inside(self, name: str) -> "Fields":
        value = self.told.get(name)
        return Fields(value if isinstance(value, dict) else {})

    def rows(self, name: str) -> list["Fields"]:
        """The objects of a list; whatever else stands in it is passed over."""
        return [Fields(row) for row in self.list(name) if isinstance(row, dict)]

    def texts(self, name: str) -> list[str]:
        return [one.strip() for one in self.list(name) if isinstance(one, str)]

    def list(self, name: str) -> list[object]:
        value = self.told.get(name)
        return value[:_ROWS_MAX] if isinstance(value, list) else []


def open_body(raw: bytes) -> Fields:
    """Read a JSON object. Raises Unreadable for anything else."""
    try:
        told = json.loads(
            raw.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable("o corpo não é JSON") from error
    if not isinstance(told, dict):
        raise Unreadable("o corpo não é um objeto JSON")
    return Fields(told)


def in_any_case(told: Fields) -> Fields:
    """The same fields by their names in upper case; of two that become one, the first counts."""
    folded: dict[str, object] = {}
    for name, value in told.told.items():
        folded.setdefault(name.upper(), value)
    return Fields(folded)


def tells_why(read: Callable[Asked, Event]) -> Callable[Asked, Event]:
    """Let a reader that meets something Unreadable return it as Malformed."""

    @wraps(read)
    def told(*args: Asked.args, **kwargs: Asked.kwargs) -> Event:
        try:
            return read(*args, **kwargs)
        except Unreadable as error:
            return Malformed(str(error))

    return told
