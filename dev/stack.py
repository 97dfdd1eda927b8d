"""The programs of the demo: which, how started, how stopped."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dev.local import ROOT
from dev.processes import Program, Ready
from dev.ready import answers, says

# Seconds a program of the site may take to finish what it is at (evendas/settings.py).
LEAVE_WITHIN = 30


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people find the demo."""

    port: int
    simulator_port: int

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def simulator(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}/"


def environment(
    folder: Path, addresses: Addresses, passwords: Mapping[str, str], urls: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of every child; what a person set by hand wins over our keys."""
    return {
        "EVENDAS_SECRET_KEY": passwords["django"],
        "EVENDAS_ENCRYPTION_KEYS": passwords["fernet"],
        **os.environ,
        **urls,
        "EVENDAS_DEMO": "1",
        "EVENDAS_LOCAL_DIR": str(folder),
        "EVENDAS_PORT": str(addresses.port),
        "EVENDAS_SIMULATOR_PORT": str(addresses.simulator_port),
        # Workers and beat say at this level that they are ready.
        "EVENDAS_LOG_LEVEL": "INFO",
        "DJANGO_SETTINGS_MODULE": "evendas.settings",
        "PYTHONUNBUFFERED": "1",
    }


def preparation(env: Mapping[str, str]) -> tuple[Program, ...]:
    """Return the commands that bring schema and static files up to date."""
    return (
        _manage("migrate", env, "--no-input"),
        _manage("collectstatic", env, "--no-input", "--verbosity=0"),
    )


def simulator(env: Mapping[str, str], addresses: Addresses) -> Program:
    """Return the stand-in for gateway and phones."""
    return _python("simulator", env, "manage.py", "simulator", ready=answers(addresses.simulator))


def seed(env: Mapping[str, str], *words: str) -> Program:
    """Return the command that fills an empty demo; it needs the simulator."""
    # Two months take their time on a busy machine.
    return replace(_manage("seed_demo", env, *words), limit=300)


def site(env: Mapping[str, str], addresses: Addresses) -> tuple[Program, ...]:
    """Return beat, the three pools of workers and the web server, in the order they start."""
    return (
        _celery("beat", env, "beat", ready_when="beat: Starting"),
        _worker("outbound", env, threads=8),
        _worker("inbound", env, threads=4),
        _worker("media", env, threads=4),
        _python(
            "web",
            env,
            *("-m", "evendas.live_server", "-v", "0", "-b", "127.0.0.1", "-p", str(addresses.port)),
            "evendas.asgi:application",
            ready=answers(addresses.web),
        ),
    )


def _worker(queue: str, env: Mapping[str, str], *, threads: int) -> Program:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    pool = ("-Q", queue, "-n", f"{queue}@%h", "-P", "threads", "-c", str(threads))
    worker = _celery(f"worker-{queue}", env, "worker", *pool, *quiet, ready_when=" ready.")
    # What evendas.watchdog ends a deaf one with.
    return replace(worker, gives_up_with=os.EX_TEMPFAIL)


def _celery(name: str, env: Mapping[str, str], *words: str, ready_when: str) -> Program:
    command = ("-m", "celery", "-A", "evendas", *words, "--loglevel=INFO")
    return _python(name, env, *command, ready=says(ready_when))


def _manage(command: str, env: Mapping[str, str], *words: str) -> Program:
    return _python(command, env, "manage.py", command, *words)


def _python(name: str, env: Mapping[str, str], *words: str, ready: Ready = Path.exists) -> Program:
    argv = (sys.executable, *words)
    return Program(
        name=name, argv=argv, env=env, cwd=ROOT, ready=ready, limit=60, stop_limit=LEAVE_WITHIN
    )
