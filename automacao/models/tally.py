"""What went through a number, counted by day: nothing may vanish unseen."""

from django.db import models

from automacao.models.instance import Instance
from evendas.sealing import StoreOwned


class LineTally(StoreOwned):
    """How often something happened on a number in a day of the store's zone.

    `what` is a word of `automacao.actions.tallies`, with the reason after a colon where one says
    more: "ignored:group".
    """

    instance = models.ForeignKey(
        Instance, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    what = models.CharField(max_length=60)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "contagem da linha"
        verbose_name_plural = "contagens da linha"
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "day", "what"], name="automacao_linetally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.what}: {self.count}"
