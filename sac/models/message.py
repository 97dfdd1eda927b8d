"""What was said. An outgoing message in state `queued` is the promise to send it: the outbox."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce, Now, TruncSecond

from automacao.models import Instance
from evendas.sealing import StoreQuerySet, StoreRow
from sac.models.conversation import Conversation
from sac.models.team import Attendant
from sac.models.ticket import Ticket

if TYPE_CHECKING:
    from sac.models.media import Media


_CALLED_FOR = ("sending", "unknown")


class MessageQuerySet(StoreQuerySet["Message"]):
    def for_thread(self) -> Self:
        """With everything a bubble shows, in one query."""
        return self.select_related("attendant", "ticket", "media")

    def last_said(self) -> "Message | None":
        """The newest that was not taken back. Within one second: the last to arrive."""
        said = self.exclude(state=Message.State.SUPERSEDED)
        return said.order_by(TruncSecond("sent_at").desc(), "-id").first()

    def answers(self) -> Self:
        """What somebody of the store said to the customer: automatic texts answer nobody."""
        return self.filter(direction=Message.Direction.OUT).exclude(origin=Message.Origin.BOT)

    def due_to_send(self) -> Self:
        return self.filter(state=Message.State.QUEUED, next_attempt_at__lte=Now())

    def queued_before(self, moment: datetime) -> Self:
        """Waiting to leave since before `moment`."""
        waits_since = Coalesce("queued_at", "created_at")
        return (
            self.filter(state=Message.State.QUEUED)
            .alias(since=waits_since)
            .filter(since__lt=moment)
        )

    def deleted_but_kept(self) -> Self:
        """Deleted for everyone, and still saying what its store no longer keeps."""
        deleted = self.filter(deleted_at__isnull=False, store__shows_deleted=False)
        return deleted.exclude(text="", content={}, earlier_texts=[])

    def in_outbox(self) -> Self:
        """Waiting to leave, or already called for and of unknown fate."""
        return self.filter(state__in=("queued", *_CALLED_FOR))

    def unsettled(self) -> Self:
        """Called for, and of unknown fate."""
        return self.filter(state__in=_CALLED_FOR)

    def waiting_farewells(self) -> Self:
        """The closing texts of closed tickets that nobody has called the gateway for yet."""
        return self.filter(
            origin=Message.Origin.BOT,
            state=Message.State.QUEUED,
            attempts=0,
            ticket__status=Ticket.Status.CLOSED,
        )

    def written_by(self, attendant_id: int) -> Self:
        """What this attendant sent from the desk, wherever it stands by now."""
        return self.filter(attendant=attendant_id, origin=Message.Origin.DESK)

    def in_thread_of(self, ticket: Ticket) -> Self:
        """This ticket's messages, and those said outside any ticket until the next one began.

        What was said before the first ticket of all belongs to that one.
        """
        chapters = Ticket.objects.filter(conversation=ticket.conversation_id)
        is_first = ~models.Exists(chapters.filter(pk__lt=ticket.pk))
        following = chapters.filter(pk__gt=ticket.pk).order_by("created_at")
        is_last = ~models.Exists(following)
        ends = models.Subquery(following.values("created_at")[:1])
        loose = models.Q(ticket=None)
        loose &= models.Q(is_first) | models.Q(created_at__gte=ticket.created_at)
        loose &= models.Q(is_last) | models.Q(created_at__lt=ends)
        return self.filter(
            models.Q(ticket=ticket) | loose, conversation=ticket.conversation_id
        ).for_thread()


class Message(StoreRow):
    """One message of a conversation, in either direction."""

    class Direction(models.TextChoices):
        IN = "in", "recebida"
        OUT = "out", "enviada"
        NOTE = "note", "nota interna"

    class Origin(models.TextChoices):
        CUSTOMER = "customer", "cliente"
        DESK = "desk", "atendimento"
        PHONE = "phone", "celular"
        API = "api", "outro sistema"
        BOT = "bot", "automática"

    class State(models.TextChoices):
        RECEIVED = "received", "Recebida"
        QUEUED = "queued", "Na fila de envio"
        # It waited so long that a person must say whether it is still to be sent.
        HELD = "held", "Esperando sua confirmação"
        SENDING = "sending", "Enviando"
        UNKNOWN = "unknown", "Verificando o envio"
        UNCONFIRMED = "unconfirmed", "Não confirmada"
        ACCEPTED = "accepted", "Enviada"
        SENT = "sent", "Enviada"
        DELIVERED = "delivered", "Entregue"
        READ = "read", "Lida"
        PLAYED = "played", "Reproduzida"
        FAILED = "failed", "Não enviada"
        # An echo whose own row turned up later, or a closing text taken back before it left: kept
        # so that open pages learn to drop it.
        SUPERSEDED = "superseded", "Substituída"

    MAX_TEXT = 4096
    WITH_FILE = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
    # The network says that it failed, never why.
    UNDELIVERED = "O WhatsApp não entregou esta mensagem."
    # What the outbox and the ticks change in a message.
    SENDING_FIELDS = (
        "state",
        "error",
        "provider_id",
        "attempts",
        "queued_at",
        "next_attempt_at",
        "send_started_at",
        "lease_until",
        "revision",
    )
    RANK: ClassVar[dict[str, int]] = {
        State.QUEUED: 0,
        State.HELD: 0,
        State.SENDING: 0,
        State.UNKNOWN: 0,
        State.UNCONFIRMED: 0,
        State.ACCEPTED: 1,
        State.SENT: 2,
        # Only proof of delivery outranks a failure, whichever came first.
        State.FAILED: 2,
        State.DELIVERED: 3,
        State.READ: 4,
        State.PLAYED: 5,
    }

    conversation = models.ForeignKey(
        Conversation, models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    ticket = models.ForeignKey(
        Ticket,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="messages",
    )
    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    direction = models.CharField(max_length=5, choices=Direction)
    origin = models.CharField(max_length=10, choices=Origin)
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField(blank=True)
    # What the kind has besides text (docs/gateway.md), and the message it answers as it was then.
    content = models.JSONField(default=dict)
    # By side, "customer" and "store": the emoji, and when it was given.
    reactions = models.JSONField(default=dict)
    # What it said before it was edited, oldest first: text and until when.
    earlier_texts = models.JSONField(default=list)
    attendant = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    provider_id = models.CharField(max_length=128, null=True)
    client_uuid = models.UUIDField(null=True)
    reply_to = models.CharField(max_length=128, blank=True)

    state = models.CharField(max_length=12, choices=State)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When a person last wanted it to leave: its age in the queue.
    queued_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    send_started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    sort_key = models.BigIntegerField()
    revision = models.BigIntegerField()

    objects = MessageQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "mensagem"
        verbose_name_plural = "mensagens"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["instance", "provider_id"], name="sac_message_provider_id_once"
            ),
            models.UniqueConstraint(
                fields=["store", "client_uuid"], name="sac_message_client_uuid_once"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "sort_key", "id"], name="sac_thread"),
            models.Index(fields=["conversation", "revision"], name="sac_catch_up"),
            models.Index(fields=["ticket"], name="sac_message_of_ticket"),
            models.Index(
                fields=["store", "id"],
                condition=models.Q(deleted_at__isnull=False),
                name="sac_message_deleted",
            ),
            models.Index(
                fields=["conversation", "id"],
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
                name="sac_outbox",
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="queued"),
                name="sac_outbox_due",
            ),
            models.Index(
                fields=["instance"],
                condition=models.Q(state__in=["queued", "held"]),
                name="sac_outbox_waiting",
            ),
            models.Index(
                fields=["send_started_at"],
                condition=models.Q(state__in=["sending", "unknown"]),
                name="sac_outbox_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or self.kind

    @property
    def is_out(self) -> bool:
        return self.direction == self.Direction.OUT

    @property
    def is_note(self) -> bool:
        return self.direction == self.Direction.NOTE

    @property
    def is_forwardable(self) -> bool:
        """Words or a file that is here, of the customer's or ours: never a note."""
        if self.is_note or self.deleted_at is not None:
            return False
        is_here = self.file is not None and self.file.is_ready
        return is_here if self.kind in self.WITH_FILE else self.kind == "text" and self.text != ""

    @property
    def signature(self) -> str:
        """The line in front of its text on the customer's phone, where the store signs."""
        return str(self.content.get("signature", ""))

    @property
    def sent_text(self) -> str:
        """What it says on the customer's phone."""
        return f"{self.signature}{self.text}"

    def unsigned(self, text: str) -> str:
        """Take its signature off a text that came back from the network."""
        return text.removeprefix(self.signature)

    @property
    def file(self) -> "Media | None":
        """Its file, where the kind has one; read with `for_thread` it costs no query."""
        return getattr(self, "media", None) if self.kind in self.WITH_FILE else None

    def advance(self, status: str) -> bool:
        """Apply a status by rank: never down; `failed` only before delivery. Tell if it changed."""
        is_failure = status == self.State.FAILED
        rank = self.RANK.get(self.state, 0)
        if status == self.state or self.RANK[status] < rank + (not is_failure):
            return False
        self.state = status
        self.error = self.UNDELIVERED if is_failure else ""
        self.lease_until = None
        return True
