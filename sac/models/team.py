"""The people who answer, and the departments that split the work."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models

from automacao.models import Instance
from evendas import clock
from evendas.accounts.models import Sortable, TermsAcceptance, User
from evendas.sealing import StoreOwned, StoreRow
from sac.models.named import NamedQuerySet

if TYPE_CHECKING:
    from sac.models.ticket import Ticket

# Screens tell once a minute that they are open: whoever missed two of them is gone.
ONLINE_WITHIN = timedelta(minutes=2)


def _live_tickets(holder: str) -> "models.QuerySet[Ticket]":
    """The live tickets of the department or attendant in the query around."""
    from sac.models.ticket import Ticket  # noqa: PLC0415 - Ticket points here

    own = {"store": models.OuterRef("store"), holder: models.OuterRef("pk")}
    return Ticket.objects.live().filter(**own)


class DepartmentQuerySet(NamedQuerySet["Department"]):
    def named(self, name: str) -> Self:
        """Those of this name, accents and case apart, as the database compares them."""
        return self.alias(sortable=Sortable("name")).filter(sortable=Sortable(models.Value(name)))

    def with_stranded_tickets(self) -> Self:
        """Deactivated, and still holding what somebody is waiting for."""
        return self.filter(models.Exists(_live_tickets("department")), is_active=False)

    def locked(self, department_id: int) -> "Department | None":
        """Lock a department that still works: before any conversation, as everybody does."""
        rows = self.active().filter(pk=department_id)
        return rows.select_for_update(no_key=True, of=("self",)).first()


class Department(StoreRow):
    """A queue of one instance: whoever writes to its number may be led here."""

    class Colour(models.TextChoices):
        GREEN = "green", "Verde"
        BLUE = "blue", "Azul"
        PURPLE = "purple", "Roxo"
        PINK = "pink", "Rosa"
        RED = "red", "Vermelho"
        ORANGE = "orange", "Laranja"
        AMBER = "amber", "Âmbar"
        LIME = "lime", "Limão"
        TEAL = "teal", "Turquesa"
        GREY = "grey", "Cinza"

    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, verbose_name="instância"
    )
    name = models.CharField("nome", max_length=60)
    colour = models.CharField("cor", max_length=10, choices=Colour, default=Colour.GREEN)
    menu_position = models.PositiveSmallIntegerField("posição no menu", default=1)
    # Minutes a customer waits for their attendant before the ticket goes back to the queue.
    silence_minutes = models.PositiveSmallIntegerField("devolver à fila após (min)", null=True)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "departamento"
        verbose_name_plural = "departamentos"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(
                "store", "instance", Sortable("name"), name="sac_department_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AttendantQuerySet(NamedQuerySet["Attendant"]):
    name_field = "nickname"

    def available(self) -> Self:
        """Before a screen right now, and taking conversations."""
        seen_since = clock.now() - ONLINE_WITHIN
        return self.filter(
            availability=Attendant.Availability.AVAILABLE, last_seen_at__gte=seen_since
        )

    def who_see(self, ticket: "Ticket") -> Self:
        """Those who see a ticket: the rule of `Ticket.objects.visible_to`, asked the other way."""
        from sac.models.ticket import TicketEvent  # noqa: PLC0415 - Ticket points here

        is_placed = ticket.department_id is not None
        where = (
            {"department": ticket.department_id}
            if is_placed
            else {"department__instance": ticket.instance_id}
        )
        places = AttendantDepartment.objects.filter(
            attendant=models.OuterRef("pk"), department__is_active=True, **where
        )
        steps = TicketEvent.objects.filter(ticket=ticket, attendant=models.OuterRef("pk"))
        took_part = models.Q(models.Exists(steps))
        wide = models.Q(can_view_all=True) if ticket.is_live else took_part
        sight = models.Q(models.Exists(places)) | models.Q(pk=ticket.attendant_id or 0)
        own = self.filter(store=ticket.store_id, is_active=True, user__is_active=True)
        return own.filter(sight | wide | models.Q(user__is_admin=True))

    def with_stranded_tickets(self) -> Self:
        """Deactivated, and still attending to somebody."""
        return self.filter(models.Exists(_live_tickets("attendant")), is_active=False)

    def locked(self, attendant_id: int) -> "Attendant | None":
        """Lock an attendant who still works: before any conversation, as everybody does."""
        rows = self.active().filter(pk=attendant_id, user__is_active=True)
        return rows.select_for_update(no_key=True, of=("self",)).first()


class Attendant(StoreRow):
    """A user who answers customers. Flags never widen sight, except `can_view_all`."""

    class Availability(models.TextChoices):
        AVAILABLE = "available", "Disponível"
        PAUSED = "paused", "Em pausa"
        AWAY = "away", "Indisponível"

    user = models.OneToOneField(User, models.PROTECT, db_constraint=False)
    nickname = models.CharField("apelido", max_length=60)
    departments = models.ManyToManyField(
        Department, through="AttendantDepartment", related_name="attendants"
    )
    can_view_all = models.BooleanField("Visualiza qualquer conversa ativa no painel", default=False)
    can_close_any = models.BooleanField("Pode encerrar qualquer atendimento ativo", default=False)
    can_take_over_any = models.BooleanField(
        "Pode assumir qualquer atendimento ativo no painel", default=False
    )
    can_view_finance = models.BooleanField(
        "Visualizar Painel de Movimento Financeiro", default=False
    )
    # The fifth flag of the form is a record: who ticked it for whom, when and under which text.
    terms_acceptance = models.ForeignKey(
        TermsAcceptance,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="Aceito as condições da política de ingresso",
    )
    availability = models.CharField(
        "disponibilidade", max_length=10, choices=Availability, default=Availability.AVAILABLE
    )
    availability_since = models.DateTimeField(null=True)
    # When a screen of theirs was last known to be open, to the minute.
    last_seen_at = models.DateTimeField(null=True)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttendantQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "atendente"
        verbose_name_plural = "atendentes"

    def __str__(self) -> str:
        return self.nickname

    @property
    def is_online(self) -> bool:
        """A screen of theirs was open a moment ago."""
        seen = self.last_seen_at
        return seen is not None and seen >= clock.now() - ONLINE_WITHIN

    @property
    def is_available(self) -> bool:
        return self.is_online and self.availability == self.Availability.AVAILABLE


class AttendantDepartment(StoreOwned):
    """An attendant's place in a department."""

    attendant = models.ForeignKey(
        Attendant, models.CASCADE, db_constraint=False, db_index=False, related_name="places"
    )
    department = models.ForeignKey(
        Department, models.CASCADE, db_constraint=False, related_name="places"
    )

    class Meta:
        verbose_name = "lotação"
        verbose_name_plural = "lotações"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "attendant", "department"], name="sac_attendantdepartment_once"
            ),
        ]
        indexes = [models.Index(fields=["attendant"], name="sac_place_of_attendant")]

    def __str__(self) -> str:
        return f"{self.attendant} em {self.department}"
