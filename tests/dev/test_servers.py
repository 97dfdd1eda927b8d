"""The embedded servers: reachable with their password only, and back after a crash."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from dev.local import made
from dev.ports import free_port
from dev.postgres import Postgres, home_of, settled
from dev.processes import Failure, Supervisor
from dev.servers import start_servers
from tests.dev.waiting import is_running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = made(tmp_path_factory.mktemp("local"))
    yield folder
    shutil.rmtree(home_of(folder), ignore_errors=True)


@pytest.fixture
def supervisor(folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)


@pytest.fixture
def urls(supervisor: Supervisor, folder: Path, embedded: None) -> dict[str, str]:
    return start_servers(supervisor, folder)


def test_both_servers_answer_to_their_addresses(urls: dict[str, str]) -> None:
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT lower('ÁRVORE'), current_setting('fsync')").fetchone()
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        databases = client.config_get("databases")

    assert row == ("árvore", "on")
    assert databases == {"databases": "64"}


def test_nobody_enters_without_the_password(urls: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(urls["DATABASE_URL"].replace("@", "x@")).close()
    with socket.create_connection(("127.0.0.1", _port(urls["REDIS_URL"]))) as line:
        line.sendall(b"PING\r\n")
        assert line.recv(100).startswith(b"-NOAUTH")


def test_a_crashed_server_comes_back_with_its_data(
    supervisor: Supervisor, folder: Path, urls: dict[str, str]
) -> None:
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    pid = int((home_of(folder) / "data/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    supervisor.stop()

    with psycopg.connect(start_servers(supervisor, folder)["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_pid_file_whose_number_is_another_process_does_not_stop_a_start(
    supervisor: Supervisor, folder: Path, embedded: None
) -> None:
    start_servers(supervisor, folder)
    supervisor.stop()
    data = home_of(folder) / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")

    assert start_servers(supervisor, folder)


def test_a_server_left_by_a_killed_supervisor_makes_way(
    supervisor: Supervisor, folder: Path, embedded: None
) -> None:
    left = Supervisor(folder)
    start_servers(left, folder)
    orphan = int((home_of(folder) / "data/postmaster.pid").read_text().split()[0])

    urls = start_servers(supervisor, folder)

    assert not is_running(orphan)
    psycopg.connect(urls["DATABASE_URL"]).close()
    left.stop()


def test_named_servers_are_used_as_they_are(tmp_path: Path) -> None:
    named = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}

    assert start_servers(Supervisor(tmp_path), tmp_path) == named
    assert not list(tmp_path.glob("*.log"))


def test_a_named_server_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("REDIS_URL", f"redis://:secret@127.0.0.1:{port}/0")

    with pytest.raises(Failure, match=rf"^Ninguém responde em 127\.0\.0\.1:{port}, .*REDIS_URL\.$"):
        start_servers(Supervisor(tmp_path), tmp_path)


def test_a_lost_password_is_told(
    supervisor: Supervisor, folder: Path, urls: dict[str, str]
) -> None:
    server = settled(folder, port=_port(urls["DATABASE_URL"]), password="lost")

    with pytest.raises(Failure, match=r"secrets\.json"):
        server.create_database()


def test_a_new_clone_in_the_place_of_a_deleted_one_starts_afresh(
    supervisor: Supervisor, tmp_path: Path, embedded: None
) -> None:
    folder = made(tmp_path / "clone")
    start_servers(supervisor, folder)
    supervisor.stop()
    earlier = home_of(folder)
    shutil.rmtree(folder)

    start_servers(supervisor, made(folder))
    supervisor.stop()

    assert earlier == home_of(folder) or not earlier.exists()
    shutil.rmtree(home_of(folder))


def test_data_of_another_version_are_told_and_left_alone(folder: Path) -> None:
    server = Postgres(folder / "old", port=1, password="", account=None)
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(Failure, match="são do PostgreSQL 9"):
        server.prepare()

    assert server.data.exists()


def _port(url: str) -> int:
    return int(url.rpartition("/")[0].rpartition(":")[2])
