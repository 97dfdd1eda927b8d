"""How a store calls the states of an order where the platform leaves the words to it."""

from django.db import models

from evendas.sealing import StoreOwned, StoreQuerySet
from pedidos.models.order import Order


class StatusRule(StoreOwned):
    """One status text of the store, and what it means on both axes."""

    # Without accents, in lower case, single spaces: as it is compared.
    text = models.CharField("texto da situação", max_length=80)
    payment = models.CharField("pagamento", max_length=20, choices=Order.Payment)
    fulfillment = models.CharField("entrega", max_length=20, choices=Order.Fulfillment)
    is_cancelled = models.BooleanField("cancela o pedido", default=False)

    objects = StoreQuerySet["StatusRule"].as_manager()

    class Meta:
        verbose_name = "situação de pedido da loja"
        verbose_name_plural = "situações de pedido da loja"
        constraints = [
            models.UniqueConstraint(fields=["store", "text"], name="pedidos_statusrule_once"),
        ]

    def __str__(self) -> str:
        return self.text
