"""The store's orders, as any platform tells them. They know no ticket."""

from django.db import models

from evendas.sealing import StoreOwned, StoreRow


class Order(StoreRow):
    """A purchase in the store. Payment and fulfilment are two axes; the label is derived."""

    class Payment(models.TextChoices):
        PENDING = "pending", "Aguardando pagamento"
        IN_ANALYSIS = "in_analysis", "Pagamento em análise"
        AUTHORIZED = "authorized", "Pagamento autorizado"
        PAID = "paid", "Pago"
        PARTIALLY_PAID = "partially_paid", "Pago em parte"
        PARTIALLY_REFUNDED = "partially_refunded", "Reembolsado em parte"
        REFUNDED = "refunded", "Reembolsado"
        FAILED = "failed", "Pagamento recusado"

    class Fulfillment(models.TextChoices):
        UNFULFILLED = "unfulfilled", "A separar"
        SEPARATING = "separating", "Em separação"
        READY_FOR_PICKUP = "ready_for_pickup", "Pronto para retirada"
        PARTIAL = "partial", "Enviado em parte"
        SHIPPED = "shipped", "Enviado"
        DELIVERED = "delivered", "Entregue"
        RETURNED = "returned", "Devolvido"

    platform = models.CharField("plataforma", max_length=20)
    external_id = models.CharField(max_length=80)
    number = models.CharField("número", max_length=40)
    payment = models.CharField(max_length=20, choices=Payment, default=Payment.PENDING)
    fulfillment = models.CharField(
        max_length=20, choices=Fulfillment, default=Fulfillment.UNFULFILLED
    )
    platform_status = models.CharField(max_length=80, blank=True)
    currency = models.CharField("moeda", max_length=3, default="BRL")
    total = models.DecimalField("total", max_digits=12, decimal_places=2)
    buyer_name = models.CharField("comprador", max_length=200, blank=True)
    buyer_email = models.CharField("e-mail", max_length=254, blank=True)
    buyer_document = models.CharField("CPF/CNPJ", max_length=14, blank=True)
    placed_at = models.DateTimeField("feito em")
    paid_at = models.DateTimeField("pago em", null=True)
    cancelled_at = models.DateTimeField("cancelado em", null=True)
    platform_updated_at = models.DateTimeField(null=True)

    class Meta(StoreRow.Meta):
        verbose_name = "pedido"
        verbose_name_plural = "pedidos"
        constraints = [
            *StoreRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["store", "platform", "external_id"], name="pedidos_order_once"
            ),
        ]
        indexes = [models.Index(fields=["store", "-placed_at"], name="pedidos_order_newest_first")]

    def __str__(self) -> str:
        return f"#{self.number}"


class OrderPhone(StoreOwned):
    """A phone of an order's buyer, canonical: how an order finds its contact."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="phones"
    )
    phone = models.CharField(max_length=20)

    class Meta:
        verbose_name = "telefone do pedido"
        verbose_name_plural = "telefones do pedido"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "phone", "order"], name="pedidos_orderphone_once"
            ),
        ]
        indexes = [models.Index(fields=["store", "order"], name="pedidos_orderphone_of_order")]

    def __str__(self) -> str:
        return self.phone
