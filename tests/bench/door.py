"""How many webhooks a second one process accepts, beside one bare INSERT in the same server."""

import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.urls import reverse

from automacao.models import Instance
from tests.postbox import Postbox

POSTS = 1500


def posts_a_second(instance: Instance) -> float:
    """Post fresh bodies through the whole application, one after the other."""
    box, client = Postbox(instance), Client()
    bodies = iter([box.said(f"Oi {number}", phone="+5511987650000") for number in range(POSTS)])
    headers = {"X-Evendas-Secret": instance.webhook_secret}

    def post() -> None:
        answer = client.post(box.url, next(bodies), "application/json", headers=headers)
        assert answer.status_code == 200

    return _rate(post)


def bare_a_second(instance: Instance) -> float:
    """The cheapest request the server has, and one INSERT of the same row."""
    client, numbers = Client(), iter(range(POSTS))

    def insert() -> None:
        assert client.get(reverse("alive")).status_code == 200
        digest = next(numbers).to_bytes(32)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO automacao_inboundevent"
                " (store_id, instance_id, sha256, body, lane, status, attempts, error)"
                " VALUES (%s, %s, %s, %s, 0, 'done', 0, '')",
                [instance.store_id, instance.pk, digest, b"x" * 900],
            )

    return _rate(insert)


def _rate(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(POSTS):
        work()
    return POSTS / (time.perf_counter() - began)
