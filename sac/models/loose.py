"""Names in the storage that are no file's: not yet, or no more."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Self

from django.db import models

from evendas.sealing import StoreOwned


class LooseFileQuerySet(models.QuerySet["LooseFile"]):
    def named(self, store_id: int, names: Collection[str]) -> Self:
        return self.filter(store=store_id, name__in=names)

    def give_up(self, store_id: int, names: Iterable[str], *, at: datetime) -> None:
        """Let these names be nobody's, in the transaction that takes them out of a file's row."""
        self.bulk_create(
            [LooseFile(store_id=store_id, name=name, until=at) for name in names],
            update_conflicts=True,
            unique_fields=["store", "name"],
            update_fields=["until"],
        )

    def forget(self, *names: str) -> None:
        """Forget names whose bytes are gone."""
        self.filter(name__in=names).delete()

    def given_up(self, *, before: datetime) -> Self:
        """Those that nobody may give to a message any more, since before this moment."""
        return self.filter(until__lt=before).order_by("until", "id")


class LooseFile(StoreOwned):
    """Bytes that may lie in the storage under a name that no file of a message has.

    The row stands before the bytes do, and goes in the transaction that gives the name to a file:
    of whoever is killed in between it remains, and the sweep finds what they left by it.
    """

    name = models.CharField(max_length=200)
    # A message may still get it until then.
    until = models.DateTimeField()

    objects = LooseFileQuerySet.as_manager()

    class Meta:
        verbose_name = "arquivo solto"
        verbose_name_plural = "arquivos soltos"
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="sac_loosefile_once"),
        ]

    def __str__(self) -> str:
        return self.name
