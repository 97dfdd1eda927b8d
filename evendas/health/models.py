"""The marks by which processes that nobody asks anything show that they live.

They stand in PostgreSQL because Redis may lose everything: a mark it forgot would accuse a worker
that is well, and one it keeps would say nothing of whether rows can be written.
"""

from django.db import models
from django.db.models.functions import Now


class PulseQuerySet(models.QuerySet["Pulse"]):
    def beat(self, *names: str) -> None:
        """Note that these are alive at this moment, by the database's clock."""
        self.bulk_create(
            [Pulse(name=name, at=Now()) for name in sorted(names)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["at"],
        )


class Pulse(models.Model):
    """When one of the few known processes was last well: a row each, written over and over."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()

    class Meta:
        verbose_name = "sinal de vida"
        verbose_name_plural = "sinais de vida"

    def __str__(self) -> str:
        return self.name
