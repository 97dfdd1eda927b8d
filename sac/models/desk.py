"""How a store and its people set up the desk: preferences, ready answers, reasons, tags."""

from typing import TYPE_CHECKING, Self

from django.db import models

from evendas.accounts.models import Sortable, User
from evendas.sealing import StoreOwned, StoreQuerySet, StoreRow
from sac.models.message import Message
from sac.models.named import NamedQuerySet
from sac.models.team import Attendant, Department
from sac.models.ticket import Ticket

if TYPE_CHECKING:
    from sac.permissions import Rights


class DeskPreferences(StoreOwned):
    """How one person likes their desk. Without a row everything is as it comes."""

    class SoundScope(models.TextChoices):
        NONE = "none", "Nenhum"
        MINE = "mine", "Só as minhas conversas"
        WAITING = "waiting", "As minhas e as que aguardam"
        ALL = "all", "Todas que eu vejo"

    class Theme(models.TextChoices):
        SYSTEM = "system", "Igual ao do aparelho"
        LIGHT = "light", "Claro"
        DARK = "dark", "Escuro"

    user = models.OneToOneField(User, models.CASCADE, db_constraint=False, related_name="desk")
    theme = models.CharField("tema", max_length=10, choices=Theme, default=Theme.SYSTEM)
    enter_sends = models.BooleanField("Enter envia a mensagem", default=True)
    sound_scope = models.CharField(
        "avisos sonoros", max_length=10, choices=SoundScope, default=SoundScope.WAITING
    )
    notifies = models.BooleanField("notificações na área de trabalho", default=False)
    has_shortcuts = models.BooleanField("atalhos de teclado", default=True)
    # Of an admin: whoever is none gets no mail.
    mails_month = models.BooleanField("relatório do mês por e-mail", default=False)

    class Meta:
        verbose_name = "preferências do atendimento"
        verbose_name_plural = "preferências do atendimento"

    def __str__(self) -> str:
        return f"preferências de {self.user}"


class CloseReasonQuerySet(NamedQuerySet["CloseReason"]):
    """Why conversations end."""


class CloseReason(StoreRow):
    """Why a conversation ended, as its store counts them. Tickets keep the words."""

    name = models.CharField("motivo", max_length=80)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CloseReasonQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "motivo de encerramento"
        verbose_name_plural = "motivos de encerramento"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint("store", Sortable("name"), name="sac_close_reason_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TagQuerySet(NamedQuerySet["Tag"]):
    """What tickets carry."""


class Tag(StoreRow):
    """A coloured word that tickets of a store may carry."""

    name = models.CharField("etiqueta", max_length=30)
    colour = models.CharField(
        "cor", max_length=10, choices=Department.Colour, default=Department.Colour.GREY
    )
    is_active = models.BooleanField("ativa", default=True)
    tickets = models.ManyToManyField(Ticket, through="TicketTag", related_name="tags")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TagQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "etiqueta"
        verbose_name_plural = "etiquetas"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint("store", Sortable("name"), name="sac_tag_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TicketTag(StoreOwned):
    """A tag on a ticket."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    tag = models.ForeignKey(
        Tag, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name = "etiqueta do atendimento"
        verbose_name_plural = "etiquetas do atendimento"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "tag"], name="sac_ticket_tag_once"),
        ]
        indexes = [models.Index(fields=["tag", "ticket"], name="sac_ticket_of_tag")]

    def __str__(self) -> str:
        return f"{self.tag} em {self.ticket}"


class QuickReplyQuerySet(StoreQuerySet["QuickReply"]):
    def usable_by(self, rights: "Rights") -> Self:
        """The store's, those of this person's departments, and their own."""
        everybodys = models.Q(department=None, attendant=None)
        # An attendant of id 0 is nobody: an admin who does not attend has no own ones.
        mine = models.Q(attendant=rights.attendant_id or 0)
        ours = models.Q(department__in=rights.departments)
        return self.filter(everybodys | ours | mine, store_id=rights.store_id)

    def listed_for(self, rights: "Rights") -> Self:
        """Those they may use; to the admin also those of every department."""
        if not rights.is_admin:
            return self.usable_by(rights)
        own = models.Q(attendant=None) | models.Q(attendant=rights.attendant_id or 0)
        return self.filter(own, store_id=rights.store_id)

    def by_shortcut(self) -> Self:
        return self.order_by(Sortable("shortcut"), "id")


class QuickReply(StoreRow):
    """A ready answer: a person's own, a department's, or the store's; with a file or without."""

    shortcut = models.CharField("atalho", max_length=40)
    text = models.TextField("texto", max_length=Message.MAX_TEXT, blank=True)
    # Neither: everybody's. Never both.
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    attendant = models.ForeignKey(
        Attendant, models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # Random names in a private storage: the name people see is `filename`.
    file = models.FileField(max_length=200, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = QuickReplyQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "resposta rápida"
        verbose_name_plural = "respostas rápidas"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(
                "store",
                "department",
                "attendant",
                Sortable("shortcut"),
                name="sac_quick_reply_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(department=None) | models.Q(attendant=None),
                name="sac_quick_reply_one_scope",
            ),
            models.CheckConstraint(
                condition=~models.Q(text="", file=""), name="sac_quick_reply_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class MentionQuerySet(models.QuerySet["Mention"]):
    def unseen_by(self, attendant_id: int) -> Self:
        return self.filter(attendant=attendant_id, seen_at=None)


class Mention(StoreOwned):
    """Somebody was named in an internal note, and has seen it or not."""

    message = models.ForeignKey(
        Message, models.CASCADE, db_constraint=False, db_index=False, related_name="mentions"
    )
    attendant = models.ForeignKey(
        Attendant, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = "menção"
        verbose_name_plural = "menções"
        constraints = [
            models.UniqueConstraint(fields=["message", "attendant"], name="sac_mention_once"),
        ]
        indexes = [
            models.Index(
                fields=["attendant", "-created_at"],
                condition=models.Q(seen_at=None),
                name="sac_mention_unseen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendant} em {self.message}"
