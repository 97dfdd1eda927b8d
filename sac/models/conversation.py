"""One contact on one instance, for ever. Its row is the lock and the clock of all its changes."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Now, RowNumber

from automacao.models import Instance
from evendas.accounts.models import User
from evendas.sealing import StoreOwned, StoreRow
from sac.models.contact import Contact

if TYPE_CHECKING:
    from sac.permissions import Rights


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, rights: "Rights") -> Self:
        """The conversations with a ticket this person may see."""
        from sac.models.ticket import Ticket  # noqa: PLC0415 - Ticket points here

        tickets = Ticket.objects.visible_to(rights).filter(conversation=models.OuterRef("pk"))
        return self.filter(models.Exists(tickets), store_id=rights.store_id)

    def standing(self, rights: "Rights", pk: int) -> tuple[int | None, bool]:
        """One's revision, None when it is not among these; may this person see who attends there?

        They may who see the live ticket, or where there is none: not who only took part in what
        is over.
        """
        from sac.models.ticket import Ticket  # noqa: PLC0415 - Ticket points here

        own = models.Q(conversation=models.OuterRef("pk"))
        now = models.Exists(Ticket.objects.live().filter(own))
        seen = models.Exists(Ticket.objects.visible_to(rights).live().filter(own))
        found = self.filter(pk=pk).annotate(is_party=~now | seen)
        return found.values_list("revision", "is_party").first() or (None, False)

    def locked(self, ids: list[int]) -> list["Conversation"]:
        """Lock by ascending id, as every action does, and return the rows."""
        rows = self.filter(id__in=ids).order_by("id").select_for_update(no_key=True, of=("self",))
        return list(rows.select_related("contact", "store", "instance"))

    def with_due_messages(self) -> Self:
        """Something may leave now, by a number that can send. Who waits longest comes first."""
        from sac.models.message import Message  # noqa: PLC0415 - Message points here

        own = Message.objects.filter(conversation=models.OuterRef("pk"))
        # Later ones wait for the first, and all for one whose fate is unknown.
        first = own.filter(state=Message.State.QUEUED).order_by("id")
        ready = self.filter(
            # By itself this says less, but its index finds the few among all conversations.
            models.Exists(own.due_to_send()),
            ~models.Exists(own.unsettled()),
            instance__state=Instance.State.CONNECTED,
        ).exclude(instance__send_paused_until__gt=Now())
        due = ready.annotate(due_at=models.Subquery(first.values("next_attempt_at")[:1]))
        return due.filter(due_at__lte=Now()).order_by("due_at", "pk")

    def first_of_each_number(self, most: int) -> Self:
        """Of conversations with due messages, so many of each number."""
        place = models.Window(
            RowNumber(), partition_by="instance", order_by=[models.F("due_at"), models.F("pk")]
        )
        return self.annotate(place=place).filter(place__lte=most)


class Conversation(StoreRow):
    """What a person and a number ever said to each other; tickets are its chapters."""

    # What the network may change in it, by what comes in and by what goes out.
    ADDRESS_FIELDS = ("revision", "send_address", "address_known_at")

    contact = models.ForeignKey(
        Contact, models.PROTECT, db_constraint=False, related_name="conversations"
    )
    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # Counts every change under the row lock: what a page compares to know what it missed.
    revision = models.BigIntegerField(default=0)
    # The id the network itself used for this person: replies go there, never to a guess.
    send_address = models.CharField(max_length=160)
    # When the network itself told the address; until then it is asked before the first message.
    address_known_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "conversa"
        verbose_name_plural = "conversas"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(fields=["instance", "contact"], name="sac_conversation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.instance}"

    def next_revision(self) -> int:
        """Take the next revision. The caller holds the row's lock and saves it."""
        self.revision += 1
        return self.revision


class DraftQuerySet(models.QuerySet["Draft"]):
    def written_by(self, user_id: int) -> Self:
        return self.filter(user=user_id)


class Draft(StoreOwned):
    """What a person typed and did not send yet. It follows them from screen to screen."""

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, db_constraint=False, db_index=False, related_name="drafts"
    )
    user = models.ForeignKey(User, models.CASCADE, db_constraint=False, related_name="+")
    text = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "rascunho"
        verbose_name_plural = "rascunhos"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="sac_draft_once"),
        ]

    def __str__(self) -> str:
        return self.text[:40]
