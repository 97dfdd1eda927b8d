"""An order, as any platform tells it."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Prefetch, Q, Value, When
from django.db.models.functions import Upper

from evendas.accounts.models import Sortable, Store
from evendas.sealing import StoreOwned, StoreQuerySet, StoreRow
from pedidos.models.source import Source


class Label(models.TextChoices):
    """The one word a person reads, drawn from both axes."""

    WAITING_PAYMENT = "waiting_payment", "Aguardando pagamento"
    IN_ANALYSIS = "in_analysis", "Pagamento em análise"
    REFUSED = "refused", "Pagamento recusado"
    PAID = "paid", "Pago"
    SEPARATING = "separating", "Em separação"
    READY_FOR_PICKUP = "ready_for_pickup", "Pronto para retirada"
    SHIPPED = "shipped", "Enviado"
    DELIVERED = "delivered", "Entregue"
    REFUNDED = "refunded", "Reembolsado"
    CANCELLED = "cancelled", "Cancelado"


# By first match. What is on its way says more than whether it was paid.
_LABEL = Case(
    When(cancelled_at__isnull=False, then=Value(Label.CANCELLED.value)),
    When(payment="refunded", then=Value(Label.REFUNDED.value)),
    When(fulfillment="delivered", then=Value(Label.DELIVERED.value)),
    When(fulfillment="shipped", then=Value(Label.SHIPPED.value)),
    When(fulfillment="ready_for_pickup", then=Value(Label.READY_FOR_PICKUP.value)),
    When(fulfillment="separating", then=Value(Label.SEPARATING.value)),
    When(payment__in=["paid", "partially_refunded"], then=Value(Label.PAID.value)),
    When(payment__in=["in_analysis", "authorized"], then=Value(Label.IN_ANALYSIS.value)),
    When(payment="failed", then=Value(Label.REFUSED.value)),
    default=Value(Label.WAITING_PAYMENT.value),
)


class OrderQuerySet(StoreQuerySet["Order"]):
    def with_parts(self, store: Store) -> Self:
        """Read items, shipments and phones as well: by their store, which their indexes begin with.

        The orders have to be the store's.
        """
        items = OrderItem.objects.filter(store=store)
        shipments = Shipment.objects.filter(store=store)
        phones = OrderPhone.objects.filter(store=store).order_by("id")
        return self.prefetch_related(
            Prefetch("items", items), Prefetch("shipments", shipments), Prefetch("phones", phones)
        )


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
    # None for what a person brought in: a spreadsheet.
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    external_id = models.CharField(max_length=80)
    number = models.CharField("número", max_length=40)
    payment = models.CharField(max_length=20, choices=Payment, default=Payment.PENDING)
    fulfillment = models.CharField(
        max_length=20, choices=Fulfillment, default=Fulfillment.UNFULFILLED
    )
    label = models.GeneratedField(
        expression=_LABEL,
        output_field=models.CharField("situação", max_length=20, choices=Label),
        db_persist=True,
    )
    platform_status = models.CharField("situação na plataforma", max_length=80, blank=True)
    currency = models.CharField("moeda", max_length=3, default="BRL")
    total = models.DecimalField("total", max_digits=12, decimal_places=2)
    refunded = models.DecimalField("reembolsado", max_digits=12, decimal_places=2, db_default=0)
    discount = models.DecimalField("desconto", max_digits=12, decimal_places=2, db_default=0)
    freight = models.DecimalField("frete", max_digits=12, decimal_places=2, db_default=0)
    payment_method = models.CharField("forma de pagamento", max_length=80, blank=True)
    payment_url = models.URLField("link de pagamento", max_length=500, blank=True)
    boleto_code = models.CharField("código do boleto", max_length=60, blank=True)
    boleto_url = models.URLField("boleto", max_length=500, blank=True)
    pix_code = models.TextField("Pix copia e cola", blank=True)
    buyer_name = models.CharField("comprador", max_length=200, blank=True)
    buyer_email = models.CharField("e-mail", max_length=254, blank=True)
    buyer_document = models.CharField("CPF/CNPJ", max_length=14, blank=True)
    # Made to try the shop out: shown, counted nowhere.
    is_test = models.BooleanField("pedido de teste", default=False)
    placed_at = models.DateTimeField("feito em")
    paid_at = models.DateTimeField("pago em", null=True)
    cancelled_at = models.DateTimeField("cancelado em", null=True)
    # By the platform's clock: an older word never goes over a newer one.
    platform_updated_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta(StoreRow.Meta):
        verbose_name = "pedido"
        verbose_name_plural = "pedidos"
        constraints = [
            *StoreRow.Meta.constraints,
            # Two shops on one platform count their orders alike.
            models.UniqueConstraint(
                fields=["store", "platform", "source", "external_id"],
                name="pedidos_order_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(total__gte=0, refunded__gte=0, refunded__lte=F("total")),
                name="pedidos_order_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-placed_at", "-id"], name="pedidos_order_newest_first"),
            models.Index(
                fields=["store", "label", "-placed_at", "-id"], name="pedidos_order_by_label"
            ),
            models.Index(
                fields=["store", "paid_at"],
                condition=Q(paid_at__isnull=False),
                name="pedidos_order_paid",
            ),
            models.Index(fields=["store", "number"], name="pedidos_order_number"),
            # The JSON API tells its orders as they change, from a moment on.
            models.Index(
                fields=["source", "platform_updated_at", "id"],
                condition=Q(platform="api"),
                name="pedidos_order_changed",
            ),
            models.Index(
                fields=["source", "label", "platform_updated_at", "id"],
                condition=Q(platform="api"),
                name="pedidos_order_label_changed",
            ),
            models.Index(
                fields=["store", "buyer_document"],
                condition=~Q(buyer_document=""),
                name="pedidos_order_document",
            ),
            models.Index(
                fields=["store", "buyer_email"],
                condition=~Q(buyer_email=""),
                name="pedidos_order_email",
            ),
            models.Index(
                "store",
                OpClass(Upper("number"), name="text_pattern_ops"),
                name="pedidos_order_begins",
            ),
            GinIndex(
                "store",
                OpClass(Sortable("buyer_name"), name="gin_trgm_ops"),
                name="pedidos_order_named",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def label_text(self) -> str:
        return str(Label(self.label).label)


class OrderItem(StoreOwned):
    """A line of an order, as it was sold."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="items"
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField("produto", max_length=300)
    sku = models.CharField("SKU", max_length=80, blank=True)
    quantity = models.DecimalField("quantidade", max_digits=10, decimal_places=3)
    # One unit, in the order's currency.
    price = models.DecimalField("preço", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "item do pedido"
        verbose_name_plural = "itens do pedido"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "order", "position"], name="pedidos_orderitem_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_counted(self) -> bool:
        """Whether the shop told how many were sold: where it told no price either, 1 stands for
        nothing said.
        """
        return bool(self.price) or self.quantity != 1


class Shipment(StoreOwned):
    """A parcel of an order and how it is followed."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="shipments"
    )
    code = models.CharField("código de rastreio", max_length=80)
    url = models.URLField("link de rastreio", max_length=500, blank=True)
    carrier = models.CharField("transportadora", max_length=80, blank=True)

    class Meta:
        verbose_name = "envio"
        verbose_name_plural = "envios"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "order", "code"], name="pedidos_shipment_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class OrderMilestone(StoreOwned):
    """Something that became of an order, once each: its timeline."""

    class Kind(models.TextChoices):
        PLACED = "placed", "Pedido feito"
        PAID = "paid", "Pagamento confirmado"
        REFUSED = "refused", "Pagamento recusado"
        SHIPPED = "shipped", "Pedido enviado"
        DELIVERED = "delivered", "Pedido entregue"
        CANCELLED = "cancelled", "Pedido cancelado"
        REFUNDED = "refunded", "Pedido reembolsado"

    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="milestones"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    # By the platform where it says when; else when it was heard.
    at = models.DateTimeField()

    class Meta:
        verbose_name = "marco do pedido"
        verbose_name_plural = "marcos do pedido"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "order", "kind"], name="pedidos_ordermilestone_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class OrderPhone(StoreOwned):
    """A phone of an order's buyer, canonical: how an order finds its contact."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_constraint=False, db_index=False, related_name="phones"
    )
    phone = models.CharField(max_length=20)

    objects = StoreQuerySet["OrderPhone"].as_manager()

    class Meta:
        verbose_name = "telefone do pedido"
        verbose_name_plural = "telefones do pedido"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "phone", "order"], name="pedidos_orderphone_once"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "order"], name="pedidos_orderphone_of_order"),
            GinIndex(
                "store", OpClass("phone", name="gin_trgm_ops"), name="pedidos_orderphone_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.phone
