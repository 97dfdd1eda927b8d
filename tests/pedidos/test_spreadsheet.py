"""A CSV file as shops in Brazil write it: every way it may be written, and may be broken."""

import io
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pedidos.models import Order
from pedidos.spreadsheet.columns import COLUMNS, field_named, guess
from pedidos.spreadsheet.layout import LINES_MAX, Refused, count_lines, layout_of
from pedidos.spreadsheet.reading import Broken, Told
from tests.pedidos.sheets import ANA, HEADING, broken, layout, read, seen, sheet

SHORT = "Pedido;Data;Total"
NOON = datetime(2026, 11, 12, 17, 30, tzinfo=UTC)


# --- How it is written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_any_encoding_and_any_delimiter_say_the_same(codec: str, told: str, sign: str) -> None:
    line = ["1042", "12/11/2026 14:30", "1234.56", "Ana Conceição – “São”"]
    raw = f"Pedido;Data;Total;Nome\n{';'.join(line)}\n".replace(";", sign)
    written = raw if codec != "latin-1" else raw.replace("–", "-").replace("“", "").replace("”", "")
    found = layout(written.encode(codec))
    assert (found.encoding, found.delimiter) == (told, sign)
    (order,) = read(written.encode(codec))
    assert isinstance(order, Told)
    assert order.seen.name.startswith("Ana Conceição")
    assert (order.seen.total, order.seen.placed_at) == (Decimal("1234.56"), NOON)


def test_the_hint_for_excel_and_lines_of_nothing_are_passed_over() -> None:
    raw = sheet("", ";;", "7;12/11/2026;1,00", "", heading=f"sep=;\r\n\r\n{SHORT}")
    (told,) = read(raw)
    assert isinstance(told, Told)
    assert count_lines(io.BytesIO(raw.encode()), layout(raw.encode())) == 1


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "está vazio"),
        (b"\n \n", "está vazio"),
        (b"PK\x03\x04" + b"x" * 100, "planilha do Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "planilha antiga"),
        (b"%PDF-1.7", "um PDF"),
        (b"Pedido;Data;Total\n1\0;2;3\n", "caracteres nulos"),
        (b"\xff\xfe\x00", "danificado"),
        (b"Pedido\n1\n", "uma coluna"),
        (b"Pedido;Data;Total\n\n;;\n", "só tem o cabeçalho"),
        (b"a;" * 300 + b"b\n1\n", "mais de 200 colunas"),
        (b'"Pedido;Data;Total\n1;2;3\n', "não pode ser lido"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(raw: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        layout(raw)


def test_more_lines_than_are_taken_are_refused() -> None:
    raw = SHORT.encode() + b"\n1;2;3" * (LINES_MAX + 1)
    with pytest.raises(Refused, match=r"mais de 200\.000 linhas"):
        layout(raw)


def test_a_cell_of_megabytes_breaks_its_line_alone_and_takes_no_room() -> None:
    raw = sheet(ANA, f"2;{'x' * 8_000_000};1,00", ANA.replace("1042", "3")).encode()
    file = io.BytesIO(raw)
    tracemalloc.start()
    lines = count_lines(file, layout_of(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == 3
    assert peak < 3_000_000
    first, second, third = read(raw)
    assert isinstance(first, Told)
    assert isinstance(third, Told)
    assert second == Broken(3, "a linha tem mais de 50 mil caracteres")


# --- Quotes ---------------------------------------------------------------------------------------

QUOTES = "as aspas desta linha não estão fechadas, ou estão soltas no meio de um texto"
TWO = "2;12/11/2026;Pago;5,00;Bia"


@pytest.mark.parametrize(
    "line",
    [
        '1;12/11/2026;Pago;5,00;"Ana',
        '1;12/11/2026;Pago;5,00;"Ana" Lima"',
        '"1;12/11/2026;Pago;5,00;Ana',
    ],
)
@pytest.mark.parametrize("after", [1, 150])
def test_quotes_that_are_not_closed_break_one_line_and_no_other(line: str, after: int) -> None:
    others = [TWO.replace("2;", f"{number};", 1) for number in range(2, after + 2)]
    found = read(sheet(line, *others))
    assert [isinstance(one, Told) for one in found] == [False, *[True] * after]
    assert found[0] == Broken(2, QUOTES)


def test_lines_after_a_broken_one_are_counted_right() -> None:
    assert broken('1;"aberto', '2;12/11/2026;Pago;5,00;"de\nduas"', TWO, "3;12/11/2026;Pago;x") == [
        (2, QUOTES),
        (6, "o total (campo Total) não é um número"),
    ]


def test_a_quote_in_the_middle_of_a_plain_text_is_a_quote() -> None:
    assert seen('1;12/11/2026;Pago;5,00;Ana;;;;Monitor 24";1;5,00').items[0].name == 'Monitor 24"'


# --- Columns --------------------------------------------------------------------------------------


def test_every_heading_of_the_model_is_recognised_and_none_twice() -> None:
    assert guess([one.label for one in COLUMNS]) == [one.field for one in COLUMNS]
    assert guess(["Total", "TOTAL", "?"]) == ["total", "", ""]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NÚMERO", "number"),
        ("Nº do Pedido", "number"),
        ("data_da_compra", "placed_at"),
        ("Valor Total (R$)", "total"),
        ("CPF / CNPJ", "document"),
        ("E-mail do Cliente", "email"),
        ("Qtde.", "quantity"),
        ("Código de Rastreamento", "tracking"),
        ("Motivo da recusa", ""),
        ("Linha no arquivo", ""),
    ],
)
def test_headings_of_shops_are_known_however_they_are_written(heading: str, field: str) -> None:
    assert field_named(heading) == field


def test_headings_that_are_empty_or_alike_are_told_apart() -> None:
    assert layout(b"Total;;Total\n1;2;3\n").headings == ("Total", "(coluna 2)", "Total (coluna 3)")


# --- Orders ---------------------------------------------------------------------------------------


def test_an_order_is_read_as_people_here_write_it() -> None:
    order = seen(f"{ANA};Tênis;2;617,28")
    assert (order.number, order.total, order.placed_at) == ("1042", Decimal("1234.56"), NOON)
    assert (order.payment, order.fulfillment) == (Order.Payment.PAID, "unfulfilled")
    assert (order.name, order.email) == ("Ana Conceição", "ana@x.com")
    assert (order.document, order.phones) == ("52998224725", ("+5511987654321",))
    (item,) = order.items
    assert (item.name, item.quantity, item.price) == ("Tênis", Decimal(2), Decimal("617.28"))
    assert order.paid_at == NOON


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.500", "1500.00"),
        ("12.345.678", "12345678.00"),
        ("R$ 1.500", "1500.00"),
        ("R$\u00a01.234,5", "1234.50"),
        ("1,234.50", "1234.50"),
        ("0", "0.00"),
        ("'1234,56", "1234.56"),
    ],
)
def test_amounts(text: str, told: str) -> None:
    text = text if not text.startswith("'") else text[1:]
    assert str(seen(f'1;12/11/2026;Pago;"{text}"').total) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "falta o total (campo Total)"),
        ("-1,00", "o total (campo Total) está abaixo de zero"),
        ("'-1,00", "o total (campo Total) está abaixo de zero"),
        ("NaN", "o total (campo Total) não é um número"),
        ("1e9999", "o total (campo Total) não é um número"),
        ("99999999999", "o total (campo Total) é grande demais: passa de 10 dígitos"),
        ("9" * 70, "o total (campo Total) é grande demais"),
        ("US$ 5", "o total (campo Total) não é um número"),
    ],
)
def test_a_wrong_amount_is_refused_by_its_field_and_the_rest_goes_on(text: str, told: str) -> None:
    assert broken(f"1;12/11/2026;Pago;{text}", TWO) == [(2, told)]


@pytest.mark.parametrize(
    "text",
    [
        *("12/11/2026 14:30", "12/11/26 14:30", "12/11/2026, 14:30:00", "12/11/2026 às 14:30"),
        *("12/11/2026 - 14:30", "2026-11-12 14:30", "2026-11-12T17:30:00Z"),
    ],
)
def test_moments_are_of_the_stores_zone(text: str) -> None:
    assert seen(f"1;{text};Pago;1,00").placed_at == NOON


def test_a_day_without_its_noughts_is_a_day() -> None:
    told = seen("1;1/2/2026 9:05;Pago;1,00").placed_at
    assert told == datetime(2026, 2, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "falta a data do pedido (campo Data do pedido), ou não é uma data"),
        ("11/25/2026", "a data do pedido (campo Data do pedido) não é uma data como 31/12/2026"),
        ("45972", "a data do pedido (campo Data do pedido) não é uma data como 31/12/2026"),
        ("31/12/2026", "a data do pedido (campo Data do pedido) está no futuro"),
    ],
)
def test_a_wrong_day_is_refused(text: str, told: str) -> None:
    assert broken(f"1;{text};Pago;1,00") == [(2, told)]


def test_neighbours_with_one_number_are_one_order_with_its_items() -> None:
    order = seen(f"{ANA};Tênis;1;1.224,56", "1042;;;;;;;;Meia;2;5,00", "#1042;;;;;;;;Laço;;")
    assert [(one.name, int(one.quantity)) for one in order.items] == [
        ("Tênis", 1),
        ("Meia", 2),
        ("Laço", 1),
    ]
    assert order.name == "Ana Conceição"


def test_several_items_may_stand_in_one_cell() -> None:
    order = seen(f"{ANA};2x Caneca azul | Meia;;")
    assert [(one.name, int(one.quantity)) for one in order.items] == [
        ("Caneca azul", 2),
        ("Meia", 1),
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            (f"{ANA};Tênis;1;1,00", "1042;;;9,99;;;;;Meia;1;1,00"),
            (3, "o campo Total é diferente do da linha 2, do mesmo pedido"),
        ),
        (
            (f"{ANA};Tênis;1;1,00", "1042;;;;;;;;Meia;um;1,00"),
            (3, "a quantidade (campo Qtd) não é um número"),
        ),
        (
            (ANA, TWO, ANA),
            (4, "o número deste pedido já apareceu na linha 2: deixe juntas as linhas de um mesmo"),
        ),
        (
            (";12/11/2026;Pago;1,00",),
            (2, "falta o número do pedido (campo Número do pedido)"),
        ),
        (
            ("1,23E+15;12/11/2026;Pago;1,00",),
            (2, "o número do pedido (campo Número do pedido) foi abreviado pela planilha"),
        ),
        (
            (f"{ANA};Tênis;1;1,00;demais",),
            (
                2,
                "a linha tem 12 colunas, e o cabeçalho, 11: confira aspas e separadores",
            ),
        ),
    ],
)
def test_an_order_that_cannot_be_whole_is_refused_whole(
    lines: tuple[str, ...], told: tuple[int, str]
) -> None:
    ((line, reason),) = broken(*lines)
    assert line == told[0]
    assert reason.startswith(told[1])


def test_the_payments_own_column_goes_before_what_the_orders_implies() -> None:
    heading = "Pedido;Data;Total;Status;Status do pagamento"
    order = seen("1;12/11/2026;9;Enviado;Pendente", heading=heading)
    assert (order.payment, order.fulfillment) == ("pending", "shipped")
    assert (order.paid_at, order.shipped_at) == (None, datetime(2026, 11, 12, 3, tzinfo=UTC))
    cancelled = seen("1;12/11/2026;9;Cancelado;Pago", heading=heading)
    assert (cancelled.payment, cancelled.is_cancelled) == ("paid", True)


def test_what_is_left_out_of_an_order_is_said_without_being_repeated() -> None:
    (told,) = read(sheet("1;12/11/2026;No forno;9,00;Ana;torta;123;5,51E+12"))
    assert isinstance(told, Told)
    assert told.notes == (
        "o e-mail (campo E-mail) não foi entendido: o pedido fica sem ele",
        "o CPF ou CNPJ (campo CPF) não foi entendido: o pedido fica sem ele",
        "o telefone (campo Telefone) não foi entendido: o pedido fica sem ele",
        "“No forno” não é uma situação conhecida: ensine-a em Situações",
    )


def test_what_the_file_has_no_column_for_is_said_to_be_untold() -> None:
    assert seen(ANA).untold == {"shipments", "freight", "discount", "payment_method", "payment_url"}
    assert "items" in seen("1;12/11/2026;9", heading=SHORT).untold


def test_what_is_long_past_is_history() -> None:
    assert not seen("1;12/11/2026;Pago;9,00", heading=HEADING).is_history
    assert seen("1;12/01/2026;Pago;9,00", heading=HEADING).is_history
