"""Each command of the compose file starts on real servers, is healthy, and stops when asked."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dev.local import ROOT
from dev.ports import free_port
from dev.processes import Program, Supervisor
from tests.databases import lent_database
from tests.installation import SOUND
from tests.services import worker

# One worker fills it once for all.
pytestmark = pytest.mark.xdist_group("compose")

SERVICES: dict[str, dict[str, Any]] = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("image") == "evendas-sac"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PREPARED = "migration"
LIFESIGN = OURS["web"]["environment"]["EVENDAS_LIFESIGN"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment inside a container, on a database as the migration leaves it."""
    folder = tmp_path_factory.mktemp("compose")
    with lent_database(f"compose{worker()}") as database_url:
        env = _environment(folder, database_url)
        for command in (OURS[PREPARED]["command"], _static_files()):
            subprocess.run(_on_this_machine(command, 0), check=True, env=env, cwd=ROOT)
        yield env


def test_the_migration_waits_for_the_database_and_all_else_for_the_migration() -> None:
    workers = {"worker-inbound", "worker-outbound", "worker-media"}
    assert set(OURS) == {"migration", "web", "webhooks", "web-ws", "beat"} | workers
    waits = {name: set(one["depends_on"]) for name, one in OURS.items()}
    assert waits.pop(PREPARED) == {"database"}
    assert all(wait == {PREPARED, "valkey"} for wait in waits.values())


@pytest.mark.parametrize("name", sorted(set(OURS) - {PREPARED}))
def test_a_command_starts_and_stops_when_asked(
    house: Mapping[str, str], tmp_path: Path, name: str
) -> None:
    port = free_port()
    program = Program(
        name=name,
        argv=_on_this_machine(OURS[name].get("command") or _command_of_the_image(), port),
        env=house,
        cwd=ROOT,
        ready=lambda _log: _is_healthy(name, house, port),
        limit=90,
        stop_limit=30,
    )
    Path(house["EVENDAS_LIFESIGN"]).unlink(missing_ok=True)
    supervisor = Supervisor(tmp_path)
    try:
        [child] = supervisor.begin(program)
        supervisor.await_ready(child)
        child.stop()
        assert child.process.returncode == 0, child.log.read_text()
    finally:
        supervisor.stop()


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    """What the file gives the containers, with this machine's servers and folders."""
    given = {
        name: re.sub(r"\$\{(\w+)(?::-(\w*))?[^}]*\}", _given, value)
        for name, value in OURS["web"]["environment"].items()
    }
    given["EVENDAS_WEBHOOK_BASE_URL"] = SOUND["EVENDAS_PUBLIC_URL"]
    given["EVENDAS_PULSE_EVERY"] = "0.5"
    own = {"DATABASE_URL": database_url, "REDIS_URL": os.environ["REDIS_URL"]}
    folders = {
        "EVENDAS_LOCAL_DIR": str(folder),
        "EVENDAS_STATIC_ROOT": str(folder / "static"),
        "EVENDAS_LIFESIGN": str(folder / "lifesign"),
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return given | own | folders | {"PATH": path, "PYTHONUNBUFFERED": "1"}


def _given(variable: re.Match[str]) -> str:
    return SOUND.get(variable[1], variable[2] or "")


def _is_healthy(name: str, env: Mapping[str, str], port: int) -> bool:
    """Ask what the file lets Docker ask."""
    test = OURS[name]["healthcheck"]["test"]
    argv = ["/bin/sh", "-c", test] if isinstance(test, str) else test[1:]
    here = [
        word.replace(":8000/", f":{port}/").replace(LIFESIGN, env["EVENDAS_LIFESIGN"])
        for word in argv
    ]
    quiet = subprocess.DEVNULL
    return subprocess.run(here, env=env, check=False, stdout=quiet, stderr=quiet).returncode == 0


def _command_of_the_image() -> str:
    words = re.search(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert words
    return shlex.join(json.loads(words[1]))


def _static_files() -> str:
    command = re.search(r"python manage\.py collectstatic[^\\]*", DOCKERFILE)
    assert command
    return command[0]


def _on_this_machine(command: str, port: int) -> tuple[str, ...]:
    """Take a port of our own and none of the machine's other addresses."""
    here = command.replace("0.0.0.0:8000", f"127.0.0.1:{port}")
    here = here.replace("--bind 0.0.0.0 --port 8000", f"--bind 127.0.0.1 --port {port}")
    return tuple(shlex.split(here))
