"""What /saude/ and /pronto/ say, of what, how soon, and at what cost."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from evendas.health import readiness as looking
from evendas.health.lifesign import mark
from evendas.health.models import Pulse
from evendas.health.probe import Probe
from evendas.health.readiness import Readiness, readiness
from tests.conftest import Actor, Shop

ALL = ("worker_inbound", "worker_outbound", "worker_media", "beat")
LIGHTS = {"database", "redis", *ALL, "inbox", "outbox"}


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def alive(transactional_db: None) -> None:
    """Rows that another connection sees: everybody gave a sign of life just now."""
    mark(*ALL)


def ask(client: Client) -> tuple[int, dict[str, dict[str, object]]]:
    """Ask whether all is ready: the status, and each light."""
    answer = client.get("/pronto/")
    told = json.loads(answer.content)
    assert told["ready"] is (answer.status_code == 200)
    return answer.status_code, told["checks"]


def red(checks: dict[str, dict[str, object]]) -> set[str]:
    return {name for name, check in checks.items() if check["ok"] is not True}


def grow_old(name: str, seconds: float) -> None:
    then = timezone.now() - timedelta(seconds=seconds)
    Pulse.objects.filter(name=name).update(at=then)


# --- Alive ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_alive_asks_nobody_whoever_is_signed_in(
    ana: Actor, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for client in (Client(), ana.client):
        with django_assert_num_queries(0):
            answer = client.get("/saude/")
        assert (answer.status_code, answer.content) == (200, b'{"alive": true}')
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies


def test_alive_needs_no_database_at_all() -> None:
    # Without the marker pytest-django refuses every connection.
    assert Client().get("/saude/").status_code == 200


# --- Ready ----------------------------------------------------------------------------------------


def test_with_everything_at_work_it_is_ready(alive: None, client: Client) -> None:
    status, checks = ask(client)

    assert (status, red(checks)) == (200, set())
    assert set(checks) == LIGHTS
    assert checks["beat"].keys() == {"ok", "age_seconds", "limit_seconds"}


@pytest.mark.parametrize("name", ALL)
def test_one_silent_process_is_named(alive: None, client: Client, name: str) -> None:
    grow_old(name, 61)

    status, checks = ask(client)

    assert (status, red(checks)) == (503, {name})
    assert float(str(checks[name]["age_seconds"])) >= 61


def test_a_process_that_never_ran_is_not_well(alive: None, client: Client) -> None:
    Pulse.objects.filter(name="beat").delete()

    _, checks = ask(client)

    assert checks["beat"] == {"ok": False, "age_seconds": None, "limit_seconds": 60.0}


def test_without_redis_the_rest_is_still_told(
    alive: None, client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert red(ask(client)[1]) == {"redis"}


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that takes connections and never says a word, like a frozen one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_frozen_redis_is_given_up_soon(
    alive: None, client: Client, settings: Settings, mute: str
) -> None:
    settings.REDIS_URL = mute
    began = monotonic()

    assert red(ask(client)[1]) == {"redis"}
    assert monotonic() - began < 2 * looking.PATIENCE + 2


def test_a_database_that_does_not_answer_leaves_the_rest_unknown(
    alive: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    thawed = threading.Event()
    monkeypatch.setattr(readiness, "_database", Probe(thawed.wait))
    began = monotonic()

    status, checks = ask(client)

    thawed.set()
    assert monotonic() - began < 2 * looking.PATIENCE + 2
    assert (status, red(checks)) == (503, LIGHTS - {"redis"})
    assert checks["database"] == {"ok": False}
    assert checks["worker_inbound"] == {"ok": None, "age_seconds": None, "limit_seconds": 60.0}


def test_a_locked_table_is_given_up_too(alive: None, client: Client) -> None:
    """The real thing, through the pool: the question hangs inside PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE health_pulse IN ACCESS EXCLUSIVE MODE")
        began = monotonic()
        status, checks = ask(client)
        took = monotonic() - began
        cursor.execute("ROLLBACK")

    assert (status, checks["database"]) == (503, {"ok": False})
    assert took < 2 * looking.PATIENCE + 2


def test_it_asks_neither_for_a_login_nor_for_the_terms(
    alive: None, ana: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = ana.client.session
    session.pop("terms_accepted_at")
    session.save()

    # Who asks is not even looked up: what is measured is measured elsewhere.
    with django_assert_num_queries(0):
        assert ana.client.get("/pronto/").status_code == 200
    assert Client().head("/pronto/").status_code == 200


def test_nothing_of_a_store_and_no_secret_is_told(
    alive: None, shop: Shop, client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://:palavra-secreta@127.0.0.1:1/0"

    told = client.get("/pronto/").content.decode()

    for word in (shop.store.name, shop.instance.name, "palavra-secreta", "127.0.0.1"):
        assert word not in told


# --- No door for load -----------------------------------------------------------------------------


def test_asking_often_looks_once(
    alive: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "FRESH", 3600.0)
    looks = count_looks(monkeypatch)

    for _ in range(20):
        assert client.get("/pronto/").status_code == 200

    assert len(looks) == 1


def test_whoever_comes_during_a_look_is_told_what_was_seen_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, thawed = threading.Event(), threading.Event()
    one = Readiness()
    monkeypatch.setattr(one, "_look", lambda: {"database": looking.Check(ok=True)})
    one.checks()
    monkeypatch.setattr(looking, "FRESH", 0.0)

    def look() -> looking.Checks:
        asked.set()
        thawed.wait()
        return {}

    monkeypatch.setattr(one, "_look", look)
    slow = threading.Thread(target=one.checks)
    slow.start()
    asked.wait()

    assert set(one.checks()) == {"database"}

    thawed.set()
    slow.join()


def test_a_question_without_an_answer_is_not_asked_a_second_time() -> None:
    asked: list[None] = []
    thawed = threading.Event()

    def wait() -> bool:
        asked.append(None)
        return thawed.wait()

    probe = Probe(wait)
    first, second = probe.begin(), probe.begin()

    thawed.set()
    assert first is second
    assert first.result(timeout=20)
    assert len(asked) == 1


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    looks: list[None] = []
    real = readiness._look

    def look() -> looking.Checks:
        looks.append(None)
        return real()

    monkeypatch.setattr(readiness, "_look", look)
    return looks
