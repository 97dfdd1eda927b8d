"""Nothing that can be posted makes a platform's module raise, or say what cannot be stored."""

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pedidos.models import Order, OrderItem, Shipment
from pedidos.platforms import registry
from pedidos.platforms.port import (
    Event,
    ItemSeen,
    Malformed,
    OrderRemoved,
    OrderSeen,
    OrderToFetch,
    PeopleToForget,
    ShipmentSeen,
)
from tests.pedidos.order_data import ROWS, body, platform_of, reading

FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FILES = [one["file"] for one in ROWS]
TOPICS = [
    "",
    "order.created",
    "order.deleted",
    "orders/updated",
    "orders/delete",
    "order/paid",
    "customers/redact",
    "store/redact",
    "shop/redact",
    "customers/data_request",
    "other",
]
HEADERS = [
    "X-WC-Webhook-Signature",
    "X-WC-Webhook-Topic",
    "X-Shopify-Hmac-Sha256",
    "X-Shopify-Topic",
    "X-Linkedstore-HMAC-SHA256",
    "token",
]
# Column of what is kept of an order, by the name it is seen under where that is another one.
COLUMNS = {"name": "buyer_name", "email": "buyer_email", "document": "buyer_document"}
KINDS = get_args(Event)
EARLIEST, LATEST = datetime(1994, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(
        [
            "-1.00",
            "1,5",
            "1e99",
            "1e-99",
            "99999999999",
            "2026-03-09T14:05:11",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "(11) 98765-4321",
            "&#0;&#xD800;&amp;",
            "a\ud800\0b",
            "https://[a",
            "AA123456785BR",
            "BRL",
        ]
    )
)
NAMES = st.sampled_from(sorted({name for file in FILES for name in json.loads(body(file))}))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


def _survives(name: str, topic: str, raw: bytes) -> None:
    platform = registry.platform(name)
    assert len(platform.topic({}, raw)) <= 80
    assert platform.is_ping({}, raw) in {True, False}
    assert platform.authenticate({}, raw, ["segredo"]) is False
    event = platform.parse(topic, raw, reading())
    assert isinstance(event, KINDS)
    for text in _texts(event):
        text.encode()
        assert "\0" not in text
    if isinstance(event, Malformed):
        assert 0 < len(event.reason) < 300
    if isinstance(event, OrderRemoved | OrderToFetch):
        assert 0 < len(event.external_id) <= 80
    if isinstance(event, PeopleToForget):
        assert event.is_everyone or topic == "customers/redact" or b"orders_to_redact" in raw
    if isinstance(event, OrderSeen):
        _assert_keepable(event)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _assert_keepable(seen: OrderSeen) -> None:
    """Every column takes what it is given."""
    _assert_fits(seen, Order)
    for item in seen.items:
        _assert_fits(item, OrderItem)
    for parcel in seen.shipments:
        _assert_fits(parcel, Shipment)
        assert parcel.code
    assert len({parcel.code for parcel in seen.shipments}) == len(seen.shipments)
    assert len(set(seen.phones)) == len(seen.phones)
    assert all(phone.startswith("+") and len(phone) <= 20 for phone in seen.phones)
    assert 0 <= seen.refunded <= seen.total
    assert seen.external_id
    assert seen.number


def _assert_fits(seen: OrderSeen | ItemSeen | ShipmentSeen, model: Any) -> None:  # noqa: ANN401
    columns = {column.name: column for column in model._meta.fields}
    for field in fields(seen):
        value, column = getattr(seen, field.name), columns.get(COLUMNS.get(field.name, field.name))
        if isinstance(value, datetime):
            assert value.tzinfo is not None
            assert EARLIEST < value < LATEST
        elif column is not None and isinstance(value, str) and column.max_length:
            assert len(value) <= column.max_length, field.name
        elif column is not None and isinstance(value, Decimal):
            whole = column.max_digits - column.decimal_places
            assert 0 <= value < 10**whole
            assert value == round(value, column.decimal_places)


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield (*path, name)
            yield from _places(value[name], (*path, name))


TOLD = {file: json.loads(body(file)) for file in FILES}
PLACES = {file: list(_places(told)) for file, told in TOLD.items()}


@FUZZ
@given(st.sampled_from(registry.names()), st.sampled_from(TOPICS), JSON)
def test_any_json_under_any_topic_is_survived(name: str, topic: str, told: object) -> None:
    _survives(name, topic, json.dumps(told).encode())


@FUZZ
@given(st.sampled_from(FILES), st.sampled_from(TOPICS), st.data(), JSON, JSON)
def test_any_two_places_of_a_true_body_may_hold_anything(
    file: str, topic: str, data: st.DataObject, one: object, other: object
) -> None:
    told = copy.deepcopy(TOLD[file])
    for value in (one, other):
        *way, last = data.draw(st.sampled_from(PLACES[file]))
        inner: Any = told
        for name in way:
            inner = inner[name] if _has(inner, name) else {}
        if _has(inner, last):
            inner[last] = value
    _survives(platform_of(file), topic, json.dumps(told).encode())


def _has(inner: object, name: str | int) -> bool:
    if isinstance(name, str):
        return isinstance(inner, dict) and name in inner
    return isinstance(inner, list) and name < len(inner)


@FUZZ
@given(st.sampled_from(FILES), st.dictionaries(NAMES, JSON, max_size=8))
def test_any_fields_of_a_true_body_may_be_others(file: str, changes: dict[str, Any]) -> None:
    _survives(platform_of(file), "", json.dumps(TOLD[file] | changes).encode())


@FUZZ
@given(st.sampled_from(FILES), st.sampled_from(registry.names()), st.floats(0, 1))
def test_any_truncation_is_survived_by_every_platform(file: str, name: str, share: float) -> None:
    raw = body(file)
    _survives(name, "", raw[: int(len(raw) * share)])


@FUZZ
@given(st.sampled_from(registry.names()), st.binary(max_size=200))
def test_any_bytes_are_survived(name: str, raw: bytes) -> None:
    _survives(name, "", raw)


@FUZZ
@given(
    st.sampled_from(registry.names()),
    st.dictionaries(st.sampled_from(HEADERS), st.text(st.characters(), max_size=90)),
    st.binary(max_size=20),
)
def test_any_headers_are_survived(name: str, headers: dict[str, str], raw: bytes) -> None:
    platform = registry.platform(name)
    assert platform.authenticate(headers, raw, ["segredo", "outro"]) is False
    assert len(platform.topic(headers, raw)) <= 80
    assert platform.delivery_id(headers) != ""
