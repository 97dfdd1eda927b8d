"""What came before the message it is about: it waits, and is applied when that turns up."""

from django.db import models
from django.db.models.functions import Now

from automacao.models import Instance
from evendas.sealing import StoreOwned


class EarlyStatus(StoreOwned):
    """A status of a message not known yet, kept 24 h."""

    instance = models.ForeignKey(
        Instance, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    provider_id = models.CharField(max_length=128)
    status = models.CharField(max_length=12)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "situação adiantada"
        verbose_name_plural = "situações adiantadas"
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "provider_id", "status"], name="sac_earlystatus_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.status}"


class EarlyChange(StoreOwned):
    """An edit, deletion or reaction of a message not known yet, kept 24 h."""

    class Kind(models.TextChoices):
        EDIT = "edit", "edição"
        DELETION = "deletion", "exclusão"
        REACTION = "reaction", "reação"

    instance = models.ForeignKey(
        Instance, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    provider_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=10, choices=Kind)
    is_ours = models.BooleanField(default=False)
    # An edit's text, a reaction's emoji.
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "alteração adiantada"
        verbose_name_plural = "alterações adiantadas"
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "provider_id", "kind", "is_ours", "at"],
                name="sac_earlychange_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.kind}"
