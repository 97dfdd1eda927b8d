"""Everything a platform ever posted, as it came: kept first, understood after."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from evendas import clock
from evendas.sealing import StoreQuerySet, StoreRow
from pedidos.models.source import Source

_BYTES = models.BinaryField()


class DeliveryQuerySet(StoreQuerySet["Delivery"]):
    def due(self) -> Self:
        """Waiting deliveries whose time has come, by the database's clock."""
        return self.filter(status=Delivery.Status.WAITING, due_at__lte=Now())

    def due_sources(self) -> list[int]:
        """Return which sources have something due: ids."""
        return list(self.due().order_by().values_list("source_id", flat=True).distinct())

    def send_for(self, pk: int) -> bool:
        """Take a due delivery to be asked about, for ORDER_FETCH_LEASE. Tell whether it was due."""
        lease = timedelta(seconds=settings.ORDER_FETCH_LEASE)
        return self.due().filter(pk=pk).update(due_at=Now() + lease) == 1

    def over_before(self, moment: datetime) -> Self:
        """Done or ignored: what they said is in orders by then."""
        over = [Delivery.Status.DONE, Delivery.Status.IGNORED]
        return self.filter(status__in=over, processed_at__lt=moment)

    def parked(self) -> Self:
        return self.filter(status=Delivery.Status.PARKED)

    def parked_by_source(self) -> dict[int, int]:
        """Count what is parked, source by source."""
        counted = self.parked().order_by().values_list("source").annotate(models.Count("pk"))
        return dict(counted)

    def parked_page(
        self, *, before: int | None, size: int, beginning: int
    ) -> list[tuple["Delivery", bytes, int]]:
        """Return parked deliveries below an id, newest first, each with how its body begins and
        how many bytes it has. The bodies stay where they are: one may have 2 MB.
        """
        parked = self.parked() if before is None else self.parked().filter(pk__lt=before)
        cut = models.Func("body", 1, beginning, function="substring", output_field=_BYTES)
        length = models.Func("body", function="octet_length", output_field=models.IntegerField())
        told = parked.order_by("-id").annotate(begins=cut, length=length)
        bodies = {
            pk: (bytes(begins), size)
            for pk, begins, size in told.values_list("pk", "begins", "length")[:size]
        }
        rows = self.filter(pk__in=bodies).defer("body").select_related("source")
        return [(row, *bodies[row.pk]) for row in rows.order_by("-id")]

    def keep_once(self, *deliveries: "Delivery") -> None:
        """Store deliveries, but for those that the platform gave before."""
        self.bulk_create(deliveries, ignore_conflicts=True)

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
                fields=["source", "id"],
                condition=models.Q(status="waiting"),
                name="pedidos_delivery_next",
            ),
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
