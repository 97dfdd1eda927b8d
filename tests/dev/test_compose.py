"""The compose file speaks of settings, queues and programs that exist."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from dev.local import ROOT
from evendas.wsgi import behind_router

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SETTINGS = (ROOT / "evendas/settings.py").read_text() + (ROOT / "evendas/wsgi.py").read_text()


def test_every_setting_it_gives_is_read() -> None:
    given = set(
        re.findall(r"^    ((?:EVENDAS_\w+|DATABASE_URL|REDIS_URL)):", COMPOSE, re.MULTILINE)
    )

    assert given >= {"EVENDAS_SECRET_KEY", "DATABASE_URL"}
    assert [name for name in given if f'"{name}"' not in SETTINGS] == []


@pytest.mark.parametrize(
    "secret",
    [
        "EVENDAS_SECRET_KEY",
        "EVENDAS_ENCRYPTION_KEYS",
        "EVENDAS_GATEWAY_KEY",
        "POSTGRES_PASSWORD",
        "VALKEY_PASSWORD",
    ],
)
def test_a_secret_has_no_default(secret: str) -> None:
    uses = re.findall(rf"\$\{{{secret}([^}}]*)\}}", COMPOSE)

    assert uses
    assert set(uses) == {":?"}


def test_every_queue_has_its_worker() -> None:
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert set(re.findall(r" -Q (\w+)", COMPOSE)) == queues | {settings.CELERY_TASK_DEFAULT_QUEUE}


@pytest.mark.parametrize(
    ("path", "service", "megabytes"),
    [
        # What comes in has processes of its own: uploads and films cannot starve it.
        (reverse("webhook", args=["evolution", "key"]), "webhooks", 32),
        (reverse("order_webhook", args=["shopify", "key"]), "webhooks", 32),
        (reverse("order_api"), "webhooks", 8),
        (reverse("ticket_messages", args=["2026-000001"]), "web", 310),
        ("/sac/arquivos/1/", "web", 8),
        ("/ws/sac/", "web-ws", None),
    ],
)
def test_each_address_goes_to_its_service(path: str, service: str, megabytes: int | None) -> None:
    """As Caddy reads it: the longest of the paths that fit."""
    routes = re.findall(
        r"^        handle ?(/\S+)? \{\n(.*?)^        \}$", COMPOSE, re.MULTILINE | re.DOTALL
    )
    fitting = [route for route in routes if path.startswith(route[0].rstrip("*"))]
    _, chosen = max(fitting, key=lambda route: len(route[0]))
    assert re.findall(r"reverse_proxy (\S+):8000", chosen) == [service]
    assert re.findall(r"max_size (\d+)MB", chosen) == ([str(megabytes)] if megabytes else [])


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "10.0.0.1"),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1, 203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_FORWARDED_FOR": " "}, "10.0.0.1"),
    ],
)
def test_a_visitors_address_is_what_the_router_says(headers: dict[str, str], address: str) -> None:
    seen: list[str] = []

    def application(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    list(behind_router(application)({"REMOTE_ADDR": "10.0.0.1"} | headers, print))

    assert seen == [address]
