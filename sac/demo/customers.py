"""Who writes to the shops of the demo."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("customers.toml")


@dataclass(frozen=True, slots=True)
class Customer:
    """A person; what the team has written about them begins at `channel`."""

    name: str
    phone: str
    city: str
    she: bool = False
    old_id: str = ""
    channel: str = "lead"
    email: str = ""
    tax_id: str = ""
    notes: str = ""

    @property
    def wa_id(self) -> str:
        """The network's own id."""
        return self.old_id or self.phone.lstrip("+")

    @property
    def noted(self) -> dict[str, str]:
        """What the team has changed in the contact."""
        written = {
            "entry_channel": self.channel,
            "email": self.email,
            "tax_id": self.tax_id,
            "notes": self.notes,
        }
        return {name: value for name, value in written.items() if value not in {"", "lead"}}


@cache
def customers(shop: str) -> tuple[Customer, ...]:
    """Return the customers of a shop, by the first word of its name, in small letters."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(Customer(**one) for one in told[shop])


def customer(shop: str, who: str) -> Customer:
    """Return the one of this name, or of this number."""
    return next(one for one in customers(shop) if who in {one.name, one.phone})
