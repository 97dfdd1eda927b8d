"""What a column of a spreadsheet is of an order: the fields there are, and how shops call them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pedidos.platforms.reading.texts import bare

NUMBER, PLACED_AT, TOTAL = "number", "placed_at", "total"
# Without these there is no order.
REQUIRED = (NUMBER, PLACED_AT, TOTAL)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an order: what people call it, an example, and other headings it has in shops.

    The headings are parted by commas, and compared without accents, capitals and signs.
    """

    field: str
    label: str
    example: str
    headings: str


COLUMNS = (
    Column(
        NUMBER,
        "Número do pedido",
        "1042",
        "numero, pedido, n pedido, no pedido, nº pedido, nº do pedido, numero pedido, "
        "id do pedido, order number, order id, codigo do pedido, cod pedido, order",
    ),
    Column(
        PLACED_AT,
        "Data do pedido",
        "12/11/2026 14:30",
        "data, data e hora, data da compra, data da venda, criado em, emissao, "
        "data de criacao, date, created at, order date, data pedido",
    ),
    Column(
        "status",
        "Situação",
        "Enviado",
        "status, status do pedido, situacao do pedido, estado do pedido, order status",
    ),
    Column(
        "payment_status",
        "Situação do pagamento",
        "Pago",
        "pagamento, status do pagamento, status pagamento, estado do pagamento, "
        "financial status, payment status",
    ),
    Column(
        "paid_at",
        "Data do pagamento",
        "12/11/2026 14:32",
        "pago em, data de pagamento, data pagamento, paid at",
    ),
    Column(
        TOTAL,
        "Total",
        "1.234,56",
        "valor total, total do pedido, valor do pedido, valor, total r, valor total r, "
        "order total, total geral, valor final",
    ),
    Column(
        "freight",
        "Frete",
        "19,90",
        "valor do frete, valor frete, custo de envio, entrega valor, shipping, "
        "total do frete, frete r$, custo do envio",
    ),
    Column(
        "discount",
        "Desconto",
        "10,00",
        "valor do desconto, valor desconto, descontos, discount, discount amount, "
        "total de desconto",
    ),
    Column(
        "payment_method",
        "Forma de pagamento",
        "Pix",
        "meio de pagamento, tipo de pagamento, metodo de pagamento, payment method",
    ),
    Column(
        "name",
        "Nome do comprador",
        "Marina Souza",
        "comprador, cliente, nome, nome do cliente, nome completo, billing name, "
        "destinatario, customer name, nome cliente",
    ),
    Column(
        "email",
        "E-mail",
        "marina@exemplo.com.br",
        "email, e mail do comprador, email do cliente, e mail do cliente, mail, "
        "email do comprador, email cliente",
    ),
    Column(
        "document",
        "CPF/CNPJ",
        "529.982.247-25",
        "cpf, cnpj, cpf cnpj, documento, cpf do cliente, cpf ou cnpj, dni, tax id",
    ),
    Column(
        "phone",
        "Telefone",
        "(11) 98765-4321",
        "celular, whatsapp, fone, telefone celular, telefone do cliente, phone, "
        "telefone do comprador, billing phone, telefone de contato",
    ),
    Column(
        "item",
        "Produto",
        "Tênis Corrida 38",
        "nome do produto, item, itens, produtos, descricao, descricao do produto, "
        "lineitem name, product, nome do item",
    ),
    Column(
        "sku",
        "SKU",
        "TEN-38",
        "codigo do produto, referencia, lineitem sku, cod produto",
    ),
    Column(
        "quantity",
        "Quantidade",
        "1",
        "qtd, qtde, quant, quantidade do produto, quantidade comprada, quantity, "
        "lineitem quantity, qtd.",
    ),
    Column(
        "price",
        "Preço unitário",
        "1.224,66",
        "preco, valor unitario, preco do produto, valor do produto, lineitem price, "
        "preco unit, valor unit, price",
    ),
    Column(
        "tracking",
        "Código de rastreio",
        "AA123456785BR",
        "rastreio, codigo de rastreamento, rastreamento, tracking, tracking number, "
        "codigo rastreio, codigo de rastreio do envio",
    ),
    Column(
        "tracking_url",
        "Link de rastreio",
        "https://rastreio.exemplo.com.br/AA123456785BR",
        "link de rastreamento, url de rastreio, url rastreio, tracking url",
    ),
    Column(
        "payment_url",
        "Link de pagamento",
        "https://pagar.exemplo.com.br/1042",
        "link do pagamento, url de pagamento, link de checkout, payment url",
    ),
)
LABELS = {column.field: column.label for column in COLUMNS}


def guess(headings: Sequence[str]) -> list[str]:
    """Which field each column is, empty where no name is known; of two alike the first is."""
    fields: list[str] = []
    for heading in headings:
        field = field_named(heading)
        fields.append("" if field in fields else field)
    return fields


def field_named(heading: str) -> str:
    """The field a heading is a name of, or an empty text."""
    return _BY_NAME.get(_key(heading), "")


def missing(fields: Sequence[str]) -> list[str]:
    """What has to be there and is not, as people call it."""
    return [LABELS[field] for field in REQUIRED if field not in fields]


def _key(heading: str) -> str:
    signs = {ord(sign): " " for sign in "._-/():#*$"}
    return " ".join(bare(heading).translate(signs).split())


_BY_NAME = {
    _key(name): column.field
    for column in COLUMNS
    for name in (column.label, column.field, *column.headings.split(", "))
}
