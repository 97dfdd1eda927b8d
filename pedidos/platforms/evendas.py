"""The E-Vendas order endpoint: flat upper-case keys, and the store's token in a header.

Dates carry no zone and the status is a free text: both are read as the store says (`Reading`).
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from pedidos.models import Order
from pedidos.platforms.port import Event, Headers, ItemSeen, OrderSeen, Reading
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.amounts import NOTHING, amount
from pedidos.platforms.reading.fields import Fields, in_any_case, open_body, tells_why
from pedidos.platforms.reading.moments import first_moment, moment, must_have_happened
from pedidos.platforms.reading.parcels import each_once, parcels
from pedidos.platforms.reading.signatures import header, is_one_of
from pedidos.platforms.reading.states import State, known_state
from pedidos.platforms.reading.texts import free_id, plain, url

_Pay, _Ship = Order.Payment, Order.Fulfillment

# The body has no field for it: this API is Brazil's.
_CURRENCY = "BRL"
_UNKNOWN: State = (_Pay.PENDING, _Ship.UNFULFILLED, False)
_WAS_PAID = {_Pay.PAID, _Pay.PARTIALLY_REFUNDED, _Pay.REFUNDED}


def token_digest(token: str) -> str:
    """SHA-256 of a token in hex: all that is kept of it."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()


def token(headers: Headers) -> str:
    """The token a caller shows, empty where there is none."""
    return header(headers, "token")


def authenticate(headers: Headers, _raw: bytes, secrets: list[str]) -> bool:
    shown = token(headers)
    return bool(shown) and is_one_of(token_digest(shown), secrets)


def is_ping(_headers: Headers, _raw: bytes) -> bool:
    return False


def topic(_headers: Headers, _raw: bytes) -> str:
    return ""


def delivery_id(_headers: Headers) -> str | None:
    """Each is processed: the same order is sent again with every change."""
    return None


def shop(_headers: Headers) -> str:
    """Told by the token."""
    return ""


@tells_why
def parse(_topic: str, raw: bytes, reading: Reading) -> Event:
    order = in_any_case(open_body(raw))
    number = _number(order)
    payment, fulfillment, is_cancelled = (
        known_state(order.text("STATUSPEDIDO"), reading) or _UNKNOWN
    )
    total = amount(order, _total_field(order), "o valor total do pedido")
    return OrderSeen(
        external_id=number,
        number=number[:40],
        payment=payment,
        fulfillment=fulfillment,
        platform_status=plain(order.text("STATUSPEDIDO"), 80),
        currency=_CURRENCY,
        total=total,
        refunded=total if payment == _Pay.REFUNDED else NOTHING,
        placed_at=_placed_at(order, reading),
        paid_at=moment(order, "DATAPAGAMENTO", reading.zone) if payment in _WAS_PAID else None,
        is_cancelled=is_cancelled,
        payment_method=payments.method(order.text("TIPOPAGAMENTO")),
        payment_url=url(order.text("URLCHECKOUT")) or url(order.text("URLPIX")),
        boleto_code=payments.boleto_code(order.text("BOLETOCODIGOBARRA")),
        boleto_url=url(order.text("BOLETOURL")),
        pix_code=payments.pix_code(order.text("URLPIX")),
        name=buyers.name(order.text("COMPRADORNOME")),
        email=buyers.email(order.text("COMPRADOREMAIL")),
        phones=_phones(order),
        items=tuple(_items(order)),
        shipments=each_once(parcels(order.text("CODIGORASTREIO"), order.text("URLRASTREIO"))),
    )


def _number(order: Fields) -> str:
    """What the caller counts its orders by; its own id only where it tells no number."""
    told = (order.text(name) for name in ("NUMERO", "NUMEROID"))
    return free_id(next((one for one in told if one and one != "0"), ""), "NUMERO", "o número")


def _total_field(order: Fields) -> str:
    return "VALOR_TOTAL" if order.raw("VALOR_TOTAL") not in (None, "") else "VALORPEDIDO"


def _placed_at(order: Fields, reading: Reading) -> datetime:
    at = first_moment(order, ("DATAPEDIDO", "DATAPAGAMENTO"), reading.zone)
    return must_have_happened(at, "a data do pedido", "DATAPEDIDO")


def _phones(order: Fields) -> tuple[str, ...]:
    """The phone, in two fields or all in the second."""
    area, number = order.text("COMPRADORDDD"), order.text("COMPRADORTELEFONE")
    split = buyers.canonical([f"{area}{number}"]) if area else ()
    return split or buyers.canonical([number])


def _items(order: Fields) -> Iterator[ItemSeen]:
    """The products. The body tells neither how many of each nor for how much."""
    for line in map(in_any_case, order.rows("PEDIDOSPRODUTOS")):
        row = in_any_case(line.inside("PRODUTOS"))
        yield ItemSeen(
            name=plain(row.text("DESCRICAO"), 300) or "Item sem nome",
            sku=plain(row.text("CODIGO"), 80),
            quantity=Decimal(1),
            price=NOTHING,
        )
