"""The people who answer, and the departments that split the work."""

from typing import Self

from django.db import models

from automacao.models import Instance
from evendas.accounts.models import Sortable, Store, TermsAcceptance, User
from evendas.sealing import StoreOwned, StoreRow


class DepartmentQuerySet(models.QuerySet["Department"]):
    def in_store(self, store: Store) -> Self:
        return self.filter(store=store)

    def active(self) -> Self:
        return self.filter(is_active=True)

    def by_name(self) -> Self:
        return self.order_by(Sortable("name"), "id")


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


class AttendantQuerySet(models.QuerySet["Attendant"]):
    def in_store(self, store: Store) -> Self:
        return self.filter(store=store)

    def active(self) -> Self:
        return self.filter(is_active=True)

    def by_name(self) -> Self:
        return self.order_by(Sortable("nickname"), "id")


class Attendant(StoreRow):
    """A user who answers customers. Flags never widen sight, except `can_view_all`."""

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
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttendantQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "atendente"
        verbose_name_plural = "atendentes"

    def __str__(self) -> str:
        return self.nickname


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
