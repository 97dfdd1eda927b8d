"""The doors the shops knock on, through their real addresses."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evendas.secrets import SecretAddresses
from pedidos import webhooks
from pedidos.models import Delivery, Source
from tests.conftest import Shop
from tests.pedidos.doors import Door, Rings, open_source, signed
from tests.pedidos.order_data import WOO_NEW as WOO
from tests.pedidos.order_data import body, row

SHOPIFY = "shopify-1-orders-create-pending.json"
MEGABYTE = 1024 * 1024

DOORS = {
    "woocommerce": (WOO, "X-WC-Webhook-Signature"),
    "shopify": (SHOPIFY, "X-Shopify-Hmac-Sha256"),
    "nuvemshop": ("nuvemshop-1-order-paid.webhook.json", "X-Linkedstore-HMAC-SHA256"),
}


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, shop: Shop) -> Door:
    return Door(open_source(shop, request.param))


def assert_untouched(rings: Rings) -> None:
    """Nothing was stored, and nobody rung."""
    assert Delivery.objects.count() == 0
    assert rings == []


def test_what_is_signed_is_kept_as_it_came_and_worked_off(door: Door, rings: Rings) -> None:
    name, _ = DOORS[door.source.platform]
    assert door.deliver(name).status_code == 200
    kept = Delivery.objects.get()
    assert bytes(kept.body) == body(name)
    assert (kept.store_id, kept.source_id) == (door.source.store_id, door.source.pk)
    assert (kept.status, kept.topic) == ("waiting", row(name)["topic"])
    assert rings == [("pedidos.process", (door.source.pk,))]


@pytest.mark.parametrize("wrong", ["", "YQ==", "é", "00" * 32, "x" * 5000])
def test_without_the_right_signature_nothing_is_stored(
    wrong: str, door: Door, rings: Rings
) -> None:
    name, header = DOORS[door.source.platform]
    headers = dict(row(name)["headers"]) | {header: wrong}
    assert door.post(body(name), headers).status_code == 401
    assert_untouched(rings)


def test_without_any_signature_nothing_is_stored(door: Door, rings: Rings) -> None:
    name, header = DOORS[door.source.platform]
    headers = dict(row(name)["headers"])
    del headers[header]
    assert door.post(body(name), headers).status_code == 401
    assert_untouched(rings)


def test_a_signature_of_other_bytes_opens_nothing(door: Door, rings: Rings) -> None:
    name, _ = DOORS[door.source.platform]
    assert door.post(body(name) + b" ", dict(row(name)["headers"])).status_code == 401
    assert_untouched(rings)


def test_a_shop_without_a_secret_is_shut(door: Door, rings: Rings) -> None:
    """An empty key signs as well as any other."""
    name, _ = DOORS[door.source.platform]
    door.source.secret = ""
    door.source.save()
    raw = body(name)
    assert door.deliver(name).status_code == 401
    assert door.post(raw, signed(door.source, raw)).status_code == 401
    assert_untouched(rings)


def test_the_secret_of_another_store_opens_nothing(
    door: Door, other_shop: Shop, rings: Rings
) -> None:
    other = open_source(other_shop, door.source.platform, secret="outro")
    assert door.post(b"{}", signed(other, b"{}")).status_code == 401
    assert_untouched(rings)


@pytest.mark.parametrize("key", ["nobody", "a\0b", "x" * 5000, "%ff"])
def test_an_unknown_address_is_404(key: str, door: Door, rings: Rings) -> None:
    name, _ = DOORS[door.source.platform]
    url = f"/webhooks/pedidos/{door.source.platform}/{key}/"
    headers = dict(row(name)["headers"])
    kind = headers.pop("Content-Type")
    answer = Client().post(url, body(name), content_type=kind, headers=headers)
    assert answer.status_code == 404
    assert_untouched(rings)


def test_a_key_opens_only_its_own_platform(woo: Door, rings: Rings) -> None:
    url = woo.url.replace("/woocommerce/", "/shopify/")
    answer = Client().post(url, b"{}", content_type="application/json")
    assert answer.status_code == 404
    assert_untouched(rings)


def test_a_removed_shop_has_no_address(door: Door, rings: Rings) -> None:
    name, _ = DOORS[door.source.platform]
    Source.objects.update(removed_at=timezone.now())
    assert door.deliver(name).status_code == 404
    assert_untouched(rings)


@pytest.mark.parametrize(("after", "status"), [(119, 200), (121, 401)])
def test_the_former_secret_signs_for_two_hours_more(
    after: int, status: int, shopify: Door, rings: Rings
) -> None:
    raw, headers = b"{}", signed(shopify.source, b"{}")
    until = timezone.now() + timedelta(hours=2) - timedelta(minutes=after)
    Source.objects.update(
        secret="novo", former_secret=shopify.source.secret, former_secret_until=until
    )
    assert shopify.post(raw, headers).status_code == status
    assert Delivery.objects.count() == (status == 200)


def test_the_knock_of_a_new_webhook_is_answered_and_kept_nowhere(woo: Door, rings: Rings) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert woo.post(b"webhook_id=12", form).status_code == 200
    assert_untouched(rings)


def test_such_a_knock_elsewhere_is_refused(shopify: Door, rings: Rings) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shopify.post(b"webhook_id=12", form).status_code == 401
    assert_untouched(rings)


def test_a_redelivery_is_kept_once_and_answered_200_again(woo: Door, rings: Rings) -> None:
    assert [woo.deliver(WOO).status_code for _ in range(3)] == [200] * 3
    assert Delivery.objects.count() == 1


def test_what_woocommerce_sends_in_one_second_has_one_name_and_is_kept_apart(
    woo: Door, rings: Rings
) -> None:
    for number in (10, 11, 10):
        told = {"id": number, "number": str(number)}
        assert woo.say(told, topic="order.updated", delivery="0a1b").status_code == 200
    assert Delivery.objects.count() == 2


def test_the_word_of_another_shop_of_the_same_app_is_refused(shopify: Door, rings: Rings) -> None:
    headers = dict(row(SHOPIFY)["headers"])
    Source.objects.update(shop_id="outra.myshopify.com")
    assert shopify.post(body(SHOPIFY), headers).status_code == 401
    assert_untouched(rings)
    Source.objects.update(shop_id=headers["X-Shopify-Shop-Domain"])
    assert shopify.post(body(SHOPIFY), headers).status_code == 200


def test_more_than_two_megabytes_are_413(woo: Door, rings: Rings) -> None:
    raw = b" " * (2 * MEGABYTE + 1)
    assert woo.post(raw, signed(woo.source, raw)).status_code == 413
    assert_untouched(rings)
    assert woo.post(raw[:-1], signed(woo.source, raw[:-1])).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_is_answered(method: str, door: Door, rings: Rings) -> None:
    assert getattr(Client(), method)(door.url).status_code == 405
    assert_untouched(rings)


def test_a_chunked_body_of_unknown_end_is_asked_for_again(woo: Door, rings: Rings) -> None:
    environ = RequestFactory().post(woo.url, b"{}", content_type="application/json").environ
    request = WSGIRequest(environ | {"HTTP_TRANSFER_ENCODING": "chunked"})
    answer = webhooks.receive_webhook(request, "woocommerce", woo.source.webhook_key)
    assert answer.status_code == 503
    assert_untouched(rings)


@pytest.fixture
def database_away(db: None) -> Iterator[None]:
    """Point this thread at a port where nobody listens."""
    known = connections["default"]
    away = connections.create_connection("default")
    away.settings_dict = {**known.settings_dict, "HOST": "127.0.0.1", "PORT": 1, "OPTIONS": {}}
    connections["default"] = away
    yield
    connections["default"] = known


def test_a_database_that_is_away_is_our_trouble(
    door: Door, evendas: Door, database_away: None, rings: Rings
) -> None:
    name, _ = DOORS[door.source.platform]
    assert door.deliver(name).status_code == 503
    assert evendas.deliver("evendas-generic-1.json").status_code == 503
    assert rings == []


def test_an_order_costs_two_questions(
    woo: Door, rings: Rings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        woo.deliver(WOO)


def test_the_log_never_names_a_key(caplog: pytest.LogCaptureFixture, woo: Door) -> None:
    caplog.handler.addFilter(SecretAddresses())
    assert woo.post(b"{}").status_code == 401
    assert "woocommerce/…" in caplog.text
    assert woo.source.webhook_key not in caplog.text
