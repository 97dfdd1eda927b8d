"""`make demo` as a person meets it: one clear sentence, an exit code, nothing left running."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev.local import LOCK, ROOT, held
from dev.ports import free_port
from tests.dev.waiting import is_running


def start(folder: Path, *, code: str = "", **settings: str) -> subprocess.Popen[str]:
    """Start the demo, or code in its place, with a folder and free ports of its own."""
    ports = {"EVENDAS_PORT": str(free_port()), "EVENDAS_SIMULATOR_PORT": str(free_port())}
    return subprocess.Popen(
        [sys.executable, *(("-c", code) if code else ("-m", "dev.demo"))],
        cwd=ROOT,
        env=os.environ | ports | settings | {"EVENDAS_LOCAL_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return exit code and output of a start that ends by itself."""
    output, _ = process.communicate(timeout=30)
    return process.returncode, output


@pytest.mark.parametrize("variable", ["EVENDAS_PORT", "EVENDAS_SIMULATOR_PORT"])
def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = answer(start(tmp_path, **{variable: str(port)}))

    assert code == 1
    assert f"A porta {port} já está em uso" in output
    assert not list((tmp_path / "logs").iterdir())


@pytest.mark.parametrize("port", ["oito", "0", "65536", "-1", "²"])
def test_a_port_that_is_none_is_told(tmp_path: Path, port: str) -> None:
    code, output = answer(start(tmp_path, EVENDAS_PORT=port))

    assert (code, "não é uma porta" in output) == (1, True)


def test_one_port_for_two_servers_is_told(tmp_path: Path) -> None:
    port = str(free_port())

    code, output = answer(start(tmp_path, EVENDAS_PORT=port, EVENDAS_SIMULATOR_PORT=port))

    assert (code, "portas diferentes" in output) == (1, True)


def test_a_second_start_is_refused(tmp_path: Path) -> None:
    with held(tmp_path / LOCK) as ours:
        code, output = answer(start(tmp_path))

    assert ours
    assert (code, "já está rodando" in output) == (1, True)


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tese.odt").write_text("mine")

    code, output = answer(start(tmp_path))

    assert (code, "tem outros arquivos" in output) == (1, True)


# The demo's own main function around one child.
CHILD = """
import sys
from contextlib import suppress
from dev import demo
from dev.attention import Asked
from dev.processes import Program
from dev.ready import says
def run(supervisor, folder):
    argv = ("/bin/sh", "-c", {script!r})
    child = Program(name="web", argv=argv, env={{}}, cwd=folder, ready=says("up"))
    [child] = supervisor.begin(child)
    supervisor.await_ready(child)
    demo.say(str(child.process.pid))
    with suppress(Asked):
        supervisor.watch()
sys.exit(demo.alone(run))
"""


POLITE = "trap 'echo bye > goodbye; exit' TERM; echo up; while :; do sleep 0.05; done"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_is_a_good_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    demo = start(tmp_path, code=CHILD.format(script=POLITE))
    assert demo.stdout
    child = int(demo.stdout.readline())
    demo.send_signal(number)

    code, output = answer(demo)

    assert (code, "Tudo parado" in output) == (0, True)
    assert (tmp_path / "goodbye").exists()
    assert not is_running(child)


def test_a_dead_child_ends_the_demo_with_its_log(tmp_path: Path) -> None:
    code, output = answer(start(tmp_path, code=CHILD.format(script="echo ai; echo up; exit 7")))

    assert code == 1
    assert "web parou sozinho (código 7)." in output
    assert "  | ai" in output


def test_a_terminal_that_is_gone_does_not_leave_children(tmp_path: Path) -> None:
    demo = start(tmp_path, code=CHILD.format(script=POLITE))
    assert demo.stdout
    child = int(demo.stdout.readline())
    demo.stdout.close()

    demo.send_signal(signal.SIGHUP)
    demo.wait(timeout=30)

    assert (tmp_path / "goodbye").exists()
    assert not is_running(child)
