"""The line to WhatsApp: the numbers of a store, and everything a gateway ever posted about them."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import connection, models, transaction
from django.db.models.functions import Now

from automacao.gateways.port import Channel, Webhook
from evendas.accounts.models import Store
from evendas.phones import display
from evendas.sealing import StoreOwned, StoreRow
from evendas.secrets import SecretField


def new_gateway_name() -> str:
    """An opaque name at the gateway, never reused: it stays taken there after a removal."""
    return f"ch_{secrets.token_hex(8)}"


def new_webhook_key() -> str:
    return secrets.token_urlsafe(32)


class InstanceQuerySet(models.QuerySet["Instance"]):
    def in_store(self, store: Store) -> Self:
        return self.filter(store=store, removed_at=None)

    def with_webhook_key(self, key: str) -> Self:
        return self.filter(webhook_key=key, removed_at=None)

    def paired_once(self) -> Self:
        """Numbers that exist at the gateway and are worth asking about."""
        return self.filter(removed_at=None).exclude(gateway_token="").exclude(connected_phone=None)

    def with_due_events(self) -> Self:
        return self.filter(
            models.Exists(InboundEvent.objects.due().filter(instance=models.OuterRef("pk")))
        )


class Instance(StoreRow):
    """One WhatsApp number at a gateway."""

    class State(models.TextChoices):
        DISCONNECTED = "disconnected", "Desconectado"
        WAITING_QR = "waiting_qr", "Aguardando leitura"
        CONNECTING = "connecting", "Conectando"
        CONNECTED = "connected", "Conectado"
        LOGGED_OUT = "logged_out", "Desconectado pelo celular"
        BANNED = "banned", "Bloqueado pelo WhatsApp"
        FAILED = "failed", "Com falha"

    name = models.CharField("nome", max_length=60, blank=True)
    phone = models.CharField("número completo do WhatsApp", max_length=20, blank=True)
    gateway = models.CharField(max_length=20, default="evolution")
    gateway_name = models.CharField(max_length=40, unique=True, default=new_gateway_name)
    gateway_token = SecretField(blank=True)
    webhook_key = models.CharField(max_length=64, unique=True, default=new_webhook_key)
    webhook_secret = SecretField(default=new_webhook_key)
    state = models.CharField("situação", max_length=20, choices=State, default=State.DISCONNECTED)
    state_changed_at = models.DateTimeField(null=True)
    # The gateway's own clock, read only to drop session events that arrive late.
    session_event_at = models.DateTimeField(null=True)
    qr_code = models.TextField(blank=True)
    qr_expires_at = models.DateTimeField(null=True)
    pairing_code = models.CharField(max_length=20, blank=True)
    connected_phone = models.CharField(max_length=20, null=True)
    last_event_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    send_failures = models.PositiveSmallIntegerField(default=0)
    send_paused_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    objects = InstanceQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "instância"
        verbose_name_plural = "instâncias"
        constraints = [
            *StoreRow.Meta.constraints,
            # Global by nature: a number connected by one store is refused to every other.
            models.UniqueConstraint(
                fields=["connected_phone"],
                condition=models.Q(state="connected", removed_at=None),
                name="automacao_instance_connected_phone",
            ),
        ]
        indexes = [models.Index(fields=["store"], name="automacao_instance_of_store")]

    def __str__(self) -> str:
        return self.name or display(self.phone) or "Nova instância"

    @property
    def is_connected(self) -> bool:
        return self.state == self.State.CONNECTED

    def channel(self) -> Channel:
        return Channel(name=self.gateway_name, token=self.gateway_token)

    def webhook(self, base_url: str) -> Webhook:
        url = f"{base_url}/webhooks/{self.gateway}/{self.webhook_key}/"
        return Webhook(url=url, secret=self.webhook_secret)


class InboundEventQuerySet(models.QuerySet["InboundEvent"]):
    def due(self) -> Self:
        """Waiting events whose time has come, by the database's clock."""
        return self.filter(status=InboundEvent.Status.WAITING, due_at__lte=Now())

    def next_batch(self, instance_id: int, *, size: int) -> Self:
        return self.due().filter(instance_id=instance_id).order_by("lane", "id")[:size]

    def parked(self) -> Self:
        return self.filter(status=InboundEvent.Status.PARKED)

    def replay(self) -> int:
        """Put events back in the queue. Return how many."""
        return self.update(status=InboundEvent.Status.WAITING, attempts=0, due_at=Now())

    def keep_once(self, event: "InboundEvent") -> None:
        """Store an event, unless these very bytes are here already."""
        self.bulk_create([event], ignore_conflicts=True)

    def postpone(self, pk: int, error: str, *, now: datetime) -> None:
        """Count a failed attempt at an event, unless another drain ended it meanwhile."""
        with transaction.atomic():
            event = self.select_for_update().defer("body", "sha256").get(pk=pk)
            if event.status == InboundEvent.Status.WAITING:
                event.retry_later(error, now=now)
                event.save(update_fields=["status", "attempts", "due_at", "error"])


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
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} #{self.pk}"

    def retry_later(self, error: str, *, now: datetime) -> None:
        """Count a failed attempt; after MAX_ATTEMPTS the event stays parked until replayed."""
        self.attempts += 1
        self.error = error[:300]
        self.due_at = now + timedelta(seconds=min(5 * 2**self.attempts, 600))
        if self.attempts >= self.MAX_ATTEMPTS:
            self.park(error)

    def park(self, error: str) -> None:
        self.status = self.Status.PARKED
        self.error = error[:300]


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
