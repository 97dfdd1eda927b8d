"""The door the gateway knocks on, through its real address."""

import json
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections
from django.test import Client, RequestFactory

from automacao import webhooks
from automacao.gateways import evolution
from automacao.models import InboundEvent
from evendas import bell
from sac.drain import drain_instance
from tests.conftest import Shop
from tests.databases import another_connection
from tests.postbox import Postbox
from tests.together import together

PHONE = "+5511987654321"
MEGABYTE = 1024 * 1024

Rings = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


def test_an_event_is_kept_as_it_came_and_the_drain_is_rung(box: Postbox, rings: Rings) -> None:
    raw = box.said("Oi! 😊", phone=PHONE)
    assert box.post(raw).status_code == 200
    event = InboundEvent.objects.get()
    assert json.loads(bytes(event.body))["data"] == json.loads(raw)["data"]
    assert (event.store_id, event.instance_id) == (box.instance.store_id, box.instance.pk)
    assert (event.status, event.lane) == ("waiting", InboundEvent.Lane.FRESH)
    assert rings == [("sac.drain", (box.instance.pk,))]


def test_what_nobody_looks_at_waits_in_the_other_lane(box: Postbox, rings: Rings) -> None:
    assert box.post(box.body("contacts.update", [])).status_code == 200
    assert InboundEvent.objects.get().lane == InboundEvent.Lane.BULK
    assert rings


@pytest.mark.parametrize("key", ["nobody", "a\0b", "x" * 5000, "%ff"])
def test_an_unknown_address_is_404(key: str, shop: Shop, rings: Rings) -> None:
    response = Client().post(f"/webhooks/evolution/{key}/", b"{}", content_type="application/json")
    assert response.status_code == 404
    assert_untouched(rings)


def test_a_known_key_under_another_gateway_is_404(box: Postbox, rings: Rings) -> None:
    url = box.url.replace("/evolution/", "/waha/")
    headers = {"X-Evendas-Secret": box.instance.webhook_secret}
    response = Client().post(url, b"{}", content_type="application/json", headers=headers)
    assert response.status_code == 404
    assert_untouched(rings)


def test_a_removed_number_has_no_address(box: Postbox, rings: Rings) -> None:
    box.instance.removed_at = box.instance.created_at
    box.instance.save()
    assert box.post(box.said(phone=PHONE)).status_code == 404
    assert_untouched(rings)


@pytest.mark.parametrize("secret", ["", "wrong", "é", "x" * 10_000, " ", "segredo\x85"])
def test_without_the_right_secret_nothing_is_stored(
    secret: str, box: Postbox, rings: Rings
) -> None:
    assert box.post(box.said(phone=PHONE), secret=secret).status_code == 401
    assert_untouched(rings)


def test_the_secret_of_another_store_opens_nothing(
    box: Postbox, other_shop: Shop, rings: Rings
) -> None:
    raw = box.said(phone=PHONE)
    assert box.post(raw, secret=other_shop.instance.webhook_secret).status_code == 401
    assert_untouched(rings)


def test_a_secret_sent_twice_is_refused(box: Postbox, rings: Rings) -> None:
    # A server joins headers of one name with a comma.
    secret = box.instance.webhook_secret
    assert box.post(box.said(phone=PHONE), secret=f"{secret},{secret}").status_code == 401
    assert_untouched(rings)


@pytest.mark.parametrize("headers", [{}, {"X-Evendas-Secret": ""}, {"X-Evendas-Secret": "x"}])
def test_a_number_without_a_secret_is_shut(
    headers: dict[str, str], box: Postbox, rings: Rings
) -> None:
    box.instance.webhook_secret = ""
    box.instance.save()
    raw = box.said(phone=PHONE)
    answer = Client().post(box.url, raw, content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert_untouched(rings)


def test_an_event_of_another_number_is_refused(
    box: Postbox, other_shop: Shop, rings: Rings
) -> None:
    stranger = Postbox(other_shop.instance)
    assert box.post(stranger.said(phone=PHONE)).status_code == 403
    assert_untouched(rings)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_is_answered(method: str, box: Postbox, rings: Rings) -> None:
    response = getattr(Client(), method)(box.url)
    assert response.status_code == 405
    assert_untouched(rings)


@pytest.mark.parametrize("raw", [b"", b"not json", b'{"event": ', b"\xff\xfe{}", b"\x00"])
def test_what_is_not_json_is_400_and_kept(raw: bytes, box: Postbox, rings: Rings) -> None:
    assert box.post(raw).status_code == 400
    assert rings == [("sac.drain", (box.instance.pk,))]
    assert drain_instance(box.instance.pk) == 1
    event = InboundEvent.objects.get()
    assert (event.status, bytes(event.body)) == ("parked", raw)
    assert event.error == "quarentena: not JSON"


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"{}", b"[" * 100_000 + b"]" * 100_000])
def test_json_that_nobody_understands_is_accepted(raw: bytes, box: Postbox) -> None:
    assert box.post(raw).status_code == 200
    assert InboundEvent.objects.filter(status="waiting").count() == 1


def test_a_form_is_read_as_bytes_too(box: Postbox) -> None:
    raw = box.said(phone=PHONE)
    answer = box.post(raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert InboundEvent.objects.count() == 1


def test_three_megabytes_are_accepted(box: Postbox) -> None:
    raw = box.said("a" * 3 * MEGABYTE, phone=PHONE)
    assert box.post(raw).status_code == 200
    assert len(InboundEvent.objects.get().body) > 3 * MEGABYTE


def test_more_than_25_megabytes_are_413(box: Postbox, rings: Rings) -> None:
    assert settings.WEBHOOK_MAX_BYTES == 25 * MEGABYTE
    assert box.post(b" " * (25 * MEGABYTE + 1)).status_code == 413
    assert_untouched(rings)


@pytest.mark.parametrize("length", [b"10", b"-1", b"many", None])
def test_a_content_length_that_lies_does_not_lift_the_limit(
    length: bytes | None, box: Postbox, rings: Rings
) -> None:
    request = _over_asgi(box, b" " * (25 * MEGABYTE + 1), length)
    response = webhooks.receive(request, "evolution", box.instance.webhook_key)
    assert response.status_code == 413
    assert_untouched(rings)


@pytest.mark.parametrize("length", [None, "0"])
@pytest.mark.parametrize(
    ("is_whole", "size", "status"),
    [(True, 300, 200), (True, 26 * MEGABYTE, 413), (False, 300, 503)],
)
def test_a_chunked_body_is_read_to_its_end_or_asked_for_again(
    box: Postbox, rings: Rings, length: str | None, is_whole: bool, size: int, status: int
) -> None:
    """Servers that put the chunks together say so; of any other nobody knows where it ends."""
    raw = box.said("a" * size, phone=PHONE)
    environ = RequestFactory().post(box.url).environ
    secret = {"HTTP_X_EVENDAS_SECRET": box.instance.webhook_secret}
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": BytesIO(raw)}
    del environ["CONTENT_LENGTH"]
    told = {"CONTENT_LENGTH": length} if length else {}
    ends = {"wsgi.input_terminated": True} if is_whole else {}
    request = WSGIRequest(environ | secret | chunked | told | ends)
    answer = webhooks.receive(request, "evolution", box.instance.webhook_key)
    assert answer.status_code == status
    if status == 200:
        assert bytes(InboundEvent.objects.get().body) == evolution.redact(raw)
    else:
        assert_untouched(rings)


def test_the_same_bytes_are_stored_once_and_answered_200_again(box: Postbox, rings: Rings) -> None:
    raw = box.said(phone=PHONE)
    assert [box.post(raw).status_code for _ in range(3)] == [200] * 3
    assert InboundEvent.objects.count() == 1
    # The first ring may have been the lost one.
    assert len(rings) == 3


def test_the_same_bytes_on_another_number_are_another_event(box: Postbox, other_shop: Shop) -> None:
    other = Postbox(other_shop.instance)
    assert [one.post(b"broken").status_code for one in (box, other)] == [400] * 2
    assert InboundEvent.objects.count() == 2


@pytest.mark.parametrize("word", ["apikey", "ApiKey"])
def test_the_gateways_key_is_not_kept(word: str, box: Postbox) -> None:
    token = box.instance.gateway_token
    raw = box.body("messages.upsert", {}, **{word: token})
    broken = raw[: raw.index(token.encode()) + len(token)]
    assert [box.post(raw).status_code, box.post(broken).status_code] == [200, 400]
    for event in InboundEvent.objects.all():
        assert token.encode() not in bytes(event.body)


@pytest.mark.django_db(transaction=True)
def test_two_posts_of_the_same_bytes_at_once_are_one_event(box: Postbox, rings: Rings) -> None:
    for number in range(10):
        raw = box.said(f"mensagem {number}", phone=PHONE)
        answers = together(*[partial(box.post, raw)] * 4)
        assert [answer.status_code for answer in answers] == [200] * 4
        assert InboundEvent.objects.count() == number + 1


def test_a_database_that_is_away_is_our_trouble(
    box: Postbox, rings: Rings, database_away: None
) -> None:
    assert box.post(box.said(phone=PHONE)).status_code == 503
    assert rings == []


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_stored_is_our_trouble(box: Postbox, rings: Rings) -> None:
    raw = box.said(phone=PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 50")
    with another_connection() as other:
        other.execute("LOCK TABLE automacao_inboundevent IN ACCESS EXCLUSIVE MODE")
        assert box.post(raw).status_code == 503
    # A pool hands the same connection to whoever comes next.
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    connection.close()
    assert_untouched(rings)
    assert box.post(raw).status_code == 200


def test_redis_that_is_away_changes_no_answer(
    box: Postbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(bell, "current_app", away)
    assert box.post(box.said(phone=PHONE)).status_code == 200
    assert InboundEvent.objects.count() == 1
    _wait_for_log(caplog, "bell not rung")


def assert_untouched(rings: Rings) -> None:
    """Nothing was stored, and nobody rung."""
    assert InboundEvent.objects.count() == 0
    assert rings == []


@pytest.fixture
def database_away(db: None) -> Iterator[None]:
    """Point this thread at a port where nobody listens."""
    known = connections["default"]
    away = connections.create_connection("default")
    away.settings_dict = {**known.settings_dict, "HOST": "127.0.0.1", "PORT": 1, "OPTIONS": {}}
    connections["default"] = away
    yield
    connections["default"] = known


def _over_asgi(box: Postbox, raw: bytes, length: bytes | None) -> ASGIRequest:
    headers = [(b"x-evendas-secret", box.instance.webhook_secret.encode())]
    headers += [(b"content-length", length)] if length else [(b"transfer-encoding", b"chunked")]
    scope: Any = {"type": "http", "method": "POST", "path": box.url, "headers": headers}
    return ASGIRequest(scope, BytesIO(raw))


def _wait_for_log(caplog: pytest.LogCaptureFixture, text: str) -> None:
    limit = time.monotonic() + 10
    while text not in caplog.text:
        assert time.monotonic() < limit, f"never logged: {text}"
        time.sleep(0.01)
