"""What we still do to a message that is out already: a reaction, an edit, a deletion."""

from typing import Self

from django.db import models
from django.db.models.functions import Now

from automacao.models import Instance
from evendas.sealing import StoreRow
from sac.models.message import Message
from sac.models.team import Attendant


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def due(self) -> Self:
        """Still to be asked of the gateway, and nobody is at it."""
        queued = self.filter(
            state=Amendment.State.QUEUED,
            next_attempt_at__lte=Now(),
            message__instance__state=Instance.State.CONNECTED,
        )
        return queued.exclude(lease_until__gt=Now()).order_by("next_attempt_at")

    def of_removed_numbers(self) -> Self:
        removed = models.Q(message__instance__removed_at__isnull=False)
        return self.filter(removed, state=Amendment.State.QUEUED)


class Amendment(StoreRow):
    """A reaction, edit or deletion of ours on its way.

    The network takes each any number of times to the same effect: unlike a message it may be
    asked again after an unknown outcome.
    """

    class Kind(models.TextChoices):
        REACTION = "reaction", "reação"
        EDIT = "edit", "edição"
        DELETION = "deletion", "exclusão"

    class State(models.TextChoices):
        QUEUED = "queued", "Na fila"
        DONE = "done", "Feita"
        FAILED = "failed", "Não feita"
        # A newer one of the same kind took its place.
        REPLACED = "replaced", "Substituída"

    message = models.ForeignKey(
        Message, models.CASCADE, db_constraint=False, db_index=False, related_name="amendments"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    # An edit's new text; a reaction's emoji, empty to take it away.
    text = models.TextField(blank=True)
    attendant = models.ForeignKey(
        Attendant, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = AmendmentQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "alteração"
        verbose_name_plural = "alterações"
        indexes = [
            models.Index(fields=["message"], name="sac_amendment_of_message"),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="queued"),
                name="sac_amendment_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:40]}"
