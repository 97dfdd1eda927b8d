"""Everything a gateway ever posted, as it came."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now

from automacao.models.instance import Instance
from evendas import clock
from evendas.sealing import StoreOwned, StoreQuerySet

_BYTES = models.BinaryField()


class InboundEventQuerySet(StoreQuerySet["InboundEvent"]):
    def due(self) -> Self:
        """Waiting events whose time has come, by the database's clock."""
        return self.filter(status=InboundEvent.Status.WAITING, due_at__lte=Now())

    def next_batch(self, instance_id: int, *, size: int, volume: int) -> list["InboundEvent"]:
        """Return at most `size` due events of `volume` bytes together, or one that has more."""
        due = self.due().filter(instance_id=instance_id).order_by("lane", "id")[:size]
        sizes = due.annotate(bytes=_size()).values_list("pk", "bytes")
        return list(self.filter(pk__in=_as_many_as_fit(sizes, volume)).order_by("lane", "id"))

    def parked(self) -> Self:
        return self.filter(status=InboundEvent.Status.PARKED)

    def parked_by_instance(self) -> dict[int, int]:
        """Count what is parked, number by number."""
        counted = self.parked().order_by().values_list("instance").annotate(models.Count("pk"))
        return dict(counted)

    def parked_page(
        self, *, before: int | None, size: int, beginning: int
    ) -> list[tuple["InboundEvent", bytes, int]]:
        """Return parked events below an id, newest first, each with how its body begins and how
        many bytes it has. The bodies stay where they are: one may have 25 MB.
        """
        parked = self.parked() if before is None else self.parked().filter(pk__lt=before)
        cut = models.Func("body", 1, beginning, function="substring", output_field=_BYTES)
        told = parked.order_by("-id").annotate(begins=cut, bytes=_size())
        bodies = {
            pk: (bytes(begins), size)
            for pk, begins, size in told.values_list("pk", "begins", "bytes")[:size]
        }
        rows = self.filter(pk__in=bodies).defer("body", "sha256").select_related("instance")
        return [(row, *bodies[row.pk]) for row in rows.order_by("-id")]

    def done_before(self, moment: datetime) -> Self:
        """Understood, and in messages by then."""
        return self.filter(status=InboundEvent.Status.DONE, processed_at__lt=moment)

    def replay(self) -> int:
        """Put events back in the queue. Return how many."""
        return self.update(status=InboundEvent.Status.WAITING, attempts=0, due_at=Now())

    def keep_once(self, event: "InboundEvent") -> None:
        """Store an event, unless these very bytes are here already."""
        self.bulk_create([event], ignore_conflicts=True)

    def postpone(self, pk: int, error: str, *, now: datetime) -> bool:
        """Count a failed attempt at an event, unless another drain ended it meanwhile.

        Tell whether it was one too many: the event is parked now, and never was before.
        """
        with transaction.atomic():
            event = self.select_for_update().defer("body", "sha256").get(pk=pk)
            if event.status != InboundEvent.Status.WAITING:
                return False
            was_parked = event.parked_at is not None
            event.retry_later(error, now=now)
            event.save(update_fields=["status", "attempts", "due_at", "error", "parked_at"])
        return event.status == InboundEvent.Status.PARKED and not was_parked


def _size() -> models.Func:
    return models.Func("body", function="octet_length", output_field=models.IntegerField())


def _as_many_as_fit(sizes: Iterable[tuple[int, int]], volume: int) -> list[int]:
    chosen: list[int] = []
    for pk, size in sizes:
        volume -= size
        if chosen and volume < 0:
            break
        chosen.append(pk)
    return chosen


class InboundEvent(StoreOwned):
    """A webhook body as it arrived, kept before anything else is done with it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "na fila"
        DONE = "done", "processado"
        PARKED = "parked", "estacionado"

    class Lane(models.IntegerChoices):
        FRESH = 0, "ao vivo"
        BULK = 1, "em lote"

    MAX_ATTEMPTS = 8

    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    sha256 = models.BinaryField(max_length=32)
    body = models.BinaryField()
    lane = models.SmallIntegerField(choices=Lane, default=Lane.FRESH)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    # When it was first parked: it was counted that day, to which belongs what a replay makes of it.
    parked_at = models.DateTimeField(null=True)

    objects = InboundEventQuerySet.as_manager()

    class Meta:
        verbose_name = "evento recebido"
        verbose_name_plural = "eventos recebidos"
        constraints = [
            # Only a retry of the same delivery has the same bytes.
            models.UniqueConstraint(
                fields=["instance", "sha256"], name="automacao_inboundevent_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["instance", "lane", "id"],
                condition=models.Q(status="waiting"),
                name="automacao_inbox_waiting",
            ),
            models.Index(
                fields=["store", "id"],
                condition=models.Q(status="parked"),
                name="automacao_inbox_parked",
            ),
            models.Index(
                fields=["processed_at"],
                condition=models.Q(status="done"),
                name="automacao_inbox_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} #{self.pk}"

    def retry_later(self, error: str, *, now: datetime) -> None:
        """Count a failed attempt; after MAX_ATTEMPTS the event stays parked until replayed."""
        self.attempts += 1
        self.error = error[:300]
        wait = settings.INBOX_RETRY_AFTER * 2**self.attempts
        self.due_at = now + timedelta(seconds=min(wait, settings.INBOX_LONGEST_RETRY))
        if self.attempts >= self.MAX_ATTEMPTS:
            self.park(error)

    def park(self, error: str) -> None:
        self.status = self.Status.PARKED
        self.error = error[:300]
        self.parked_at = self.parked_at or clock.now()


def next_arrivals(count: int) -> list[int]:
    """Take `count` arrival numbers from the inbox's own sequence.

    Replies and ticket events share it, so that what happened in one second keeps its order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [InboundEvent._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]
