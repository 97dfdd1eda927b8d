"""An order as a program puts it. The descriptions are read at /api/docs, hence in Portuguese."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pedidos.api.examples import ORDER
from pedidos.api.fields import Amount, Currency, Moment, MomentOfAddress, Quantity, Web
from pedidos.models import Order
from pedidos.models.order import Label

PAGE_MAX = 100
_PAGE = 50
ITEMS_MAX = 1000
SHIPMENTS_MAX = 100
PHONES_MAX = 10
_Text40 = Annotated[str, StringConstraints(max_length=40)]
_Text80 = Annotated[str, StringConstraints(max_length=80)]


def words_of(choices: list[tuple[str, str]]) -> str:
    """What each code of a field means."""
    return "; ".join(f"“{value}”: {label}" for value, label in choices)


class _Shape(BaseModel):
    # A field that is misspelt is told, not lost.
    model_config = ConfigDict(extra="forbid")


class CustomerIn(_Shape):
    """Quem comprou. É por aqui que o pedido aparece ao lado da conversa certa."""

    name: Annotated[str, Field(max_length=200, description="Nome completo.")] = ""
    email: Annotated[
        str, Field(max_length=254, description="E-mail. O que não é um e-mail fica de fora.")
    ] = ""
    document: Annotated[
        str,
        Field(
            max_length=30,
            description="CPF ou CNPJ, com ou sem pontuação. Com dígito errado fica de fora.",
        ),
    ] = ""
    phones: Annotated[
        list[_Text40],
        Field(
            max_length=PHONES_MAX,
            description="Telefones com DDD, o principal primeiro, como “(11) 98765-4321” ou "
            "“+5511987654321”. O que não é um telefone fica de fora.",
        ),
    ] = []


class ItemIn(_Shape):
    """Um produto do pedido, como foi vendido."""

    name: Annotated[str, Field(min_length=1, max_length=300, description="Nome do produto.")]
    sku: Annotated[_Text80, Field(description="Código do produto.")] = ""
    quantity: Annotated[Quantity, Field(description="Quantidade, até três casas.")] = Decimal(1)
    price: Annotated[Amount, Field(description="Preço de uma unidade.")]


class ShipmentIn(_Shape):
    """Um volume enviado."""

    code: Annotated[str, Field(min_length=1, max_length=80, description="Código de rastreio.")]
    url: Annotated[Web | None, Field(description="Onde acompanhar a entrega.")] = None
    carrier: Annotated[_Text80, Field(description="Transportadora.")] = ""


class OrderIn(_Shape):
    """O pedido inteiro, como está agora no seu sistema."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ORDER]})

    number: Annotated[
        _Text40, Field(description="Número que as pessoas veem. Vazio: o do endereço.")
    ] = ""
    payment_status: Annotated[
        Order.Payment, Field(description=f"Pagamento. {words_of(Order.Payment.choices)}.")
    ]
    fulfillment_status: Annotated[
        Order.Fulfillment, Field(description=f"Entrega. {words_of(Order.Fulfillment.choices)}.")
    ] = Order.Fulfillment.UNFULFILLED
    status_text: Annotated[
        _Text80, Field(description="Como o seu sistema chama a situação, só para mostrar.")
    ] = ""
    currency: Annotated[
        Currency,
        Field(description="Moeda. O que não é em reais não entra nos números do painel."),
    ] = "BRL"
    total: Annotated[Amount, Field(description="Quanto o cliente paga ao todo.")]
    refunded: Annotated[
        Amount | None,
        Field(
            description="Quanto foi devolvido. Sem ele, um pedido “refunded” foi devolvido inteiro."
        ),
    ] = None
    discount: Annotated[Amount, Field(description="Desconto.")] = Decimal("0.00")
    freight: Annotated[Amount, Field(description="Frete.")] = Decimal("0.00")
    placed_at: Annotated[Moment, Field(description="Quando foi feito, com o fuso.")]
    updated_at: Annotated[
        Moment,
        Field(
            description="Quando mudou pela última vez no seu sistema, com o fuso. Um pedido mais "
            "antigo que o guardado não muda nada."
        ),
    ]
    paid_at: Annotated[Moment | None, Field(description="Quando foi pago.")] = None
    shipped_at: Annotated[Moment | None, Field(description="Quando foi enviado.")] = None
    delivered_at: Annotated[Moment | None, Field(description="Quando foi entregue.")] = None
    cancelled_at: Annotated[
        Moment | None, Field(description="Quando foi cancelado; com ele o pedido está cancelado.")
    ] = None
    payment_method: Annotated[_Text80, Field(description="Forma de pagamento.")] = ""
    payment_url: Annotated[Web | None, Field(description="Link de pagamento.")] = None
    boleto_code: Annotated[
        str,
        Field(max_length=60, description="Linha digitável do boleto. O que não é fica de fora."),
    ] = ""
    boleto_url: Annotated[Web | None, Field(description="Link do boleto.")] = None
    pix_code: Annotated[
        str, Field(max_length=1000, description="Pix copia e cola. O que não é um fica de fora.")
    ] = ""
    customer: CustomerIn = CustomerIn()
    items: Annotated[
        list[ItemIn], Field(max_length=ITEMS_MAX, description="Os produtos, na ordem do pedido.")
    ] = []
    shipments: Annotated[
        list[ShipmentIn], Field(max_length=SHIPMENTS_MAX, description="Os volumes enviados.")
    ] = []
    is_test: Annotated[
        StrictBool, Field(description="Pedido de teste: aparece, mas não conta em nenhum número.")
    ] = False

    @model_validator(mode="after")
    def _gives_back_no_more_than_was_paid(self) -> Self:
        if self.refunded is not None and self.refunded > self.total:
            sentence = "O valor devolvido (refunded) é maior que o total."
            raise PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})
        return self


class OrdersAsked(BaseModel):
    """Which orders are asked for, in the address."""

    updated_since: Annotated[
        MomentOfAddress | None,
        Field(description="Só o que mudou deste momento em diante, pelo “updated_at” do pedido."),
    ] = None
    label: Annotated[
        Label | None, Field(description=f"Só os pedidos nesta situação. {words_of(Label.choices)}.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX, description="Quantos pedidos por página.")] = (
        _PAGE
    )
    cursor: Annotated[str, Field(max_length=60, description="O “next” da página anterior.")] = ""
