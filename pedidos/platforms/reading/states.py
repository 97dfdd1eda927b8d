"""Status texts a shop writes as it likes, and what they mean where it has no rule of its own."""

from pedidos.models import Order
from pedidos.platforms.port import Reading
from pedidos.platforms.reading.texts import bare

State = tuple[Order.Payment, Order.Fulfillment, bool]

_Pay, _Ship = Order.Payment, Order.Fulfillment

# (payment, fulfilment, cancelled), by texts that are alike in Brazilian shops.
_USUAL: dict[State, tuple[str, ...]] = {
    (_Pay.PENDING, _Ship.UNFULFILLED, False): (
        "aguardando pagamento",
        "aguardando",
        "aguardando confirmacao",
        "aguardando confirmacao de pagamento",
        "boleto emitido",
        "boleto gerado",
        "boleto impresso",
        "em aberto",
        "novo",
        "novo pedido",
        "pagamento pendente",
        "pedido criado",
        "pedido realizado",
        "pendente",
        "pix gerado",
    ),
    (_Pay.IN_ANALYSIS, _Ship.UNFULFILLED, False): (
        "analise de pagamento",
        "em analise",
        "em analise de fraude",
        "pagamento em analise",
    ),
    (_Pay.AUTHORIZED, _Ship.UNFULFILLED, False): ("autorizado", "pagamento autorizado"),
    (_Pay.PAID, _Ship.UNFULFILLED, False): (
        "aprovado",
        "pagamento aprovado",
        "pagamento confirmado",
        "pagamento efetuado",
        "pago",
        "pedido aprovado",
        "pedido pago",
        "processando",
    ),
    (_Pay.PAID, _Ship.SEPARATING, False): (
        "em andamento",
        "em fabricacao",
        "em preparacao",
        "em producao",
        "em separacao",
        "faturado",
        "nota fiscal emitida",
        "pedido em separacao",
        "pedido faturado",
        "preparando entrega",
        "preparando envio",
        "separado",
    ),
    (_Pay.PAID, _Ship.READY_FOR_PICKUP, False): (
        "disponivel para retirada",
        "pedido pronto para retirada",
        "pronto para retirada",
    ),
    (_Pay.PAID, _Ship.SHIPPED, False): (
        "despachado",
        "em rota de entrega",
        "em transito",
        "em transporte",
        "enviado",
        "pedido despachado",
        "pedido enviado",
        "postado",
        "saiu para entrega",
    ),
    (_Pay.PAID, _Ship.DELIVERED, False): (
        "concluido",
        "entregue",
        "finalizado",
        "pedido concluido",
        "pedido entregue",
        "pedido finalizado",
    ),
    (_Pay.PAID, _Ship.RETURNED, False): ("devolvido", "pedido devolvido"),
    (_Pay.PARTIALLY_REFUNDED, _Ship.UNFULFILLED, False): (
        "parcialmente estornado",
        "parcialmente reembolsado",
        "reembolsado em parte",
        "reembolsado parcialmente",
    ),
    (_Pay.REFUNDED, _Ship.UNFULFILLED, False): (
        "chargeback",
        "estornado",
        "pagamento devolvido",
        "pagamento estornado",
        "pedido estornado",
        "reembolsado",
    ),
    (_Pay.FAILED, _Ship.UNFULFILLED, False): (
        "boleto vencido",
        "expirado",
        "malsucedido",
        "nao autorizado",
        "negado",
        "pagamento expirado",
        "pagamento nao aprovado",
        "pagamento negado",
        "pagamento recusado",
        "pix expirado",
        "recusado",
        "reprovado",
    ),
    (_Pay.PENDING, _Ship.UNFULFILLED, True): (
        "cancelada",
        "cancelado",
        "pedido cancelado",
        "venda cancelada",
    ),
}
_BY_TEXT = {text: state for state, texts in _USUAL.items() for text in texts}


def known_state(text: str, reading: Reading) -> State | None:
    """What a status text means: the store's rule first, then what shops usually mean by it."""
    asked = bare(text)
    if not asked:
        return None
    return reading.words(asked) or _BY_TEXT.get(asked)
