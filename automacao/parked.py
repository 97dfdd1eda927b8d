"""The bodies nobody understood, as an admin reads them: inert text, secrets masked.

What was parked for being another's is told of by its reason alone: nobody here reads it.
"""

import re
from dataclasses import dataclass

from django.conf import settings

from automacao.actions.belonging import is_strangers
from automacao.models import InboundEvent, Instance
from evendas.accounts.models import Store
from evendas.names import upright

PAGE = 10
# Bytes of a body that are shown.
SHOWN = 20_000
# No secret is longer: one that is cut by the end of what is read is masked all the same.
_BEYOND = 1_000
_MASK = "•••"
_QUARANTINE = "quarentena: "
# What adapters call what they do not understand; names of events stay as they are.
_REASONS = {
    "not JSON": "O conteúdo não é JSON.",
    "too deep": "O conteúdo tem níveis demais.",
    "envelope": "Falta dizer de que evento se trata.",
    "data": "O evento veio sem os dados.",
    "key": "Falta a identificação da mensagem.",
    "address": "Falta o endereço de quem escreveu.",
    "no content": "A mensagem veio sem conteúdo.",
    "reaction": "A reação não diz a que mensagem se refere.",
    "protocol": "A alteração não diz a que mensagem se refere.",
    "edit without text": "A edição veio sem o novo texto.",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Parked:
    """One event; `text` is the beginning of its body, `size` all of it in bytes.

    Of one that is another's `text` is empty.
    """

    event: InboundEvent
    text: str
    size: int

    @property
    def reason(self) -> str:
        """Why it is parked, in words; where there are none for it, as it was noted down."""
        noted = self.event.error.removeprefix(_QUARANTINE)
        return _REASONS.get(noted, self.event.error) or "sem motivo anotado"

    @property
    def is_closed(self) -> bool:
        return is_strangers(self.event.error)

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
    events = [Parked(row, _readable(row, body), size) for row, body, size in rows[:PAGE]]
    return ParkedPage(events, events[-1].event.pk if len(rows) > PAGE else None)


def _readable(event: InboundEvent, body: bytes) -> str:
    """A body as text that does nothing, without what opens a door; none of another's."""
    if is_strangers(event.error):
        return ""
    text = body.decode("utf-8", "replace")
    for secret in _secrets(event.instance):
        text = text.replace(secret, _MASK)
    return _CONTROLS.sub("\ufffd", upright(text[:SHOWN]))


def _secrets(instance: Instance) -> list[str]:
    keys = [str(gateway["key"]) for gateway in settings.GATEWAYS.values()]
    own = [instance.gateway_token, instance.webhook_secret, instance.webhook_key]
    return [secret for secret in (*keys, *own) if secret]
