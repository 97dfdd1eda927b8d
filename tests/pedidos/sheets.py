"""Spreadsheets of orders, and what reading them gives without a row or a store."""

import io
from datetime import UTC, datetime

from pedidos.platforms.port import OrderSeen
from pedidos.spreadsheet.columns import guess
from pedidos.spreadsheet.layout import Layout, count_lines, data_lines, layout_of
from pedidos.spreadsheet.orders import Shape, sheaves
from pedidos.spreadsheet.reading import Broken, Told, read_order
from tests.pedidos.order_data import reading

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEADING = (
    "Número do pedido;Data do pedido;Situação;Total;Nome;E-mail;CPF;Telefone;Produto;Qtd;Preço"
)
ANA = "1042;12/11/2026 14:30;Pago;1.234,56;Ana Conceição;ana@x.com;529.982.247-25;(11) 98765-4321"


def sheet(*lines: str, heading: str = HEADING) -> str:
    return "\r\n".join((heading, *lines, ""))


def layout(raw: bytes) -> Layout:
    """How a file is written. Raises Refused, as an upload would."""
    file = io.BytesIO(raw)
    found = layout_of(file)
    count_lines(file, found)
    return found


def read(raw: bytes | str) -> list[Told | Broken]:
    """What each order of a file is understood as."""
    file = io.BytesIO(raw if isinstance(raw, bytes) else raw.encode())
    found = layout_of(file)
    shape = Shape(headings=found.headings, fields=tuple(guess(found.headings)))
    return [
        read_order(one, shape, reading(), now=NOW)
        for one in sheaves(data_lines(file, found), shape)
    ]


def seen(*lines: str, heading: str = HEADING) -> OrderSeen:
    """The one order of a file."""
    (told,) = read(sheet(*lines, heading=heading))
    assert isinstance(told, Told), told
    return told.seen


def broken(*lines: str, heading: str = HEADING) -> list[tuple[int, str]]:
    """What is wrong in a file: the line, and the sentence."""
    found = read(sheet(*lines, heading=heading))
    return [(one.line, one.reason) for one in found if isinstance(one, Broken)]
