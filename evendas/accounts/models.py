"""Who is here, and which store they belong to."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models
from django.db.models.functions import Lower

from evendas.sealing import StoreRow


class Sortable(models.Func):
    """How names sort and compare: lower case without accents (the database has no ICU)."""

    function = "evendas_sortable"
    output_field = models.TextField()


class Store(models.Model):
    """One shop: the wall that nothing of it ever crosses."""

    name = models.CharField("nome", max_length=120)
    timezone = models.CharField("fuso horário", max_length=64, default="America/Sao_Paulo")
    # Of a message its customer deleted, the team may go on seeing what it said.
    shows_deleted = models.BooleanField("mostra o texto de mensagens apagadas", default=True)
    signs_messages = models.BooleanField("assina mensagens com o apelido", default=False)
    # Minutes a customer waits before the clock on the list turns amber, and red.
    wait_warns_after = models.PositiveSmallIntegerField("espera em alerta (min)", default=5)
    wait_alarms_after = models.PositiveSmallIntegerField("espera crítica (min)", default=15)
    # On the rows of Aguardando. Days, counted from the payment: what is not there then is late.
    shows_waiting_order = models.BooleanField("mostra o pedido de quem aguarda", db_default=False)
    delivers_within = models.PositiveSmallIntegerField("prazo de entrega (dias)", db_default=15)
    requires_close_reason = models.BooleanField("exige motivo ao encerrar", default=False)
    # So long after a conversation an order that is paid for is credited to it.
    sale_within_days = models.PositiveSmallIntegerField("venda da conversa (dias)", default=7)
    # Início tells how to begin, until an admin has read that all is ready.
    shows_first_steps = models.BooleanField("mostra os primeiros passos", default=True)
    is_active = models.BooleanField("ativa", default=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "loja"
        verbose_name_plural = "lojas"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wait_warns_after__gte=1)
                & models.Q(wait_alarms_after__gt=models.F("wait_warns_after")),
                name="accounts_store_waits_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(sale_within_days__gte=1, sale_within_days__lte=90),
                name="accounts_store_sale_within",
            ),
            models.CheckConstraint(
                condition=models.Q(delivers_within__gte=1, delivers_within__lte=90),
                name="accounts_store_delivers_within",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def still_welcome(self, user_id: int) -> "User | None":
        """The person as they are now, unless they or their store were shut out meanwhile."""
        active = self.filter(is_active=True, store__is_active=True).select_related("store")
        return active.filter(pk=user_id).first()

    def is_taken(self, email: str) -> bool:
        """Tell whether anybody, of whichever store, signs in with this e-mail."""
        return self.filter(email=email.strip().lower()).exists()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Belongs to one store; only platform operators belong to none."""

    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    email = models.EmailField("e-mail", unique=True)
    full_name = models.CharField("nome completo", max_length=120)
    is_admin = models.BooleanField("administra a loja", default=False)
    is_staff = models.BooleanField("opera a plataforma", default=False)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "usuário"
        verbose_name_plural = "usuários"
        constraints = [
            models.UniqueConstraint(fields=["store", "id"], name="accounts_user_store_id"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_is_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(store__isnull=False) | models.Q(is_staff=True),
                name="accounts_user_has_store",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = self.full_name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class TermsVersion(models.Model):
    """A text people accept. Never edited once published: a change is a new version."""

    version = models.CharField("versão", max_length=20, unique=True)
    body = models.TextField("texto")
    sha256 = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField("publicada em", auto_now_add=True)

    class Meta:
        verbose_name = "versão dos termos"
        verbose_name_plural = "versões dos termos"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="accounts_terms_has_hash"
            )
        ]

    def __str__(self) -> str:
        return self.version

    @staticmethod
    def hash_of(body: str) -> str:
        return hashlib.sha256(body.encode()).hexdigest()


class TermsAcceptance(StoreRow):
    """Proof that a box was ticked: which text, by whom, for whom, when and from where."""

    class Screen(models.TextChoices):
        SIGN_UP = "sign_up", "cadastro da loja"
        ATTENDANT_FORM = "attendant_form", "cadastro do atendente"
        FIRST_LOGIN = "first_login", "primeiro acesso"

    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.PROTECT, db_constraint=False, related_name="+")
    accepted_by = models.ForeignKey(
        User, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    accepted_at = models.DateTimeField()
    screen = models.CharField(max_length=20, choices=Screen)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta(StoreRow.Meta):
        verbose_name = "aceite dos termos"
        verbose_name_plural = "aceites dos termos"


class AuditEntry(StoreRow):
    """Who changed what. The database refuses to change or delete a line."""

    actor = models.ForeignKey(
        User, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta(StoreRow.Meta):
        verbose_name = "registro de auditoria"
        verbose_name_plural = "registros de auditoria"
        indexes = [models.Index(fields=["store", "-at"], name="accounts_audit_newest_first")]


class QuotaQuerySet(models.QuerySet["Quota"]):
    def use(self, what: str, key: str, *, now: datetime, per: timedelta) -> int:
        """Count one more use of this window, which lasts `per`; return the uses, this included.

        One statement, so that of two at once each is counted.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO accounts_quota AS quota (what, key, began_at, used)
                VALUES (%(what)s, %(key)s, %(now)s, 1)
                ON CONFLICT (what, key) DO UPDATE SET
                    used = CASE WHEN quota.began_at <= %(old)s THEN 1 ELSE quota.used + 1 END,
                    began_at = CASE WHEN quota.began_at <= %(old)s THEN EXCLUDED.began_at
                                    ELSE quota.began_at END
                RETURNING used
                """,
                {"what": what, "key": key, "now": now, "old": now - per},
            )
            (used,) = cursor.fetchone()
        return int(used)

    def forget(self, before: datetime) -> None:
        self.filter(began_at__lt=before).delete()


class Quota(models.Model):
    """How often one address or e-mail used something strangers may use; kept for hours."""

    what = models.CharField(max_length=20)
    # A keyed hash: whoever reads the table learns no e-mail from it.
    key = models.CharField(max_length=64)
    began_at = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField(default=0)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = "cota de uso"
        verbose_name_plural = "cotas de uso"
        constraints = [
            models.UniqueConstraint(fields=["what", "key"], name="accounts_quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.used}"
