"""The bodies nobody understood, as an admin reads them: inert text, secrets masked."""

import re
from dataclasses import dataclass

from django.conf import settings

from automacao.models import InboundEvent, Instance
from evendas.accounts.models import Store
from evendas.names import upright

PAGE = 10
# Bytes of a body that are shown.
SHOWN = 20_000
# No secret is longer: one that is cut by the end of what is read is masked all the same.
_BEYOND = 1_000
_MASK = "•••"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Parked:
    """One event; `text` is the beginning of its body, `size` all of it in bytes."""

    event: InboundEvent
    text: str
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > SHOWN


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """Some of the parked, newest first, and from where the older ones go on."""

    events: list[Parked]
    older: int | None


def parked_page(store: Store, *, before: int | None) -> ParkedPage:
    """Read a page of a store's parked events, those below an id."""
    rows = InboundEvent.objects.in_store(store).parked_page(
        before=before, size=PAGE + 1, beginning=SHOWN + _BEYOND
    )
    events = [Parked(row, _readable(body, row.instance), size) for row, body, size in rows[:PAGE]]
    return ParkedPage(events, events[-1].event.pk if len(rows) > PAGE else None)


def _readable(body: bytes, instance: Instance) -> str:
    """A body as text that does nothing, without what opens a door."""
    text = body.decode("utf-8", "replace")
    for secret in _secrets(instance):
        text = text.replace(secret, _MASK)
    return _CONTROLS.sub("\ufffd", upright(text[:SHOWN]))


def _secrets(instance: Instance) -> list[str]:
    keys = [str(gateway["key"]) for gateway in settings.GATEWAYS.values()]
    own = [instance.gateway_token, instance.webhook_secret, instance.webhook_key]
    return [secret for secret in (*keys, *own) if secret]
