"""An order as a spreadsheet tells it, in the terms of every platform's orders.

What stands once for an order (its date, its total, its buyer) is read from the first of its lines
that says it. A step without a date of its own is taken to have happened when the order was made:
what is brought in is mostly long past, and must not look like news.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pedidos.models import Order
from pedidos.platforms.port import ItemSeen, OrderSeen, Reading, ShipmentSeen
from pedidos.platforms.reading import buyers, payments
from pedidos.platforms.reading.amounts import NOTHING, amount, amount_or_nothing, quantity
from pedidos.platforms.reading.fields import Fields, Unreadable
from pedidos.platforms.reading.moments import moment, must_have_happened
from pedidos.platforms.reading.parcels import each_once, parcels
from pedidos.platforms.reading.states import State, known_state
from pedidos.platforms.reading.texts import free_id, plain, url
from pedidos.spreadsheet.columns import NUMBER, PLACED_AT, TOTAL
from pedidos.spreadsheet.lines import Line
from pedidos.spreadsheet.orders import Shape, Sheaf, is_empty

_Pay, _Ship = Order.Payment, Order.Fulfillment

_CURRENCY = "BRL"
_UNKNOWN: State = (_Pay.PENDING, _Ship.UNFULFILLED, False)
_IS_PAID = {_Pay.PAID, _Pay.PARTIALLY_REFUNDED}
_MONEY = (TOTAL, "freight", "discount", "price")
_ITEM = ("item", "sku")
# Fields of one order, all of which say the same thing in each of its lines.
_ONCE = (TOTAL, "freight", "discount")
_THOUSANDS = re.compile(r"(?P<sign>[^0-9]*)(?P<digits>[0-9]{1,3}(\.[0-9]{3})+)")
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})(?![0-9])[\s,]*(?:-|às|as)?\s*")
_HOUR = re.compile(r"([0-9]):")
# What is left of a long number that a spreadsheet took for a quantity.
_MANGLED = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_COUNTED = re.compile(r"([0-9]{1,4}) ?[xX] (.+)")
_SEVERAL = re.compile(r"[|\n\r]")
_AHEAD = timedelta(days=1)
# Older orders are history: of 200.000 of them no conversation has to hear at once.
_NEWS = timedelta(days=30)
# What was not in the file is not wiped from an order that is known: by the fields that tell it.
_UNTOLD = {
    "items": _ITEM,
    "shipments": ("tracking",),
    "freight": ("freight",),
    "discount": ("discount",),
    "payment_method": ("payment_method",),
    "payment_url": ("payment_url",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An order that was understood; `notes` say what of it was not, and is left out."""

    seen: OrderSeen
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """An order that is not taken in: why, and in which line of the file."""

    line: int
    reason: str


class _InLine(Exception):
    """What cannot be understood stands in this line."""

    def __init__(self, line: Line, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def read_order(sheaf: Sheaf, shape: Shape, reading: Reading, *, now: datetime) -> Told | Broken:
    """Understand the lines of one order. Never raises. `now` is when the file was handed in."""
    try:
        _must_be_whole(sheaf, shape)
        return _told(sheaf, shape, reading, now)
    except _InLine as trouble:
        return Broken(trouble.line.number, str(trouble))
    except Unreadable as error:
        return Broken(sheaf.lines[0].number, str(error))


def _must_be_whole(sheaf: Sheaf, shape: Shape) -> None:
    for line in sheaf.lines:
        if line.trouble:
            raise _InLine(line, line.trouble)
        beyond = line.cells[len(shape.headings) :]
        if any(cell.strip() for cell in beyond):
            width = f"{len(line.cells)} colunas, e o cabeçalho, {len(shape.headings)}"
            raise _InLine(line, f"a linha tem {width}: confira aspas e separadores")
    if sheaf.before:
        raise Unreadable(
            f"o número deste pedido já apareceu na linha {sheaf.before}: deixe juntas as linhas "
            "de um mesmo pedido"
        )


def _told(sheaf: Sheaf, shape: Shape, reading: Reading, now: datetime) -> Told:
    order = _fields(sheaf, shape)
    number = _number(sheaf, shape)
    total = amount(order, shape.called(TOTAL), "o total")
    placed_at = _placed_at(order, shape, reading, now)
    payment, fulfillment, is_cancelled = _state(order, shape, reading)
    paid_at = _moment(order, shape, "paid_at", "a data do pagamento", reading)
    is_sent = fulfillment in {_Ship.SHIPPED, _Ship.DELIVERED}
    seen = OrderSeen(
        external_id=number,
        number=number[:40],
        payment=payment,
        fulfillment=fulfillment,
        platform_status=_status_text(order, shape),
        currency=_CURRENCY,
        total=total,
        refunded=total if payment == _Pay.REFUNDED else NOTHING,
        discount=amount_or_nothing(order, shape.called("discount"), "o desconto"),
        freight=amount_or_nothing(order, shape.called("freight"), "o frete"),
        placed_at=placed_at,
        paid_at=paid_at or (placed_at if payment in _IS_PAID else None),
        shipped_at=placed_at if is_sent else None,
        delivered_at=placed_at if fulfillment == _Ship.DELIVERED else None,
        cancelled_at=placed_at if is_cancelled else None,
        is_cancelled=is_cancelled,
        updated_at=now,
        payment_method=payments.method(_text(order, shape, "payment_method")),
        payment_url=url(_text(order, shape, "payment_url")),
        name=buyers.name(_text(order, shape, "name")),
        email=buyers.email(_text(order, shape, "email")),
        document=buyers.document(_text(order, shape, "document")),
        phones=buyers.canonical([_text(order, shape, "phone")]),
        items=tuple(_items(sheaf, shape)),
        shipments=_shipments(sheaf, shape),
        untold=_untold(shape),
        is_history=placed_at < now - _NEWS,
    )
    return Told(seen, tuple(_notes(order, shape, reading, seen)))


def _untold(shape: Shape) -> frozenset[str]:
    """What of an order the file has no column for."""
    return frozenset(told for told, fields in _UNTOLD.items() if not any(map(shape.called, fields)))


def _fields(sheaf: Sheaf, shape: Shape) -> Fields:
    """What the lines say of the order, by the file's own headings: the first word counts.

    Raises _InLine where a later one says another amount: then it is not the order's.
    """
    told: dict[str, object] = {}
    for line in sheaf.lines:
        for name in filter(None, shape.fields):
            text = _written(shape, line, name)
            first = told.setdefault(shape.called(name), text)
            if not first:
                told[shape.called(name)] = text
            elif name in _ONCE and text and text != first:
                raise _InLine(
                    line,
                    f"o campo {shape.called(name)} é diferente do da linha "
                    f"{sheaf.lines[0].number}, do mesmo pedido",
                )
    return Fields(told)


def _written(shape: Shape, line: Line, name: str) -> str:
    """A cell, its thousands without their point: 1.500 of a price is fifteen hundred."""
    text = shape.cell(line, name)
    thousands = _THOUSANDS.fullmatch(text) if name in _MONEY else None
    return thousands["sign"] + thousands["digits"].replace(".", "") if thousands else text


def _text(order: Fields, shape: Shape, name: str) -> str:
    return order.text(shape.called(name))


def _number(sheaf: Sheaf, shape: Shape) -> str:
    called = shape.called(NUMBER)
    number = free_id(sheaf.number, called, "o número do pedido")
    if _MANGLED.fullmatch(number):
        raise Unreadable(
            f"o número do pedido (campo {called}) foi abreviado pela planilha: formate a coluna "
            "como texto"
        )
    return number


def _placed_at(order: Fields, shape: Shape, reading: Reading, now: datetime) -> datetime:
    called = shape.called(PLACED_AT)
    at = _moment(order, shape, PLACED_AT, "a data do pedido", reading)
    at = must_have_happened(at, "a data do pedido", called)
    if at > now + _AHEAD:
        raise Unreadable(f"a data do pedido (campo {called}) está no futuro")
    return at


def _moment(order: Fields, shape: Shape, name: str, what: str, reading: Reading) -> datetime | None:
    """A time as people in Brazil write it, None where the cell is empty. Raises Unreadable."""
    text = _text(order, shape, name)
    if not text:
        return None
    at = moment(Fields({name: _as_a_machine(text)}), name, reading.zone)
    if at is None:
        raise Unreadable(f"{what} (campo {shape.called(name)}) não é uma data como 31/12/2026")
    return at


def _as_a_machine(text: str) -> str:
    """Write 1/2/26 às 9:05 as 01/02/2026 09:05."""
    found = _DAY.match(text)
    if found is None:
        return text
    day, month, year = found.groups()
    hour = text[found.end() :].strip()
    hour = f"0{hour}" if _HOUR.match(hour) else hour
    return f"{day:0>2}/{month:0>2}/{year if len(year) > 2 else f'20{year}'} {hour}".strip()


def _state(order: Fields, shape: Shape, reading: Reading) -> State:
    """What both columns say: the payment's own goes before what the order's implies."""
    whole = known_state(_text(order, shape, "status"), reading)
    paid = known_state(_text(order, shape, "payment_status"), reading)
    payment = (paid or whole or _UNKNOWN)[0]
    fulfillment = (whole or paid or _UNKNOWN)[1]
    return payment, fulfillment, any(one is not None and one[2] for one in (whole, paid))


def _status_text(order: Fields, shape: Shape) -> str:
    told = _text(order, shape, "status") or _text(order, shape, "payment_status")
    return plain(told, 80)


def _items(sheaf: Sheaf, shape: Shape) -> Iterator[ItemSeen]:
    for line in sheaf.lines:
        if is_empty(line, shape, _ITEM):
            continue
        parts = _SEVERAL.split(shape.cell(line, "item"))
        if len(parts) > 1 and is_empty(line, shape, ("quantity", "price", "sku")):
            yield from (_counted(part) for part in parts if part.strip())
        else:
            yield _item(line, shape)


def _counted(part: str) -> ItemSeen:
    """One of several in a cell, as "2x Caneca"."""
    found = _COUNTED.fullmatch(part.strip())
    many, name = found.groups() if found else ("1", part)
    return ItemSeen(name=plain(name, 300), quantity=Decimal(many), price=NOTHING)


def _item(line: Line, shape: Shape) -> ItemSeen:
    names = ("quantity", "price")
    row = Fields({shape.called(name): _written(shape, line, name) for name in names})
    name, sku = plain(shape.cell(line, "item"), 300), plain(shape.cell(line, "sku"), 80)
    try:
        return ItemSeen(
            name=name or sku or "Item sem nome",
            sku=sku,
            quantity=quantity(row, shape.called("quantity"), "a quantidade"),
            price=amount_or_nothing(row, shape.called("price"), "o preço"),
        )
    except Unreadable as error:
        raise _InLine(line, str(error)) from error


def _shipments(sheaf: Sheaf, shape: Shape) -> tuple[ShipmentSeen, ...]:
    return each_once(
        parcel
        for line in sheaf.lines
        for parcel in parcels(shape.cell(line, "tracking"), shape.cell(line, "tracking_url"))
    )


def _notes(order: Fields, shape: Shape, reading: Reading, seen: OrderSeen) -> Iterator[str]:
    """What was written and is not taken over, named without being repeated."""
    for name, kept, what in (
        ("email", seen.email, "o e-mail"),
        ("document", seen.document, "o CPF ou CNPJ"),
        ("phone", seen.phones, "o telefone"),
        ("payment_url", seen.payment_url, "o link de pagamento"),
    ):
        if _text(order, shape, name) and not kept:
            yield f"{what} (campo {shape.called(name)}) não foi entendido: o pedido fica sem ele"
    for name in ("status", "payment_status"):
        text = _text(order, shape, name)
        if text and known_state(text, reading) is None:
            yield f"“{plain(text, 40)}” não é uma situação conhecida: ensine-a em Situações"
