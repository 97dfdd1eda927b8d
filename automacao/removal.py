"""What a number still holds: while people are being attended to by it, it stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from automacao.models import Instance


@dataclass(frozen=True, slots=True)
class Removal:
    """What stands in the way of taking a number out, and what that would cost."""

    departments: Sequence[models.Model]
    tickets: int
    # Messages that leave in a moment, and those that wait for a number that is not there.
    leaving: int
    stranded: int

    @classmethod
    def of(cls, instance: Instance) -> "Removal":
        unsent = instance.messages.in_outbox().count()
        return cls(
            departments=list(instance.open_departments()),
            tickets=instance.tickets.live().count(),
            leaving=unsent if instance.is_connected else 0,
            stranded=0 if instance.is_connected else unsent,
        )

    @property
    def is_free(self) -> bool:
        """Nobody would be left without an answer, unless it could not leave anyway."""
        return not (self.departments or self.tickets or self.leaving)
