"""A store's program at the JSON API: its token, what it sends, and what it is told."""

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from hypothesis import strategies as st

from pedidos.actions.tokens import create_token
from pedidos.api.examples import ORDER
from pedidos.models import Source
from tests.conftest import Actor, Shop

ORDERS = "/api/v1/pedidos"
BOTH = ("orders:read", "orders:write")
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["-1", "NaN", "1e999", "0" * 50, "\x00", "2026-02-30T00:00:00Z", "9" * 400])
    | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@dataclass
class Program:
    """A program with a token of one integration."""

    source: Source
    token: str

    def call(
        self, method: str, path: str = "", body: object = None, **asked: str
    ) -> tuple[int, Any]:
        """Call and return the status and the JSON that is always answered."""
        answer = self.send(method, path, body, **asked)
        assert answer.headers["Content-Type"].startswith("application/json")
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.status_code, json.loads(answer.content)

    def send(self, method: str, path: str = "", body: object = None, **asked: str) -> HttpResponse:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        answer = Client(raise_request_exception=False).generic(
            method,
            ORDERS + path,
            raw,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
            query_params=asked or None,
        )
        assert isinstance(answer, HttpResponse)
        return answer

    def put(self, name: str = "1042", **changes: object) -> tuple[int, Any]:
        return self.call("PUT", f"/{name}", example(**changes))


def example(**changes: object) -> dict[str, Any]:
    """The order of the documents, with these fields changed; those that are None are left out."""
    told = deepcopy(ORDER) | changes
    return {name: one for name, one in told.items() if one is not None}


def open_api(shop: Shop, admin: Actor, *scopes: str, source: Source | None = None) -> Program:
    """Give a program a token; of both scopes when none is named."""
    at = source or Source.objects.create(store=shop.store, platform="api", name="ERP")
    token = create_token(at, name="Programa", scopes=scopes or BOTH, by=admin.user, ip=None)
    return Program(at, token)


def twisted(value: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - whatever JSON holds
    """The same JSON with anything anywhere."""
    inside: st.SearchStrategy[Any]
    if isinstance(value, dict):
        inside = st.fixed_dictionaries({name: twisted(one) for name, one in value.items()})
    elif isinstance(value, list):
        inside = st.tuples(*map(twisted, value)).map(list)
    else:
        inside = st.just(value)
    return st.one_of(inside, inside, inside, ANYTHING)
