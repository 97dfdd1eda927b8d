"""Where a store's orders come from: one shop on one platform, and what opens its doors."""

import secrets
import string
from datetime import datetime, timedelta
from typing import Self

from django.db import models

from evendas.sealing import StoreQuerySet, StoreRow
from evendas.secrets import SecretField

# WordPress signs with what is left of a secret after its entities are decoded: plain signs only.
_ALPHABET = string.ascii_letters + string.digits
# Shopify goes on signing with the secret that was replaced for up to an hour.
FORMER_SECRET_LIVES = timedelta(hours=2)


def new_secret() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(40))


class SourceQuerySet(StoreQuerySet["Source"]):
    def in_use(self) -> Self:
        return self.filter(removed_at=None)

    def with_key(self, key: str) -> Self:
        return self.in_use().filter(webhook_key=key)

    def worth_pulling(self) -> Self:
        """Shops that can be asked what changed there."""
        known = self.in_use().filter(platform=Source.Platform.WOOCOMMERCE)
        return known.exclude(api_url="").exclude(api_user="").exclude(api_token="")

    def with_token(self, digest: str) -> Self:
        return self.in_use().filter(token_digest=digest)


class Source(StoreRow):
    """A shop whose orders come in by themselves."""

    class Platform(models.TextChoices):
        WOOCOMMERCE = "woocommerce", "WooCommerce"
        SHOPIFY = "shopify", "Shopify"
        NUVEMSHOP = "nuvemshop", "Nuvemshop"
        EVENDAS = "evendas", "API de pedidos E-Vendas"
        API = "api", "API JSON"

    platform = models.CharField("plataforma", max_length=20, choices=Platform)
    name = models.CharField("nome", max_length=60)
    # What the platform calls this shop, where its events say so.
    shop_id = models.CharField("identificação da loja", max_length=120, blank=True)
    webhook_key = models.CharField(max_length=64, unique=True, default=new_secret)
    secret = SecretField("chave secreta", blank=True)
    # Those it had before, one a line: which of them the shop signs with by now, nobody here knows.
    former_secret = SecretField(blank=True)
    former_secret_until = models.DateTimeField(null=True)
    # SHA-256 of the token in the header, hex: the token itself is shown once and kept nowhere.
    token_digest = models.CharField(max_length=64, unique=True, null=True)
    api_url = models.URLField("endereço da loja", max_length=200, blank=True)
    api_user = models.CharField("chave do cliente", max_length=120, blank=True)
    api_token = SecretField("token de acesso", blank=True)
    last_event_at = models.DateTimeField(null=True)
    # Until when all that changed there is known here.
    pulled_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    objects = SourceQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "origem de pedidos"
        verbose_name_plural = "origens de pedidos"
        indexes = [models.Index(fields=["store"], name="pedidos_source_of_store")]

    def __str__(self) -> str:
        return self.name

    def is_anothers(self, shop_id: str) -> bool:
        """Whether what names this shop is of another one: an app has one address for all of its."""
        return bool(self.shop_id and shop_id) and shop_id != self.shop_id

    def secrets_at(self, now: datetime) -> list[str]:
        """What may sign a delivery now; none of them is empty."""
        is_former_alive = self.former_secret_until is not None and now < self.former_secret_until
        known = [self.secret, *(self.former_secret.split() if is_former_alive else [])]
        return [secret for secret in known if secret]
