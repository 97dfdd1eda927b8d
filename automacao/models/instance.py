"""The numbers of a store: what a person typed, what the gateway says, what is still asked of it."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from automacao.gateways.port import Channel, Webhook
from evendas.accounts.models import Store
from evendas.phones import display
from evendas.sealing import StoreRow
from evendas.secrets import SecretField

# How long a QR stays on screen after its time: the next one may be on its way.
QR_GRACE = timedelta(seconds=15)
# Names a channel had that are remembered: gateways try for twenty minutes, over a few pairings.
NAMES_KEPT = 20


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

    def with_phone(self, phone: str) -> Self:
        """Those of this phone (E.164), by what was typed or by what is connected."""
        return self.filter(models.Q(phone=phone) | models.Q(connected_phone=phone))

    def by_age(self) -> Self:
        return self.order_by("id")

    def worth_asking(self) -> Self:
        """Numbers with a session at the gateway, or about to have one."""
        pairing = [Instance.State.WAITING_QR, Instance.State.CONNECTING]
        alive = self.filter(removed_at=None, session_ended_at=None).exclude(gateway_token="")
        return alive.exclude(~models.Q(state__in=pairing), connected_phone=None)

    def with_channel(self) -> Self:
        """Numbers the gateway knows, whatever became of their session."""
        return self.filter(removed_at=None).exclude(gateway_token="")

    def with_due_orders(self) -> Self:
        """Numbers about which the gateway is to be asked something now, and nobody is at it."""
        due = self.filter(order_due_at__lte=Now()).exclude(order="")
        return due.exclude(order_lease_until__gt=Now())

    def with_due_events(self) -> Self:
        from automacao.models.inbox import InboundEvent  # noqa: PLC0415 - it points here

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

    # Each is a session the gateway keeps up.
    MOST_IN_A_STORE = 20

    class Order(models.TextChoices):
        CONNECT = "connect", "conectar"
        LOGOUT = "logout", "desconectar"
        DELETE = "delete", "remover"

    name = models.CharField("nome", max_length=60, blank=True)
    phone = models.CharField("número completo do WhatsApp", max_length=20, blank=True)
    gateway = models.CharField(max_length=20, default="evolution")
    gateway_name = models.CharField(max_length=40, unique=True, default=new_gateway_name)
    # Channels replaced by this one: what they heard is still being posted under their names.
    former_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Channels, this or former ones, whose phone was refused: what they hear is not the store's.
    refused_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    gateway_token = SecretField(blank=True)
    webhook_key = models.CharField(max_length=64, unique=True, default=new_webhook_key)
    webhook_secret = SecretField(default=new_webhook_key)
    state = models.CharField("situação", max_length=20, choices=State, default=State.DISCONNECTED)
    state_changed_at = models.DateTimeField(null=True)
    # The gateway's own clock, read only to drop session events that arrive late.
    session_event_at = models.DateTimeField(null=True)
    qr_code = models.TextField(blank=True)
    # Without a code: when the last one ended that nobody read.
    qr_expires_at = models.DateTimeField(null=True)
    pairing_code = models.CharField(max_length=20, blank=True)
    # The phone accepted on this channel.
    connected_phone = models.CharField(max_length=20, null=True)
    profile_name = models.CharField(max_length=120, blank=True)
    # We ended the session ourselves: until the next pairing the gateway's word counts for nothing.
    session_ended_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    send_failures = models.PositiveSmallIntegerField(default=0)
    send_paused_until = models.DateTimeField(null=True)
    # What is still to be asked of the gateway. A newer order has another `order_given_at`.
    order = models.CharField(max_length=10, choices=Order, blank=True)
    order_given_at = models.DateTimeField(null=True)
    order_due_at = models.DateTimeField(null=True)
    order_lease_until = models.DateTimeField(null=True)
    order_attempts = models.PositiveSmallIntegerField(default=0)
    # When the gateway last posted anything; the inbox's own clock, to the minute.
    last_event_at = models.DateTimeField(null=True)
    # Since when a number that was connected is not, and whether the admins were written to.
    down_since = models.DateTimeField(null=True)
    down_told_at = models.DateTimeField(null=True)
    silence_told_at = models.DateTimeField(null=True)
    # Looks after an open line that may be dead, at webhook settings, at messages never posted.
    probed_at = models.DateTimeField(null=True)
    probe_failures = models.PositiveSmallIntegerField(default=0)
    webhook_checked_at = models.DateTimeField(null=True)
    reconciled_until = models.DateTimeField(null=True)
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
            models.UniqueConstraint(
                fields=["store", "phone"],
                condition=models.Q(removed_at=None) & ~models.Q(phone=""),
                name="automacao_instance_phone_once",
            ),
        ]
        indexes = [models.Index(fields=["store"], name="automacao_instance_of_store")]

    def __str__(self) -> str:
        return self.name or self.phone_display or "Nova instância"

    @property
    def phone_display(self) -> str:
        return display(self.phone) if self.phone else ""

    @property
    def is_connected(self) -> bool:
        return self.state == self.State.CONNECTED

    @property
    def is_flowing(self) -> bool:
        """Whether what is written leaves at once."""
        return self.is_connected and not self.send_failures

    @property
    def is_blank(self) -> bool:
        """Nobody filled it in yet."""
        return not self.name and not self.phone

    @property
    def is_session_over(self) -> bool:
        return self.session_ended_at is not None or self.removed_at is not None

    @property
    def has_session(self) -> bool:
        """Whether a phone is linked, for all that is known: there is something to unlink."""
        is_lost = self.state in {self.State.LOGGED_OUT, self.State.BANNED}
        return bool(self.connected_phone) and self.session_ended_at is None and not is_lost

    @property
    def may_have_channel(self) -> bool:
        """The gateway was asked for one, whether or not it answered."""
        return bool(self.gateway_token or self.order) or self.state != self.State.DISCONNECTED

    @property
    def needs_new_channel(self) -> bool:
        """A session that was logged out is not to be opened again: messages may not come in."""
        ended = {self.State.LOGGED_OUT, self.State.BANNED}
        return self.session_ended_at is not None or self.state in ended

    def has_live_qr(self, now: datetime) -> bool:
        if self.state != self.State.WAITING_QR or self.qr_expires_at is None:
            return False
        return bool(self.qr_code) and now < self.qr_expires_at + QR_GRACE

    def is_being_served(self, now: datetime) -> bool:
        """A worker is at its order, or died at it a moment ago."""
        return self.order_lease_until is not None and self.order_lease_until > now

    def is_order_fresh(self, now: datetime) -> bool:
        """Nobody came to it yet, or somebody is at it: giving it again would change nothing."""
        return self.order_attempts == 0 or self.is_being_served(now)

    def enter(self, state: State, now: datetime) -> None:
        """Be in this state from now on; one that was connected is down until it is again."""
        if state == self.state:
            return
        if self.is_connected:
            self.down_since, self.down_told_at = now, None
        if state == self.State.CONNECTED:
            self.down_since = self.down_told_at = None
        self.probe_failures = 0
        self.state, self.state_changed_at = state, now

    def take_down(self, now: datetime) -> None:
        """Be disconnected because an admin wanted it: nobody needs to be written to."""
        self.end_session(now)
        self.enter(self.State.DISCONNECTED, now)
        self.down_told_at = now

    def show_qr(self, qr: str, pairing_code: str, *, until: datetime | None) -> None:
        """Put a QR on show; an empty one takes it away."""
        self.qr_code, self.pairing_code, self.qr_expires_at = qr, pairing_code, until

    def end_session(self, now: datetime) -> None:
        """Believe nothing more the gateway says of this session."""
        self.session_ended_at = self.session_ended_at or now
        self.show_qr("", "", until=None)

    def refuse_phone(self, now: datetime) -> None:
        """End the session of a phone that may not have this number, and disown what it hears."""
        self.refused_names = [*self.refused_names, self.gateway_name][-NAMES_KEPT:]
        self.end_session(now)

    def replace_channel(self) -> None:
        """Go on under another name, as none is used twice, and with a clock of its own."""
        self.former_names = [*self.former_names, self.gateway_name][-NAMES_KEPT:]
        self.gateway_name, self.gateway_token = new_gateway_name(), ""
        self.connected_phone = None
        self.session_ended_at = self.session_event_at = None

    def give_order(self, order: Order, now: datetime) -> None:
        """Have something asked of the gateway, in the place of what was to be asked before."""
        self.order, self.order_given_at, self.order_due_at = order, now, now
        self.order_attempts = 0

    def clear_order(self) -> None:
        self.order, self.order_given_at, self.order_due_at = "", None, None
        self.order_attempts = 0

    def open_departments(self) -> models.QuerySet[models.Model]:
        """The active departments of this number, as its menu lists them: rows of the desk's."""
        return self.department_set.filter(is_active=True).order_by("menu_position", "id")

    def channel(self) -> Channel:
        return Channel(
            name=self.gateway_name, token=self.gateway_token, own_phone=self.connected_phone
        )

    def webhook(self, base_url: str) -> Webhook:
        url = f"{base_url}/webhooks/{self.gateway}/{self.webhook_key}/"
        return Webhook(url=url, secret=self.webhook_secret)
