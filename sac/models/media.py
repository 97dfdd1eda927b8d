"""Files of messages: announced by the gateway and fetched, or uploaded by an attendant."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, Now

from evendas import clock
from evendas.sealing import StoreRow
from sac.models.loose import LooseFile
from sac.models.message import Message
from sac.models.ticket import Ticket

if TYPE_CHECKING:
    from sac.permissions import Rights


class MediaQuerySet(models.QuerySet["Media"]):
    def visible_to(self, rights: "Rights") -> Self:
        """The files of messages in whose thread this person may look, shown there still.

        What was said outside any ticket stands in the one before it, or in the first of all.
        """
        chapters = Ticket.objects.filter(conversation=OuterRef("message__conversation"))
        begun = chapters.filter(created_at__lte=OuterRef("message__created_at"))
        chapter = Coalesce(
            "message__ticket_id",
            Subquery(begun.order_by("-pk").values("pk")[:1]),
            Subquery(chapters.order_by("pk").values("pk")[:1]),
        )
        seen = Ticket.objects.visible_to(rights).filter(pk=OuterRef("chapter"))
        shown = models.Q(message__deleted_at=None) | models.Q(store__shows_deleted=True)
        own = self.filter(shown, store_id=rights.store_id)
        return own.alias(chapter=chapter).filter(Exists(seen))

    def due(self) -> Self:
        """Still to be fetched, or made playable, and nobody is at it."""
        pending = self.filter(state=Media.State.PENDING, next_attempt_at__lte=Now())
        return pending.exclude(lease_until__gt=Now())


class Media(StoreRow):
    """A file of a message. The message exists at once; the file is fetched right after."""

    class State(models.TextChoices):
        PENDING = "pending", "Baixando"
        READY = "ready", "Disponível"
        FAILED = "failed", "Arquivo indisponível"

    UNASKED = "Do histórico: ainda não foi baixado."
    ERASED = "O arquivo foi apagado com a mensagem."

    message = models.OneToOneField(
        Message, models.CASCADE, db_constraint=False, related_name="media"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    # Random names in a private storage: the name people see is `filename`.
    file = models.FileField(max_length=200, blank=True)
    # A small picture of it, and what every browser can play, where the file itself is neither.
    thumbnail = models.FileField(max_length=200, blank=True)
    playable = models.FileField(max_length=200, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    # Sniffed, never believed; until fetched, what was announced.
    mime = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # What the gateway needs to hand the bytes over again.
    reference = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MediaQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "arquivo"
        verbose_name_plural = "arquivos"
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="pending"),
                name="sac_media_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.filename or self.mime

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def shown_as(self) -> str:
        """How a screen may show it: picture, sound, film, or a thing to download."""
        family = self.mime.partition("/")[0]
        return {"image": "picture", "audio": "sound", "video": "film"}.get(family, "download")

    def discard(self) -> None:
        """Forget the file, and delete its bytes once that is safe."""
        stored = [one for one in (self.file, self.thumbnail, self.playable) if one]
        names = [str(one.name) for one in stored]
        self.file = self.thumbnail = self.playable = ""
        self.filename, self.reference = "", {}
        self.state, self.error = self.State.FAILED, self.ERASED
        # One that is only announced is written with its message, as it is now.
        if self.pk is not None:
            self.save()
        LooseFile.objects.give_up(self.store_id, names, at=clock.now())
        for field, name in zip(stored, names, strict=True):
            transaction.on_commit(_taking_away(field.storage, name), robust=True)


def _taking_away(storage: Storage, name: str) -> Callable[[], None]:
    def take_away() -> None:
        storage.delete(name)
        LooseFile.objects.forget(name)

    # No `partial`: Django asks what fails for its name, to log it.
    return take_away
