"""Start children, wait for each with a limit, notice a death, stop them in order.

Every child leads a session and process group of its own: Ctrl-C reaches only the supervisor,
and stopping a child stops all it started. On Linux it is also leashed: when the supervisor
is killed outright, the kernel signals it.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_POLL = 0.05
_TAIL_LINES = 15

Ready = Callable[[Path], bool]


class Failure(Exception):
    """One sentence for the person at the terminal, with the log that explains it."""

    def __init__(self, sentence: str, *, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log

    def told(self) -> str:
        """Return the sentence followed by the log's last lines."""
        return "\n".join([str(self), *tail(self.log)]) if self.log else str(self)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a child runs as, when not as ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A child to be: how to start it, when it is ready and how it likes to be stopped.

    `ready` is handed the log and asked until it says yes, at most `limit` seconds.
    `leash` is the signal the kernel sends when the supervisor is killed outright. A child that
    ends with the code `gives_up_with` is started again: it asked for that.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    ready: Ready = Path.exists
    limit: float = 30
    stop_with: signal.Signals = signal.SIGTERM
    stop_limit: float = 10
    gives_up_with: int | None = None
    leash: signal.Signals = signal.SIGKILL
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A started program."""

    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def has_given_up(self) -> bool:
        return self.has_ended() and self.process.returncode == self.program.gives_up_with

    def stop(self) -> None:
        """Ask politely, wait, then kill whatever is left of the group."""
        if not self.has_ended():
            self._signal(self.program.stop_with)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.program.stop_limit)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


@dataclass(slots=True)
class Supervisor:
    """The children of one run, in the order they were started.

    `pause` is called between looks; it may raise to give the wait up.
    """

    logs: Path
    pause: Callable[[float], None] = time.sleep
    _children: list[Child] = field(default_factory=list)
    _jobs: list[Child] = field(default_factory=list)

    def begin(self, *programs: Program) -> list[Child]:
        """Start servers side by side without waiting for them."""
        return [self._spawn(program, self._children) for program in programs]

    def await_ready(self, *children: Child) -> None:
        """Return when all of these are ready."""
        for child in children:
            self._await_ready(child)

    def finish(self, *programs: Program) -> None:
        """Run commands side by side and return when all have ended well."""
        for job in [self._spawn(program, self._jobs) for program in programs]:
            self._await_end(job)
        self._jobs.clear()

    def watch(self) -> None:
        """Return never: raise when a child dies for good, or what `pause` raises."""
        while True:
            self._insist_on_life()
            self.pause(0.2)

    def stop(self) -> None:
        """Stop everything, last started first."""
        for child in [*reversed(self._jobs), *reversed(self._children)]:
            child.stop()
        self._jobs.clear()
        self._children.clear()

    def _spawn(self, program: Program, family: list[Child]) -> Child:
        child = spawn(program, log=self.logs / f"{program.name}.log")
        family.append(child)
        return child

    def _await_ready(self, child: Child) -> None:
        waited = _Limit(child.program.limit)
        while not child.program.ready(child.log):
            self._insist_on_life()
            waited.insist(child, "não ficou pronto")
            self.pause(_POLL)
        # Somebody else may have answered in its place.
        self._insist_on_life()

    def _await_end(self, job: Child) -> None:
        waited = _Limit(job.program.limit)
        while not job.has_ended():
            self._insist_on_life()
            waited.insist(job, "não terminou")
            self.pause(_POLL)
        if code := job.process.returncode:
            raise Failure(f"{job.program.name} falhou ({_ending(code)}).", log=job.log)

    def _insist_on_life(self) -> None:
        for place, child in enumerate(self._children):
            if child.has_given_up():
                self._children[place] = spawn(child.program, log=child.log)
            elif child.has_ended():
                ending = _ending(child.process.returncode)
                raise Failure(f"{child.program.name} parou sozinho ({ending}).", log=child.log)


def spawn(program: Program, *, log: Path) -> Child:
    """Start a program with its output in a fresh log; the run before is kept beside it."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    account = program.account
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_leash(program.leash), *program.argv],
            cwd=program.cwd,
            env=dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    return Child(program, process, log)


def tail(log: Path) -> list[str]:
    """Return the last lines of a log, set off from our own words."""
    if not log.exists():
        return []
    lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
    return [f"{log}:", *(f"  | {line}" for line in lines)] if lines else [f"{log} está vazio."]


class _Limit:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def insist(self, child: Child, verdict: str) -> None:
        if time.monotonic() > self._end:
            sentence = f"{child.program.name} {verdict} em {self._seconds:.0f} s."
            raise Failure(sentence, log=child.log)


def _leash(number: signal.Signals) -> list[str]:
    # util-linux's setpriv, on every Linux that is not tiny; a Mac does without the leash.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", number.name.removeprefix("SIG")] if setpriv else []


def _ending(code: int) -> str:
    return f"código {code}" if code >= 0 else f"sinal {signal.Signals(-code).name}"
