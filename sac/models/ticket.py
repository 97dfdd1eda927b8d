"""A ticket: one attendance, from the customer's message to Encerrada, and every step of it."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject

from automacao.models import Instance
from evendas.accounts.models import Store, User
from evendas.sealing import StoreOwned, StoreQuerySet, StoreRow
from sac.models.conversation import Conversation
from sac.models.sight import held, reached
from sac.models.team import Attendant, Department

if TYPE_CHECKING:
    from sac.models.message import Message
    from sac.newest_orders import NewestOrder
    from sac.permissions import Rights


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, rights: "Rights") -> Self:
        """The tickets this person may see. The same rule as `permissions.may_see`."""
        own = self.filter(store_id=rights.store_id)
        if rights.is_admin:
            return own
        if rights.attendant_id is None:
            return own.none()
        return own.filter(reduce(or_, _ways(rights)))

    def live_to(self, rights: "Rights") -> Self:
        """Of `visible_to` the live ones, without asking the trail, which shows nobody any."""
        own = self.live().filter(store_id=rights.store_id)
        if rights.sees_everything_active:
            return own
        if rights.attendant_id is None:
            return own.none()
        return own.filter(reduce(or_, [*reached(rights), held(rights)]))

    def each_way(self, rights: "Rights") -> Self:
        """Of `visible_to` the same, by one way to see them after the other: some come twice.

        An index answers each way. Of all at once none does: every ticket of the store is read.
        """
        if rights.is_admin or rights.attendant_id is None:
            return self
        first, *others = [self.filter(way) for way in _ways(rights)]
        return first.union(*others, all=True)

    def in_store(self, store: Store) -> Self:
        return self.filter(store=store)

    def of_contact(self, contact_id: int) -> Self:
        """Every chapter of a person, on whichever number."""
        return self.filter(conversation__contact=contact_id)

    def live(self) -> Self:
        return self.filter(status__in=Ticket.LIVE)

    def for_list(self) -> Self:
        """With everything a row of the list shows, in one query."""
        return self.select_related(
            "conversation__contact", "department", "attendant", "instance", "store"
        )

    def with_tags(self) -> Self:
        """With `marks`, the tags of each as {id, name, colour}, in the same query."""
        worn = Ticket.tags.through.objects.filter(ticket=models.OuterRef("pk"))
        facts = JSONObject(id="tag", name="tag__name", colour="tag__colour")
        return self.annotate(marks=ArraySubquery(worn.values(facts=facts)))

    def with_marks(self) -> Self:
        """With `marks`, and `spoken_by`, whose words are shown, in the same query.

        Not joined: PostgreSQL plans eight tables as one question, and no more.
        """
        author = Attendant.objects.filter(pk=models.OuterRef("preview_attendant"))
        return self.with_tags().annotate(spoken_by=models.Subquery(author.values("nickname")))

    def tagged(self, tag_id: int) -> Self:
        worn = Ticket.tags.through.objects.filter(ticket=models.OuterRef("pk"), tag=tag_id)
        return self.filter(models.Exists(worn))

    def locked(self, ids: list[int]) -> list["Ticket"]:
        rows = self.filter(id__in=ids).order_by("id").select_for_update(no_key=True, of=("self",))
        return list(rows.for_list())


def _ways(rights: "Rights") -> list[models.Q]:
    """For which of its facts an attendant may see a ticket: each alone is enough."""
    live = models.Q(status__in=Ticket.LIVE)
    took_part = TicketEvent.objects.filter(
        ticket=models.OuterRef("pk"), attendant=rights.attendant_id
    )
    ways = [*reached(rights), held(rights), ~live & models.Q(models.Exists(took_part))]
    return [live, *ways] if rights.can_view_all else ways


class Ticket(StoreRow):
    """A chapter of a conversation, with a code, a department and an owner."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Aguardando"
        OPEN = "open", "Em aberto"
        CLOSED = "closed", "Encerrada"

    LIVE = (Status.WAITING, Status.OPEN)
    # Origins of what the store said outside of the desk.
    OUTSIDE = ("phone", "api")
    # What a message changes in its ticket's row.
    ACTIVITY_FIELDS = (
        "new_since",
        "waiting_since",
        "last_activity_at",
        "preview",
        "preview_kind",
        "preview_direction",
        "preview_origin",
        "preview_state",
        "preview_message_id",
        "preview_attendant",
    )

    # Its tags, where they were read with it: see `with_tags`.
    marks: "list[dict[str, Any]] | None" = None
    # Set where it was read for a whole page: see `sac.newest_orders`.
    newest_order: "NewestOrder | None"

    conversation = models.ForeignKey(
        Conversation, models.PROTECT, db_constraint=False, related_name="tickets"
    )
    # Repeated from the conversation: sight of a ticket without department hangs on it.
    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, related_name="tickets"
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="tickets",
    )
    attendant = models.ForeignKey(
        Attendant,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="tickets",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    code = models.CharField("código", max_length=20)

    created_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    close_reason = models.CharField("motivo", max_length=120, blank=True)

    # Since when the team owes a look (NOVO) and since when it owes an answer (the waiting clock).
    new_since = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    # The same two as they were when it was closed: Desfazer puts them back.
    closed_new_since = models.DateTimeField(null=True)
    closed_waiting_since = models.DateTimeField(null=True)

    # The list shows the last message without joining it; sort keys are of that message.
    last_activity_at = models.DateTimeField()
    preview = models.CharField(max_length=160, blank=True)
    preview_kind = models.CharField(max_length=20, default="text")
    preview_direction = models.CharField(max_length=10, default="in")
    preview_origin = models.CharField(max_length=10, default="customer")
    preview_state = models.CharField(max_length=12, default="received")
    preview_message_id = models.BigIntegerField(null=True)
    # Who of the team wrote it, which need not be whose ticket it is by now.
    preview_attendant = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    objects = TicketQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "atendimento"
        verbose_name_plural = "atendimentos"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(fields=["store", "code"], name="sac_ticket_code_once"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(status__in=["waiting", "open"]),
                name="sac_ticket_one_live",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status="waiting", attendant=None, closed_at=None)
                    | models.Q(status="open", attendant__isnull=False, closed_at=None)
                    | models.Q(status="closed", closed_at__isnull=False)
                ),
                name="sac_ticket_status_is_coherent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "status", "-last_activity_at", "-id"], name="sac_list_recent"
            ),
            models.Index(
                fields=["store", "queued_at", "id"],
                condition=models.Q(status="waiting"),
                name="sac_list_waiting",
            ),
            models.Index(
                fields=["store", "department", "status", "-last_activity_at"],
                name="sac_list_of_department",
            ),
            models.Index(
                fields=["store", "attendant", "status", "-last_activity_at"],
                name="sac_list_of_attendant",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def is_new(self) -> bool:
        """NOVO: nobody of the team looked since the customer last wrote."""
        return self.new_since is not None and self.is_live

    @property
    def is_awaited(self) -> bool:
        """In the queue, and not answered meanwhile on the phone or through another system."""
        was_answered = self.waiting_since is None and self.preview_origin in self.OUTSIDE
        return self.status == self.Status.WAITING and not was_answered

    def show_last(self, message: "Message") -> bool:
        """Show `message` on the list, unless something newer is there. Tell whether it was done."""
        # The provider counts whole seconds: within one, the last to arrive is the newer.
        if message.sent_at.replace(microsecond=0) < self.last_activity_at.replace(microsecond=0):
            return False
        self.show(message)
        return True

    def show(self, message: "Message") -> None:
        """Show `message` on the list, whatever is there."""
        self.last_activity_at = max(self.last_activity_at, message.sent_at)
        is_gone = message.deleted_at is not None
        self.preview = "" if is_gone else " ".join(message.text.split())[:160]
        self.preview_kind = "deleted" if is_gone else message.kind
        self.preview_direction = message.direction
        if not message.is_note:
            # A note answers nobody: it neither stops nor starts the waiting clock.
            self.preview_origin = message.origin
        self.preview_state = message.state
        self.preview_message_id = message.pk
        self.preview_attendant = message.attendant

    def show_nothing(self) -> None:
        """Nothing was said yet: the list shows the conversation's beginning."""
        self.last_activity_at = self.created_at
        self.preview, self.preview_kind, self.preview_message_id = "", "text", None
        self.preview_attendant = None

    def follow(self, message: "Message") -> bool:
        """Take over the state of the message being shown. Tell whether it was that one."""
        if message.pk is None or self.preview_message_id != message.pk:
            return False
        self.preview_state = message.state
        return True


class TicketEventQuerySet(StoreQuerySet["TicketEvent"]):
    def standing(self, store: Store) -> Self:
        """Of steps of this store, less the closings that were undone: to no figure they happened.

        Asked in this order: of a step that is no closing, and of a ticket that was never reopened,
        the last and dearest is not.
        """
        reopened = TicketEvent.objects.filter(store=store, kind=TicketEvent.Kind.REOPENED)
        later = reopened.filter(ticket=models.OuterRef("ticket"), pk__gt=models.OuterRef("pk"))
        is_closing = models.Q(kind=TicketEvent.Kind.CLOSED)
        was_reopened = models.Q(ticket__in=reopened.values("ticket"))
        return self.filter(~is_closing | ~was_reopened | models.Q(~models.Exists(later)))

    def for_thread(self) -> Self:
        """With everybody a line of the thread names, in one query."""
        return self.select_related(
            "ticket",
            "actor__attendant",
            "attendant",
            "department",
            "from_attendant",
            "from_department",
        )


class TicketEvent(StoreOwned):
    """A step of a ticket: what happened, who did it, to whom. The database refuses to change it."""

    class Kind(models.TextChoices):
        CREATED = "created", "Atendimento iniciado"
        QUEUED = "queued", "Entrou na fila"
        TAKEN = "taken", "Assumido"
        TAKEN_OVER = "taken_over", "Assumido de outro atendente"
        TRANSFERRED_OUT = "transferred_out", "Transferido"
        TRANSFERRED_IN = "transferred_in", "Recebido por transferência"
        RETURNED = "returned", "Devolvido à fila"
        FIRST_REPLY = "first_reply", "Primeira resposta"
        CLOSED = "closed", "Encerrado"
        REOPENED = "reopened", "Reaberto"
        TAGGED = "tagged", "Etiquetas acrescentadas"
        UNTAGGED = "untagged", "Etiquetas retiradas"
        BOT_FINISHED = "bot_finished", "Encaminhado pelo chatbot"
        SURVEY_ANSWERED = "survey_answered", "Avaliação recebida"
        # What became of an order of the customer's meanwhile.
        ORDER_PLACED = "order_placed", "Pedido feito"
        ORDER_PAID = "order_paid", "Pedido pago"
        ORDER_SHIPPED = "order_shipped", "Pedido enviado"

    MAX_NOTE = 1000
    # The others serve the figures: in the thread they would only say the same thing twice.
    SHOWN = frozenset(set(Kind) - {Kind.QUEUED, Kind.FIRST_REPLY, Kind.TRANSFERRED_OUT})
    # How a ticket comes into somebody's hands.
    RECEIVED = (Kind.TAKEN, Kind.TAKEN_OVER, Kind.TRANSFERRED_IN)

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, db_constraint=False, db_index=False, related_name="events"
    )
    conversation = models.ForeignKey(
        Conversation, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # Whom the step concerns: who took it, received it, lost it or closed it.
    attendant = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # Where it came from, when it changed hands.
    from_attendant = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    from_department = models.ForeignKey(
        Department, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    note = models.CharField(max_length=MAX_NOTE, blank=True)
    # Seconds in the queue, and in the hands of who closed it: averages need no other row.
    wait_seconds = models.PositiveIntegerField(null=True)
    handled_seconds = models.PositiveIntegerField(null=True)
    # What the customer answered when asked how it was, credited to who closed the ticket.
    score = models.PositiveSmallIntegerField(null=True)
    # Which order, of the steps that tell of one; its number is the note. No reference: a platform
    # may take an order back, and the step stays.
    order_key = models.BigIntegerField(null=True)
    sort_key = models.BigIntegerField()
    revision = models.BigIntegerField()

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        verbose_name = "passo do atendimento"
        verbose_name_plural = "passos do atendimento"
        indexes = [
            models.Index(fields=["ticket", "sort_key"], name="sac_event_in_thread"),
            models.Index(fields=["conversation", "revision"], name="sac_event_catch_up"),
            models.Index(fields=["store", "attendant", "kind", "at"], name="sac_event_figures"),
            models.Index(fields=["store", "kind", "at"], name="sac_event_reports"),
            models.Index(fields=["attendant", "ticket"], name="sac_event_took_part"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score=None)
                | models.Q(kind="survey_answered", score__gte=1, score__lte=5),
                name="sac_event_score_is_an_answer",
            ),
            models.UniqueConstraint(
                fields=["ticket", "kind", "order_key"],
                condition=models.Q(order_key__isnull=False),
                name="sac_event_of_order_once",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
