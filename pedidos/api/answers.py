"""What the API answers: orders as they are kept, and sentences where something is wrong.

The descriptions are read at /api/docs, hence in Portuguese.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pedidos.api.shapes import words_of
from pedidos.models import Order
from pedidos.models.order import Label

_When = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
_Amount = Annotated[str, Field(examples=["199.90"])]


class CustomerOut(BaseModel):
    """Quem comprou, como foi guardado."""

    name: str
    email: str
    document: Annotated[str, Field(description="CPF ou CNPJ, sem pontuação.")]
    phones: Annotated[list[str], Field(description="Telefones no formato +5511987654321.")]


class ItemOut(BaseModel):
    """Um produto do pedido."""

    name: str
    sku: str
    quantity: str
    price: _Amount


class ShipmentOut(BaseModel):
    """Um volume enviado."""

    code: str
    url: str
    carrier: str


class OrderOut(BaseModel):
    """Um pedido como está guardado. Datas em UTC, valores em texto."""

    external_id: Annotated[str, Field(description="Como o seu sistema identifica o pedido.")]
    number: Annotated[str, Field(description="Número que as pessoas veem.")]
    label: Annotated[
        Label, Field(description=f"Situação, em um código. {words_of(Label.choices)}.")
    ]
    label_text: Annotated[str, Field(description="Situação, como as pessoas a leem.")]
    payment_status: Order.Payment
    fulfillment_status: Order.Fulfillment
    status_text: str
    currency: str
    total: _Amount
    refunded: _Amount
    discount: _Amount
    freight: _Amount
    placed_at: _When
    updated_at: Annotated[_When, Field(description="A última mudança conhecida.")]
    paid_at: _When | None
    cancelled_at: _When | None
    payment_method: str
    payment_url: str
    boleto_code: str
    boleto_url: str
    pix_code: str
    customer: CustomerOut
    items: list[ItemOut]
    shipments: list[ShipmentOut]
    is_test: bool


class Outcome(BaseModel):
    """O que aconteceu com o pedido, e como ele ficou."""

    result: Annotated[
        Literal["created", "updated", "unchanged", "older"],
        Field(
            description="“created”: é novo; “updated”: mudou; “unchanged”: já estava assim; "
            "“older”: o guardado é mais novo, e ficou."
        ),
    ]
    order: OrderOut


class OrderPage(BaseModel):
    """Uma página de pedidos, do que mudou há mais tempo para o mais recente."""

    orders: list[OrderOut]
    next: Annotated[
        str | None, Field(description="Para a página seguinte, em “cursor”; null no fim.")
    ]


class FieldProblem(BaseModel):
    """Um campo que não pôde ser aceito."""

    field: Annotated[str, Field(examples=["items.0.price"])]
    message: Annotated[str, Field(examples=["Não pode ser negativo."])]


class Problem(BaseModel):
    """O que deu errado, em uma frase para pessoas."""

    message: str


class FieldProblems(Problem):
    """O que deu errado, campo por campo."""

    errors: list[FieldProblem]


def order_told(order: Order) -> OrderOut:
    """Tell an order. Its items, shipments and phones are read beforehand, or each is a question."""
    return OrderOut(
        external_id=order.external_id,
        number=order.number,
        label=Label(order.label),
        label_text=order.label_text,
        payment_status=Order.Payment(order.payment),
        fulfillment_status=Order.Fulfillment(order.fulfillment),
        status_text=order.platform_status,
        currency=order.currency,
        total=_amount(order.total),
        refunded=_amount(order.refunded),
        discount=_amount(order.discount),
        freight=_amount(order.freight),
        placed_at=_moment(order.placed_at),
        updated_at=_moment(order.platform_updated_at or order.placed_at),
        paid_at=_moment_or_none(order.paid_at),
        cancelled_at=_moment_or_none(order.cancelled_at),
        payment_method=order.payment_method,
        payment_url=order.payment_url,
        boleto_code=order.boleto_code,
        boleto_url=order.boleto_url,
        pix_code=order.pix_code,
        customer=_customer(order),
        items=_items(order),
        shipments=_shipments(order),
        is_test=order.is_test,
    )


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment_or_none(at: datetime | None) -> str | None:
    return _moment(at) if at else None


def _customer(order: Order) -> CustomerOut:
    return CustomerOut(
        name=order.buyer_name,
        email=order.buyer_email,
        document=order.buyer_document,
        phones=[one.phone for one in order.phones.all()],
    )


def _items(order: Order) -> list[ItemOut]:
    return [
        ItemOut(
            name=one.name,
            sku=one.sku,
            quantity=f"{one.quantity.normalize():f}",
            price=_amount(one.price),
        )
        for one in order.items.all()
    ]


def _shipments(order: Order) -> list[ShipmentOut]:
    return [
        ShipmentOut(code=one.code, url=one.url, carrier=one.carrier)
        for one in order.shipments.all()
    ]
