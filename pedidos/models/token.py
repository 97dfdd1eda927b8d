"""What a program shows to be let into the JSON API: a token of one integration of a store."""

import secrets
import string
from typing import Self

from django.db import models
from django.db.models import Q

from evendas.sealing import StoreOwned, StoreQuerySet
from pedidos.models.source import Source

# What secret scanners and people recognise a token of ours by.
MARK = "evs_"
_SHOWN = len(MARK) + 8
_ALPHABET = string.ascii_letters + string.digits


class Scope(models.TextChoices):
    """What a token may be used for."""

    READ = "orders:read", "Ler pedidos"
    WRITE = "orders:write", "Gravar pedidos"


def new_token() -> str:
    """Return 40 signs that nobody can guess, after our mark."""
    return MARK + "".join(secrets.choice(_ALPHABET) for _ in range(40))


def beginning_of(token: str) -> str:
    """The part of a token that is shown: it opens nothing."""
    return token[:_SHOWN]


class ApiTokenQuerySet(StoreQuerySet["ApiToken"]):
    def in_use(self) -> Self:
        return self.filter(revoked_at=None, source__removed_at=None)

    def with_token(self, digest: str) -> Self:
        """The token of an integration that is there, of a store that is active."""
        live = self.in_use().filter(digest=digest, store__is_active=True)
        return live.filter(source__platform=Source.Platform.API).select_related("source__store")


class ApiToken(StoreOwned):
    """A token of an integration. It is shown once, when it is made: here is only its digest."""

    source = models.ForeignKey(
        Source, models.PROTECT, db_constraint=False, db_index=False, related_name="tokens"
    )
    name = models.CharField("nome", max_length=60)
    beginning = models.CharField("início", max_length=_SHOWN)
    # SHA-256, hex.
    digest = models.CharField(max_length=64, unique=True)
    can_read = models.BooleanField("lê pedidos", default=False)
    can_write = models.BooleanField("grava pedidos", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField("último uso", null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token da API"
        verbose_name_plural = "tokens da API"
        constraints = [
            models.CheckConstraint(
                condition=Q(can_read=True) | Q(can_write=True), name="pedidos_apitoken_opens"
            ),
        ]
        indexes = [models.Index(fields=["source"], name="pedidos_apitoken_of_source")]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> list[Scope]:
        held = {Scope.READ: self.can_read, Scope.WRITE: self.can_write}
        return [scope for scope, is_held in held.items() if is_held]
