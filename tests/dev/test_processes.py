"""The supervisor: waits with a limit, notices a death, leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dev.local import ROOT
from dev.processes import Failure, Program, Supervisor
from dev.ready import says
from tests.dev.waiting import is_running, until


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.stop()


def program(
    name: str, script: str, folder: Path, *, limit: float = 20, stop_limit: float = 5
) -> Program:
    """Return a shell script as a child; it is ready when it says "up"."""
    return Program(
        name=name,
        argv=("/bin/sh", "-c", script),
        env={"PATH": os.defpath},
        cwd=folder,
        ready=says("up"),
        limit=limit,
        stop_limit=stop_limit,
    )


def begin(supervisor: Supervisor, *programs: Program) -> list[int]:
    children = supervisor.begin(*programs)
    supervisor.await_ready(*children)
    return [child.process.pid for child in children]


def test_a_child_that_dies_before_it_is_ready_is_told_with_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(Failure) as failure:
        begin(supervisor, program("web", "echo no such table; exit 3", tmp_path))

    assert failure.value.told().splitlines() == [
        "web parou sozinho (código 3).",
        f"{tmp_path}/web.log:",
        "  | no such table",
    ]


def test_a_child_that_is_never_ready_is_given_up(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"web não ficou pronto em 0 s\."):
        begin(supervisor, program("web", "sleep 60", tmp_path, limit=0.1))


def test_a_death_while_watching_is_told_by_name_and_signal(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    web = program("web", "echo up; sleep 60", tmp_path)
    _, beat = begin(supervisor, web, program("beat", "echo up; sleep 60", tmp_path))
    os.kill(beat, signal.SIGKILL)

    with pytest.raises(Failure, match=r"beat parou sozinho \(sinal SIGKILL\)\."):
        supervisor.watch()


def test_another_childs_death_ends_the_wait_for_a_slow_one(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    slow = program("web", "sleep 60", tmp_path)

    with pytest.raises(Failure, match="beat parou"):
        begin(supervisor, slow, program("beat", "exit 1", tmp_path))


def test_a_command_that_fails_is_told(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"migrate falhou \(código 2\)\."):
        supervisor.finish(program("migrate", "exit 2", tmp_path))


def test_a_command_that_hangs_is_given_up_and_stopped(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    hanging = program("migrate", "echo $$; exec sleep 60", tmp_path, limit=0.3)

    with pytest.raises(Failure, match="migrate não terminou"):
        supervisor.finish(hanging)
    supervisor.stop()

    assert not is_running(int((tmp_path / "migrate.log").read_text()))


def test_the_last_started_stops_first(supervisor: Supervisor, tmp_path: Path) -> None:
    script = "trap 'echo {0} >> order; exit' TERM; echo up; while :; do sleep 0.01; done"
    names = ("postgres", "worker", "web")
    begin(supervisor, *(program(name, script.format(name), tmp_path) for name in names))

    supervisor.stop()

    assert (tmp_path / "order").read_text().split() == ["web", "worker", "postgres"]


def test_what_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $!; echo up; wait"
    stubborn = program("web", script, tmp_path, stop_limit=0.2)
    supervisor = Supervisor(tmp_path)
    [shell] = begin(supervisor, stubborn)
    grandchild = int((tmp_path / "web.log").read_text().split()[0])

    began = time.monotonic()
    supervisor.stop()

    assert time.monotonic() - began < 30
    assert not is_running(shell)
    until(lambda: not is_running(grandchild))


@pytest.mark.skipif(not shutil.which("setpriv"), reason="the leash is Linux's")
def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from dev.processes import Program, Supervisor
folder = Path({str(tmp_path)!r})
sleep = Program(name="web", argv=("/bin/sleep", "60"), env={{}}, cwd=folder)
[child] = Supervisor(folder).begin(sleep)
print(child.process.pid, flush=True)
time.sleep(60)
"""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout
        child = int(supervisor.stdout.readline())
        until(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n")
        supervisor.send_signal(signal.SIGKILL)

    until(lambda: not is_running(child))


def test_the_log_of_the_run_before_is_kept(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.finish(program("migrate", "echo first", tmp_path))
    supervisor.finish(program("migrate", "echo second", tmp_path))

    assert (tmp_path / "migrate.log").read_text() == "second\n"
    assert (tmp_path / "migrate.log.1").read_text() == "first\n"


def test_a_child_that_gave_itself_up_is_started_again_and_one_that_fails_is_not(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    script = "[ -e second ] && exit 3; touch second; echo up; exit 75"
    worker = replace(program("worker", script, tmp_path), gives_up_with=75)
    supervisor.begin(worker)

    with pytest.raises(Failure, match=r"worker parou sozinho \(código 3\)\."):
        supervisor.watch()

    assert (tmp_path / "second").exists()
