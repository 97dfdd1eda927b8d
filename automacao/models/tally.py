"""What went through a number, counted by day: nothing may vanish unseen."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models

from automacao.models.instance import Instance
from evendas.accounts.models import Store
from evendas.sealing import StoreOwned


class LineTallyQuerySet(models.QuerySet["LineTally"]):
    def in_store(self, store: Store) -> Self:
        """Counts of the numbers a store has."""
        return self.filter(instance__in=Instance.objects.in_store(store))

    def told_since(self, day: date) -> Iterable[tuple[int, date, str, int]]:
        """Return (instance, day, what, count) of that day and later ones."""
        return self.filter(day__gte=day).values_list("instance", "day", "what", "count")


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

    objects = LineTallyQuerySet.as_manager()

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
