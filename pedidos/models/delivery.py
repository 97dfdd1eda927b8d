"""Everything a platform ever posted, as it came: kept first, understood after."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from evendas import clock
from evendas.sealing import StoreQuerySet, StoreRow
from pedidos.models.source import Source


class DeliveryQuerySet(StoreQuerySet["Delivery"]):
    def due(self) -> Self:
        """Waiting deliveries whose time has come, by the database's clock."""
        return self.filter(status=Delivery.Status.WAITING, due_at__lte=Now())

    def parked(self) -> Self:
        return self.filter(status=Delivery.Status.PARKED)

    def keep_once(self, delivery: "Delivery") -> None:
        """Store a delivery, unless the platform gave this very one before."""
        self.bulk_create([delivery], ignore_conflicts=True)

    def replay(self) -> int:
        """Put deliveries back in the queue. Return how many."""
        return self.update(status=Delivery.Status.WAITING, attempts=0, due_at=Now())


class Delivery(StoreRow):
    """One webhook of a platform: its bytes, and what its headers told of them."""

    class Status(models.TextChoices):
        WAITING = "waiting", "na fila"
        DONE = "done", "processada"
        IGNORED = "ignored", "ignorada"
        PARKED = "parked", "estacionada"

    MAX_ATTEMPTS = 8

    source = models.ForeignKey(
        Source, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    topic = models.CharField("evento", max_length=80, blank=True)
    # The platform's own name of this delivery; None where it has none, and each is processed.
    external_id = models.CharField(max_length=120, null=True)
    body = models.BinaryField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "entrega de pedido"
        verbose_name_plural = "entregas de pedidos"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(fields=["source", "external_id"], name="pedidos_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(status="waiting"), name="pedidos_delivery_due"
            ),
            models.Index(
                fields=["store", "-id"],
                condition=models.Q(status="parked"),
                name="pedidos_delivery_parked",
            ),
            models.Index(
                fields=["processed_at"],
                condition=models.Q(status__in=["done", "ignored"]),
                name="pedidos_delivery_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"

    def finish(self, status: Status, now: datetime, *, told: str = "") -> None:
        self.status, self.processed_at, self.error = status, now, told[:300]

    def park(self, error: str) -> None:
        self.status, self.error = self.Status.PARKED, error[:300]

    def retry_later(self, error: str) -> None:
        """Count a failed attempt; after MAX_ATTEMPTS it stays parked until it is replayed."""
        self.attempts += 1
        self.error = error[:300]
        wait = settings.INBOX_RETRY_AFTER * 2**self.attempts
        self.due_at = clock.now() + timedelta(seconds=min(wait, settings.INBOX_LONGEST_RETRY))
        if self.attempts >= self.MAX_ATTEMPTS:
            self.park(error)
