"""A spreadsheet of orders that somebody brought in: where its file lies, and how far it is read."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from evendas.sealing import StoreOwned, StoreQuerySet, StoreRow

# What the orders of spreadsheets have as their platform.
SPREADSHEET = "csv"


class OrderImportQuerySet(StoreQuerySet["OrderImport"]):
    def shown(self) -> Self:
        """Those whose file came whole, newest first."""
        return self.exclude(state=OrderImport.State.ARRIVING).order_by("-id")

    def due(self) -> Self:
        """Under way, and in no worker's hands, by the database's clock."""
        return self.filter(state=OrderImport.State.RUNNING, due_at__lte=Now())

    def due_imports(self) -> list[int]:
        """Return which have lines left to read: ids."""
        return list(self.due().order_by("id").values_list("pk", flat=True))

    def lease(self, pk: int) -> bool:
        """Take one that is due, for IMPORT_LEASE. Tell whether it was due."""
        until = Now() + timedelta(seconds=settings.IMPORT_LEASE)
        return self.due().filter(pk=pk).update(due_at=until, attempts=models.F("attempts") + 1) == 1

    def give_back(self, pk: int) -> None:
        """Let go of one before its lease is over."""
        running = self.filter(pk=pk, state=OrderImport.State.RUNNING)
        running.update(due_at=Now(), attempts=0)

    def outlived(self, moment: datetime) -> Self:
        """Whose file is kept no longer: nobody is at it any more."""
        old = self.filter(created_at__lt=moment).exclude(file="")
        return old.exclude(state=OrderImport.State.RUNNING)


class OrderImport(StoreRow):
    """One file. Its bytes lie in the private storage, and only as long as they are needed."""

    class State(models.TextChoices):
        # The row is there before the bytes: none of them lies anywhere unknown.
        ARRIVING = "arriving", "Recebendo"
        PREVIEW = "preview", "Aguardando você conferir"
        RUNNING = "running", "Importando"
        DONE = "done", "Concluída"
        FAILED = "failed", "Interrompida"

    # Workers that died over the same lines, after which the file is the reason.
    MAX_ATTEMPTS = 5

    name = models.CharField("arquivo", max_length=120)
    # Its name in the storage; empty once its bytes are gone.
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField("tamanho")
    encoding = models.CharField(max_length=12)
    delimiter = models.CharField(max_length=1)
    headings = models.JSONField()
    heading_at = models.PositiveIntegerField()
    # The field of an order each column is, in their order; empty for none.
    fields = models.JSONField()
    lines = models.PositiveIntegerField("linhas")
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVING)
    # Every line of the file up to this number is in orders or in `RefusedLine`.
    read_until = models.PositiveIntegerField(default=0)
    lines_read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField("novos", default=0)
    changed = models.PositiveIntegerField("alterados", default=0)
    same = models.PositiveIntegerField("iguais", default=0)
    refused = models.PositiveIntegerField("com erro", default=0)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects = OrderImportQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "importação de pedidos"
        verbose_name_plural = "importações de pedidos"
        constraints = [
            *StoreRow.Meta.constraints,
            # Two at once would wait for each other's orders.
            models.UniqueConstraint(
                fields=["store"],
                condition=models.Q(state="running"),
                name="pedidos_orderimport_one_running",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="pedidos_import_newest_first"),
            models.Index(
                fields=["due_at"], condition=models.Q(state="running"), name="pedidos_import_due"
            ),
            models.Index(
                fields=["created_at"], condition=~models.Q(file=""), name="pedidos_import_with_file"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_preview(self) -> bool:
        return self.state == self.State.PREVIEW

    @property
    def colour(self) -> str:
        """Of the chip; the word stands in it."""
        colours = {
            self.State.RUNNING: "blue",
            self.State.DONE: "green",
            self.State.FAILED: "red",
        }
        return colours.get(self.State(self.state), "amber")

    @property
    def percent(self) -> int:
        """How much of the file is read; all of it only once it is over."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.lines_read // max(self.lines, 1))

    @property
    def kept_until(self) -> datetime:
        """When the file is removed, within the hour."""
        return self.created_at + timedelta(days=settings.IMPORT_KEEP_DAYS)


class RefusedLineQuerySet(StoreQuerySet["RefusedLine"]):
    def of(self, order_import: OrderImport) -> Self:
        return self.filter(order_import=order_import).order_by("line", "id")


class RefusedLine(StoreOwned):
    """Why an order of a file was not taken in, or what of it was left out.

    It repeats nothing of a person: it outlives the file.
    """

    order_import = models.ForeignKey(
        OrderImport, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    # The line of the file, from 1, and the first and last one of its order.
    line = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    # Taken in all the same, without what could not be understood.
    is_note = models.BooleanField(default=False)

    objects = RefusedLineQuerySet.as_manager()

    class Meta:
        verbose_name = "linha recusada"
        verbose_name_plural = "linhas recusadas"
        indexes = [
            models.Index(fields=["store", "order_import", "line"], name="pedidos_refused_of_import")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
