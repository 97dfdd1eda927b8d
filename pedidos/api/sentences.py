"""What is wrong with a request, field by field, in Portuguese sentences."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pedidos.api.answers import FieldProblem

# Of what nobody thought of.
UNTOLD = "Este valor não pode ser usado."
_Told = Mapping[str, Any]

_SENTENCES: dict[str, Callable[[_Told], str]] = {
    "sentence": lambda told: str(told["sentence"]),
    "missing": lambda _: "Falta este campo.",
    "extra_forbidden": lambda _: "Este campo não existe.",
    "string_type": lambda _: "Escreva um texto entre aspas.",
    "string_unicode": lambda _: "O texto tem um sinal que não existe.",
    "string_too_long": lambda told: f"Passa de {told['max_length']} caracteres.",
    "string_too_short": lambda _: "Não pode ficar vazio.",
    "enum": lambda told: f"Use um destes: {_choices(told)}.",
    "list_type": lambda _: "Escreva uma lista.",
    "too_long": lambda told: f"Passa de {told['max_length']} itens.",
    "bool_type": lambda _: "Use true ou false, sem aspas.",
    "int_type": lambda _: "Escreva um número inteiro.",
    "int_parsing": lambda _: "Escreva um número inteiro.",
    "int_parsing_size": lambda _: "O número é grande demais.",
    "greater_than_equal": lambda told: f"Use pelo menos {told['ge']}.",
    "less_than_equal": lambda told: f"Use no máximo {told['le']}.",
} | dict.fromkeys(
    ("model_type", "model_attributes_type", "dict_type"), lambda _: "Escreva um objeto JSON."
)


def problems(errors: Iterable[_Told]) -> list[FieldProblem]:
    """Tell errors of pydantic's, each by its field: "items.0.price"."""
    return [FieldProblem(field=_field(one["loc"]), message=_sentence(one)) for one in errors]


def _sentence(error: _Told) -> str:
    tell = _SENTENCES.get(error["type"])
    return tell(error.get("ctx", {})) if tell else UNTOLD


def _field(place: Iterable[object]) -> str:
    """Where it is in what was sent: without its part of the request and our own name for it."""
    source, *names = map(str, place)
    inside = names[1:] if source == "body" else names
    return ".".join(inside) or "corpo"


def _choices(told: _Told) -> str:
    return str(told["expected"]).replace("'", "").replace(" or ", " ou ")
