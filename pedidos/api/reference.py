"""/api/docs: the description of the API as a page, drawn from the same schema that machines read.

Drawn here, and not by Swagger UI: that brings 1.5 MB of script, speaks English, and neither fits a
phone nor knows a dark theme.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from http.client import responses
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pedidos.api.door import CALLS, MAX_BYTES
from pedidos.api.examples import ORDER
from pedidos.api.site import PREFIX, api

_Schema = Mapping[str, Any]
_VERBS = {"get": "blue", "put": "green", "delete": "red"}
_STATES = {
    200: "Feito.",
    201: "Feito: o pedido é novo.",
    400: "O conteúdo não é JSON.",
    401: "Token desconhecido ou revogado.",
    403: "O token não tem a permissão.",
    404: "O pedido não existe nesta integração.",
    413: "Conteúdo grande demais.",
    422: "Algum campo não pôde ser aceito: a resposta diz qual e por quê.",
    429: "Chamadas demais: espere o que diz o cabeçalho Retry-After.",
    503: "Falha nossa: envie de novo em alguns segundos.",
}


@dataclass(frozen=True, slots=True)
class FieldTold:
    """A field or a parameter; `name` is its path, "items[].price"."""

    name: str
    kind: str
    is_required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class OperationTold:
    """An operation as the page shows it."""

    anchor: str
    verb: str
    colour: str
    path: str
    title: str
    text: list[str]
    parameters: list[FieldTold]
    body: list[FieldTold]
    answers: list[tuple[int, str]]


@require_GET
def openapi(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(_schema(), json_dumps_params={"ensure_ascii": False})


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    schema = _schema()
    context = {
        "info": schema["info"],
        "operations": list(_operations(schema)),
        "order": _order_told(schema),
        "example": json.dumps(ORDER, ensure_ascii=False, indent=2),
        "site": settings.PUBLIC_URL,
        "calls": CALLS.most,
        "megabytes": MAX_BYTES // (1024 * 1024),
    }
    return render(request, "pedidos/api_docs.html", context)


@cache
def _schema() -> dict[str, Any]:
    """The whole schema, as plain JSON is read."""
    told = api.get_openapi_schema(path_prefix=PREFIX)
    told["servers"] = [{"url": settings.PUBLIC_URL}]
    shapes = told["components"]["schemas"]
    # Flattened into parameters; and a docstring of ours.
    del shapes["OrdersAsked"], shapes["Label"]["description"]
    for path in told["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                answer["description"] = _STATES.get(status, responses[status])
    whole: dict[str, Any] = json.loads(json.dumps(told), object_hook=_untitled)
    return whole


def _untitled(told: dict[str, Any]) -> dict[str, Any]:
    """Without the titles pydantic makes of names: they say nothing, and in English."""
    return {name: one for name, one in told.items() if name != "title" or "version" in told}


def _operations(schema: _Schema) -> Iterator[OperationTold]:
    for path, verbs in schema["paths"].items():
        for verb, told in verbs.items():
            yield OperationTold(
                anchor=told["operationId"],
                verb=verb.upper(),
                colour=_VERBS[verb],
                path=path,
                title=told["summary"],
                text=_paragraphs(told["description"]),
                parameters=[_parameter(schema, one) for one in told["parameters"]],
                body=_body(schema, told),
                answers=sorted(
                    (int(code), one["description"]) for code, one in told["responses"].items()
                ),
            )


def _paragraphs(text: str) -> list[str]:
    return [" ".join(one.split()) for one in text.split("\n\n")]


def _parameter(schema: _Schema, told: _Schema) -> FieldTold:
    kind, meaning = _kind(schema, told["schema"]), told.get("description", "")
    return FieldTold(told["name"], kind, told["required"], meaning)


def _body(schema: _Schema, told: _Schema) -> list[FieldTold]:
    if "requestBody" not in told:
        return []
    return _fields_of(schema, told["requestBody"]["content"]["application/json"]["schema"])


def _order_told(schema: _Schema) -> list[FieldTold]:
    """The fields of an answer; those that were put as they are mean what they meant then."""
    shapes = schema["components"]["schemas"]
    put = {field.name: field.meaning for field in _fields_of(schema, shapes["OrderIn"])}
    told = _fields_of(schema, shapes["OrderOut"])
    return [replace(one, meaning=one.meaning or put.get(one.name, "")) for one in told]


def _fields_of(schema: _Schema, shape: _Schema, before: str = "") -> list[FieldTold]:
    """Every field of a shape, and after each those inside it."""
    whole, told = _resolved(schema, shape), []
    for name, one in whole["properties"].items():
        is_required, inner = name in whole.get("required", []), _resolved(schema, one)
        meaning = one.get("description") or inner.get("description", "")
        told.append(FieldTold(before + name, _kind(schema, one), is_required, meaning))
        within = _resolved(schema, inner["items"]) if "items" in inner else inner
        if "properties" in within:
            path = f"{before}{name}{'[]' if 'items' in inner else ''}."
            told += _fields_of(schema, within, path)
    return told


def _resolved(schema: _Schema, shape: _Schema) -> _Schema:
    """A shape itself, where only its name is given, and without what says it may be null."""
    for way in ("anyOf", "allOf"):
        if way in shape:
            return _resolved(schema, next(one for one in shape[way] if one != {"type": "null"}))
    if "$ref" in shape:
        found: _Schema = schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
        return found
    return shape


def _kind(schema: _Schema, shape: _Schema) -> str:
    whole = _resolved(schema, shape)
    names = {
        "string": "texto",
        "integer": "número inteiro",
        "boolean": "true ou false",
        "array": "lista",
        "object": "objeto",
    }
    kind = "data com fuso" if whole.get("format") == "date-time" else names[whole["type"]]
    is_amount = whole["type"] == "string" and "[0-9]" in whole.get("pattern", "")
    limit = whole.get("maxLength")
    kind = "número em texto" if is_amount else kind
    return f"{kind}, até {limit}" if limit else kind
