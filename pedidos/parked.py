"""The deliveries nobody understood, as an admin reads them: inert text, secrets masked."""

import re
from dataclasses import dataclass

from evendas.accounts.models import Store
from evendas.names import upright
from pedidos.models import Delivery, Source

PAGE = 10
# Bytes of a body that are shown.
SHOWN = 20_000
# No secret is longer: one that is cut by the end of what is read is masked all the same.
_BEYOND = 1_000
_MASK = "•••"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Parked:
    """One delivery; `text` is the beginning of its body, `size` all of it in bytes."""

    delivery: Delivery
    text: str
    size: int

    @property
    def reason(self) -> str:
        told = self.delivery.error
        return f"{told[:1].upper()}{told[1:]}" if told else "Sem motivo anotado."

    @property
    def is_cut(self) -> bool:
        return self.size > SHOWN


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """Some of the parked, newest first, and from where the older ones go on."""

    deliveries: list[Parked]
    older: int | None


def parked_page(store: Store, *, before: int | None) -> ParkedPage:
    """Read a page of a store's parked deliveries, those below an id."""
    rows = Delivery.objects.in_store(store).parked_page(
        before=before, size=PAGE + 1, beginning=SHOWN + _BEYOND
    )
    shown = [Parked(row, _readable(row.source, body), size) for row, body, size in rows[:PAGE]]
    return ParkedPage(shown, shown[-1].delivery.pk if len(rows) > PAGE else None)


def _readable(source: Source, body: bytes) -> str:
    """A body as text that does nothing, without what opens a door."""
    text = body.decode("utf-8", "replace")
    own = (source.secret, *source.former_secret.split(), source.api_token, source.webhook_key)
    for secret in filter(None, own):
        text = text.replace(secret, _MASK)
    return _CONTROLS.sub("\ufffd", upright(text[:SHOWN]))
