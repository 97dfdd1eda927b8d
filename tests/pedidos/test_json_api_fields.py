"""What the JSON API takes as an order, and what it says of anything else. No rows are needed."""

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from pedidos.api.answers import FieldProblem
from pedidos.api.reading import order_seen
from pedidos.api.sentences import UNTOLD, problems
from pedidos.api.shapes import OrderIn
from tests.pedidos.api_calls import example, twisted


def refused(told: object) -> list[FieldProblem]:
    """What is said of a body; nothing where it is taken."""
    try:
        order_seen("1042", OrderIn.model_validate(told))
    except ValidationError as error:
        return problems({**one, "loc": ("body", "order", *one["loc"])} for one in error.errors())
    return []


WRONG: list[tuple[str, object, str, str]] = [
    ("total", "-1.00", "total", "negativo"),
    ("total", None, "total", "Falta"),
    ("total", "NaN", "total", "Não é um número"),
    ("total", "Infinity", "total", "Não é um número"),
    ("total", "1e5", "total", "Não é um número"),
    ("total", "9" * 5000, "total", "grande demais"),
    ("total", "1.999", "total", "2 casas"),
    ("total", 219.8, "total", "entre aspas"),
    ("refunded", "219.81", "corpo", "maior que o total"),
    ("freight", "١٢", "freight", "Não é um número"),
    ("currency", "R$", "currency", "três letras"),
    ("placed_at", "2026-11-20T10:15:00", "placed_at", "Falta o fuso"),
    ("placed_at", "20/11/2026", "placed_at", "Não é uma data"),
    ("paid_at", "0001-01-01T00:00:00+14:00", "paid_at", "O ano"),
    ("updated_at", None, "updated_at", "Falta"),
    ("updated_at", 1763900000, "updated_at", "Não é uma data"),
    ("payment_status", "pago", "payment_status", "Use um destes: pending,"),
    ("payment_url", "javascript:alert(1)", "payment_url", "https://"),
    ("number", "x" * 41, "number", "40 caracteres"),
    ("number", 1042, "number", "texto entre aspas"),
    ("number", "\ud800", "number", "sinal que não existe"),
    ("is_test", "sim", "is_test", "true ou false"),
    ("items", {}, "items", "lista"),
    ("items", ["x"], "items.0", "objeto JSON"),
    ("items", [{"name": "x"}], "items.0.price", "Falta"),
    ("items", [{"name": "", "price": "1"}], "items.0.name", "vazio"),
    ("items", [{"name": "x", "price": "1", "quantity": "-1"}], "items.0.quantity", "negativo"),
    ("items", [{"name": "x", "price": "1"}] * 1001, "items", "1000 itens"),
    ("customer", {"telefone": "1"}, "customer.telefone", "não existe"),
    ("totl", "1.00", "totl", "não existe"),
]


@pytest.mark.parametrize(("field", "value", "told_of", "why"), WRONG)
def test_what_is_wrong_is_said_of_its_field_in_portuguese(
    field: str, value: object, told_of: str, why: str
) -> None:
    (told,) = refused(example(**{field: value}))
    assert (told.field, why in told.message) == (told_of, True), told


def test_the_order_of_the_documents_is_taken() -> None:
    assert refused(example()) == []


@settings(max_examples=60, deadline=None)
@given(twisted(example()))
def test_whatever_is_sent_is_taken_or_told_of_in_a_sentence_that_says_why(told: object) -> None:
    for problem in refused(told):
        assert problem.message != UNTOLD
        assert problem.field
