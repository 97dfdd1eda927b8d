"""Whose an order is, where a person said so. What else ties it to a contact is read, not kept."""

from django.db import models
from django.db.models.functions import Coalesce

from evendas.accounts.models import User
from evendas.sealing import StoreOwned, StoreQuerySet
from pedidos.models import Order
from sac.models.contact import Contact


class OrderLink(StoreOwned):
    """What somebody of the team said of a contact and an order: it goes before all else."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", "confirmado"
        REFUSED = "refused", "recusado"

    # Who said it, as the team calls them.
    WHO = Coalesce("by__attendant__nickname", "by__full_name")

    contact = models.ForeignKey(
        Contact, models.CASCADE, db_constraint=False, db_index=False, related_name="order_links"
    )
    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(
        User, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField()

    objects = StoreQuerySet["OrderLink"].as_manager()

    class Meta:
        verbose_name = "vínculo de pedido"
        verbose_name_plural = "vínculos de pedidos"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "contact", "order"], name="sac_orderlink_once"
            ),
        ]
        indexes = [models.Index(fields=["store", "order"], name="sac_orderlink_of_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.contact_id}"
