"""Where the codes of tickets come from."""

from django.db import models


class TicketCounter(models.Model):
    """The last code given in a store's year. Its row is taken last, so it is held briefly."""

    store = models.ForeignKey("accounts.Store", models.PROTECT, db_index=False, related_name="+")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "contador de códigos"
        verbose_name_plural = "contadores de códigos"
        constraints = [
            models.UniqueConstraint(fields=["store", "year"], name="sac_ticketcounter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"
