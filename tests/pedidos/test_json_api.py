"""The JSON API of orders: putting, reading, removing, and who is let in."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from pytest_django import DjangoAssertNumQueries

from evendas.accounts.limits import Limit
from evendas.accounts.models import Store
from pedidos.api import door
from pedidos.models import ApiToken, Delivery, Order, Source
from tests.conftest import Actor, Shop
from tests.pedidos.api_calls import ORDERS, Program, example, open_api, twisted
from tests.pedidos.doors import Rings
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(shop: Shop, dono: Actor) -> Program:
    return open_api(shop, dono)


# --- Putting --------------------------------------------------------------------------------------


def test_an_order_is_put_and_read_back(program: Program, rings: Rings) -> None:
    status, told = program.put()
    assert (status, told["result"]) == (201, "created")
    order = Order.objects.get()
    assert (order.source, order.platform, order.label_text) == (program.source, "api", "Enviado")
    assert order.buyer_document == "52998224725"
    assert told["order"]["customer"]["phones"] == ["+5511987654321"]
    assert told["order"]["placed_at"] == "2026-11-20T13:15:00Z"
    assert (told["order"]["total"], told["order"]["items"][0]["quantity"]) == ("219.80", "1")
    assert program.call("GET", "/1042") == (200, told["order"])
    assert program.call("GET")[1] == {"orders": [told["order"]], "next": None}
    kinds = set(order.milestones.values_list("kind", flat=True))
    assert kinds == {"placed", "paid", "shipped"}
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_again_changes_nothing_and_tells_nobody(program: Program, rings: Rings) -> None:
    program.put()
    order = Order.objects.get()
    assert rings == [("sac.order_changed", (order.pk,))]
    before = list(Order.objects.values()), list(order.milestones.values())
    for _ in range(2):
        status, told = program.put()
        assert (status, told["result"]) == (200, "unchanged")
    assert (list(Order.objects.values()), list(order.milestones.values())) == before
    assert len(rings) == 1
    assert program.put(fulfillment_status="delivered")[1]["result"] == "updated"
    assert len(rings) == 2


@pytest.mark.django_db(transaction=True)
def test_one_order_put_by_two_at_once_is_made_once(program: Program, rings: Rings) -> None:
    told = together(program.put, program.put)
    assert sorted((status, body["result"]) for status, body in told) == [
        (200, "unchanged"),
        (201, "created"),
    ]
    assert rings == [("sac.order_changed", (Order.objects.get().pk,))]


def test_an_older_order_goes_over_no_newer_one(program: Program, rings: Rings) -> None:
    program.put(updated_at="2026-11-21T16:40:00-03:00")
    older = {"updated_at": "2026-11-21T16:39:59-03:00", "fulfillment_status": "separating"}
    status, told = program.put(**older)
    assert (status, told["result"]) == (200, "older")
    assert told["order"]["fulfillment_status"] == "shipped"
    # The same moment, written in another zone.
    told = program.put(updated_at="2026-11-21T19:40:00Z", fulfillment_status="delivered")[1]
    assert (told["result"], told["order"]["label_text"]) == ("updated", "Entregue")


def test_a_removed_order_stays_cancelled_until_a_newer_word(program: Program, rings: Rings) -> None:
    assert program.call("DELETE", "/1042")[0] == 404
    program.put()
    for result in ("updated", "unchanged"):
        status, told = program.call("DELETE", "/1042")
        assert (status, told["result"], told["order"]["label"]) == (200, result, "cancelled")
    assert program.put()[1]["order"]["label"] == "cancelled"
    newer = (timezone.now() + timedelta(minutes=1)).isoformat()
    assert program.put(updated_at=newer)[1]["order"]["label"] == "shipped"


def test_what_a_customer_mistyped_is_left_out_and_the_order_taken(
    program: Program, rings: Rings
) -> None:
    customer = {"name": "A\x00na", "email": "ana@", "document": "111", "phones": ["x", "190"]}
    status, told = program.put(customer=customer)
    assert status == 201
    kept = {"name": "A na", "email": "", "document": "", "phones": []}
    assert told["order"]["customer"] == kept


def test_money_in_another_currency_is_kept_as_such(program: Program, rings: Rings) -> None:
    program.put(currency="USD")
    assert Order.objects.get().currency == "USD"


def test_an_order_that_was_refunded_was_so_in_full_unless_told(
    program: Program, rings: Rings
) -> None:
    assert program.put(payment_status="refunded")[1]["order"]["refunded"] == "219.80"
    told = program.put("2", payment_status="partially_refunded", refunded="9.80")[1]
    assert told["order"]["refunded"] == "9.80"


def test_what_is_wrong_is_said_of_its_fields_and_nothing_is_kept(program: Program) -> None:
    status, told = program.put(total="-1.00", items=[{"name": "x"}])
    assert (status, Order.objects.count()) == (422, 0)
    assert told["message"] == "Confira o campo total: Não pode ser negativo."
    assert told["errors"] == [
        {"field": "total", "message": "Não pode ser negativo."},
        {"field": "items.0.price", "message": "Falta este campo."},
    ]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(twisted(example()))
def test_whatever_is_put_is_never_trouble_of_ours(program: Program, told: object) -> None:
    assert program.call("PUT", "/1", told)[0] in {200, 201, 422}


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_what_is_not_json_is_said_to_be_none(raw: bytes, program: Program) -> None:
    assert program.call("PUT", "/1", raw) == (400, {"message": "O conteúdo não é JSON."})


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'"x"', b"NaN"])
def test_json_that_is_no_order_is_said_to_be_none(raw: bytes, program: Program) -> None:
    status, told = program.call("PUT", "/1", raw)
    assert (status, told["errors"][0]["field"]) == (422, "corpo")


def test_a_body_above_the_limit_is_413(program: Program) -> None:
    status, told = program.call("PUT", "/1", b" " * (door.MAX_BYTES + 1))
    assert (status, told["message"]) == (413, "O conteúdo passa de 1 MB.")


@pytest.mark.parametrize("name", ["x" * 81, "%00", "%20a", "a%0Ab"])
def test_an_identification_nobody_could_read_is_refused(name: str, program: Program) -> None:
    for method in ("GET", "PUT", "DELETE"):
        status, told = program.call(method, f"/{name}", example())
        assert (status, told["errors"][0]["field"]) == (422, "external_id")


def test_any_sign_people_can_read_may_identify_an_order(program: Program, rings: Rings) -> None:
    assert program.put("N%C2%BA%201042%23%3F")[1]["order"]["external_id"] == "Nº 1042#?"


def test_trouble_of_our_own_is_503_and_nothing_is_kept(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("pedidos.api.orders.record_order", fail)
    status, told = program.put()
    assert (status, told["message"][:12]) == (503, "Falha nossa.")
    assert "could not do" in caplog.text


# --- Reading --------------------------------------------------------------------------------------


def test_pages_go_through_everything_once_in_the_order_of_change(
    program: Program, rings: Rings
) -> None:
    for minute in (3, 1, 2, 1, 0):
        number = f"{minute}-{Order.objects.count()}"
        program.put(number, updated_at=f"2026-11-21T10:0{minute}:00Z")
    pages: list[list[str]] = []
    cursor: str | None = ""
    for _ in range(3):
        told = program.call("GET", limit="2", cursor=cursor or "")[1]
        pages.append([one["external_id"] for one in told["orders"]])
        cursor = told["next"]
    assert (pages, cursor) == ([["0-4", "1-1"], ["1-3", "2-2"], ["3-0"]], None)


def test_what_changed_since_and_in_which_state_is_asked_for(program: Program, rings: Rings) -> None:
    program.put("1", updated_at="2026-11-21T10:00:00Z")
    program.put("2", updated_at="2026-11-21T11:00:00Z", fulfillment_status="delivered")
    program.put("3", updated_at="2026-11-21T12:00:00Z")

    def told(**asked: str) -> list[str]:
        return [one["external_id"] for one in program.call("GET", **asked)[1]["orders"]]

    assert told(updated_since="2026-11-21T11:00:00Z") == ["2", "3"]
    # A plus that was not escaped comes as a space.
    assert told(updated_since="2026-11-21T11:30:00 00:00") == ["3"]
    assert told(label="delivered") == ["2"]
    assert told(label="shipped", updated_since="2026-11-21T11:00:00Z") == ["3"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("limit", "9" * 5000),
        ("label", "Pago"),
        ("updated_since", "ontem"),
        ("cursor", "x"),
        ("cursor", "1-" + "9" * 70),
    ],
)
def test_what_cannot_be_asked_for_is_said_of_its_parameter(
    field: str, value: str, program: Program
) -> None:
    status, told = program.call("GET", **{field: value})
    assert (status, [one["field"] for one in told["errors"]]) == (422, [field])


def test_what_it_costs_does_not_grow_with_the_orders(
    program: Program, rings: Rings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    program.put("0")
    for many in (1, 6):
        for number in range(many):
            program.put(str(number), items=example()["items"] * many)
        with django_assert_num_queries(6):
            assert len(program.call("GET")[1]["orders"]) == many
        with django_assert_num_queries(6):
            program.call("GET", "/0")
        with django_assert_num_queries(13):
            assert program.put("0", items=example()["items"] * many)[1]["result"] == "unchanged"


@pytest.mark.parametrize(
    ("asked", "index"),
    [({}, "pedidos_order_changed"), ({"label": "shipped"}, "pedidos_order_label_changed")],
)
def test_a_page_is_read_along_an_index_in_its_order(
    asked: dict[str, str], index: str, program: Program, rings: Rings
) -> None:
    for number in range(2):
        program.put(str(number))
    cursor = program.call("GET", limit="1")[1]["next"]
    with CaptureQueriesContext(connection) as told:
        program.call("GET", cursor=cursor, **asked)
    (page,) = [one["sql"] for one in told if 'ORDER BY "pedidos_order"' in one["sql"]]
    with connection.cursor() as rows:
        # Of so few orders it would rather sort all.
        rows.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        rows.execute(f"EXPLAIN {page}")
        assert f"Index Scan using {index} " in str(rows.fetchall())


# --- Who is let in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer evs_x", "{}", "Bearer é"]
)
def test_without_a_token_of_ours_nothing_opens(header: str | None, program: Program) -> None:
    shown = {} if header is None else {"Authorization": header.format(program.token)}
    answer = Client().get(ORDERS, headers=shown)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Token desconhecido" in answer.json()["message"]


def test_a_token_opens_nothing_once_it_its_integration_or_its_store_is_gone(
    program: Program, shop: Shop
) -> None:
    now = timezone.now()
    assert program.call("GET")[0] == 200
    for rows, gone, back in (
        (ApiToken.objects.all(), {"revoked_at": now}, {"revoked_at": None}),
        (Source.objects.all(), {"removed_at": now}, {"removed_at": None}),
        (Store.objects.filter(pk=shop.store.pk), {"is_active": False}, {"is_active": True}),
    ):
        rows.update(**gone)
        assert program.call("GET")[0] == 401
        assert program.put()[0] == 401
        rows.update(**back)
    assert Order.objects.count() == 0


def test_a_token_does_what_it_may_and_no_more(shop: Shop, dono: Actor, rings: Rings) -> None:
    reader = open_api(shop, dono, "orders:read")
    writer = open_api(shop, dono, "orders:write", source=reader.source)
    assert writer.put()[0] == 201
    assert (reader.call("GET")[0], reader.call("GET", "/1042")[0]) == (200, 200)
    for status, told in (reader.put(), reader.call("DELETE", "/1042")):
        assert (status, "orders:write" in told["message"]) == (403, True)
    for status, told in (writer.call("GET"), writer.call("GET", "/1042")):
        assert (status, "orders:read" in told["message"]) == (403, True)


def test_a_token_reaches_the_orders_of_its_own_integration_alone(
    shop: Shop, dono: Actor, other_shop: Shop, rings: Rings
) -> None:
    ours, second = open_api(shop, dono), open_api(shop, dono)
    stranger = other_shop.hire("Eva", is_admin=True)
    theirs = open_api(other_shop, stranger)
    ours.put("1042", number="nosso")
    for other in (second, theirs):
        assert other.call("GET", "/1042")[0] == 404
        assert other.call("DELETE", "/1042")[0] == 404
        assert other.call("GET")[1]["orders"] == []
        assert other.put("1042", number="deles")[0] == 201
    assert ours.call("GET", "/1042")[1]["number"] == "nosso"
    assert Order.objects.filter(store=shop.store).count() == 2


def test_so_many_calls_a_minute_and_no_more(
    program: Program, shop: Shop, dono: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "CALLS", Limit("api_calls", 2, per=timedelta(minutes=1)))
    assert [program.call("GET")[0] for _ in range(3)] == [200, 200, 429]
    assert program.send("GET").headers["Retry-After"] == "60"
    assert open_api(shop, dono, source=program.source).call("GET")[0] == 200


def test_a_token_is_kept_as_its_digest_and_its_use_to_the_minute(
    program: Program, rings: Rings
) -> None:
    kept = ApiToken.objects.get()
    assert program.token not in str(ApiToken.objects.values().get())
    assert program.token.startswith(kept.beginning)
    assert (len(program.token), len(kept.beginning)) == (44, 12)
    program.put()
    used = ApiToken.objects.get().last_used_at
    assert used
    program.put()
    assert ApiToken.objects.get().last_used_at == used
    assert Source.objects.get().last_event_at
    ApiToken.objects.update(last_used_at=used - timedelta(minutes=2))
    program.call("GET")
    assert ApiToken.objects.get().last_used_at != used - timedelta(minutes=2)


def test_a_wrong_address_or_method_is_told_in_json_too(program: Program) -> None:
    assert program.call("POST")[0] == 405
    assert program.send("PATCH", "/1").headers["Allow"]
    assert program.send("GET", "/1/2").status_code == 404
    assert "Este endereço" in program.send("GET", "/").content.decode()


def test_the_webhook_address_of_the_api_is_shut(program: Program) -> None:
    url = reverse("order_webhook", args=["api", program.source.webhook_key])
    assert Client().post(url, b"{}", content_type="application/json").status_code == 404
