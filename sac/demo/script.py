"""Reads the conversations out of `dialogues/*.toml`.

A line is `[minutes] speaker [verb [whom]]: text`. Speakers are `cliente`, `celular` (somebody types
on the shop's phone) and the first names of the people; a speaker without verb says the text, and
one who `manda` sends one of the props, with the text as its caption.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Verb = Literal[
    "write", "type", "reply", "fail", "claim", "look", "transfer", "give_back", "close", "note"
]

CUSTOMER, STORE_PHONE = "cliente", "celular"
_VERBS: dict[str, Verb] = {
    "falha": "fail",  # WhatsApp did not deliver it
    "assume": "claim",
    "olha": "look",
    "->": "transfer",  # to a department or a person; the text is the note
    "devolve": "give_back",
}
_SENDS = "manda"
_LINE = re.compile(r"(?:(\d+) )?(\w+)(?: (->|\w+)(?: (\w+))?)?: ?(.*)")
_FOLDER = Path(__file__).parent / "dialogues"


@dataclass(frozen=True, slots=True)
class Line:
    """Something said or done. `minutes` before now in a live dialogue, else since the last line."""

    minutes: int | None
    who: str
    verb: Verb
    to: str = ""
    text: str = ""
    prop: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of a department; `customer` is whose it is, where it is somebody's own.

    `closed` minutes ago it ended; `is_night` is told in real minutes, whatever the shop's hours;
    `ticks` is how far the last answers came.
    """

    department: str
    lines: tuple[Line, ...]
    customer: str = ""
    closed: int | None = None
    is_night: bool = False
    ticks: Literal["sent", "delivered", "read"] = "read"


@cache
def dialogues(name: str) -> tuple[Dialogue, ...]:
    """Return the dialogues of a file, in its order. Raises ValueError for a line it cannot read."""
    told = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(_dialogue(one) for one in told["dialogue"])


def _dialogue(told: dict[str, Any]) -> Dialogue:
    return Dialogue(**{**told, "lines": tuple(map(_line, told["lines"].strip().splitlines()))})


def _line(written: str) -> Line:
    found = _LINE.fullmatch(written)
    if found is None:
        raise ValueError(f"not a line of a dialogue: {written}")
    minutes, who, verb, to, text = found.groups()
    return Line(
        minutes=int(minutes) if minutes else None,
        who=who,
        verb=_VERBS[verb] if verb not in {None, _SENDS} else _spoken(who),
        to="" if verb == _SENDS else to or "",
        text=text.replace("\\n", "\n"),
        prop=to if verb == _SENDS else "",
    )


def _spoken(who: str) -> Verb:
    spoken: dict[str, Verb] = {CUSTOMER: "write", STORE_PHONE: "type"}
    return spoken.get(who, "reply")
