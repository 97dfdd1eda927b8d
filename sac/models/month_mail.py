"""That a month's figures were mailed."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models

from evendas.sealing import StoreOwned, StoreQuerySet

# Longer than any mail server may take: then whoever had it is gone.
_LEASE = timedelta(minutes=10)


class MonthMailQuerySet(StoreQuerySet["MonthMail"]):
    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def lease(self, store_id: int, month: date, *, now: datetime) -> Self | None:
        """Take a month's mail on, unless it was sent or another worker has it; None then."""
        known = {"store_id": store_id, "month": month}
        self.bulk_create([self.model(**known)], ignore_conflicts=True)
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=now)
        mine = self.filter(free, **known, sent_at=None)
        return self.filter(**known) if mine.update(leased_until=now + _LEASE) else None


class MonthMail(StoreOwned):
    """A store's mail about a month: one row for each, whoever works at it."""

    # The first of it.
    month = models.DateField("mês")
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("enviado em", null=True)

    objects = MonthMailQuerySet.as_manager()

    class Meta:
        verbose_name = "relatório do mês por e-mail"
        verbose_name_plural = "relatórios do mês por e-mail"
        constraints = [
            models.UniqueConstraint(fields=["store", "month"], name="sac_monthmail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"
