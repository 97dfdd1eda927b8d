"""The folder an installation on this machine keeps between runs: `.local/` of the clone."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from dev.processes import Failure

ROOT = Path(__file__).resolve().parent.parent

# Held by the demo while it runs; also the mark of a folder of ours.
LOCK = "demo.lock"
# Without 0, O, 1, l and i: these are read from a terminal and typed into a form.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
# Who signs in to the demo's two stores, and as what.
DEMO_PEOPLE = {
    "dono@aurora.demo": "administradora",
    "sara@aurora.demo": "supervisora",
    "ana@aurora.demo": "atendente de Suporte",
    "bia@aurora.demo": "atendente de Vendas",
    "caio@aurora.demo": "atendente do Financeiro",
    "eva@boreal.demo": "administradora de outra loja",
    "leo@boreal.demo": "atendente de outra loja",
}

T = TypeVar("T")


def own_folder() -> Path:
    """Return the folder, made when missing; EVENDAS_LOCAL_DIR moves it.

    A folder with somebody else's files is refused: `make demo-reset` empties ours.
    """
    elsewhere = os.environ.get("EVENDAS_LOCAL_DIR")
    folder = made(Path(elsewhere or ROOT / ".local").resolve())
    if elsewhere and not (folder / LOCK).exists() and any(folder.iterdir()):
        raise Failure(f"EVENDAS_LOCAL_DIR={folder} tem outros arquivos: indique uma vazia.")
    return folder


def private(folder: Path) -> Path:
    """Make a folder for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def made(folder: Path) -> Path:
    """Make a folder that others may pass through (PostgreSQL's account must) but not list."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711)
    return folder


@contextmanager
def held(lock: Path) -> Iterator[bool]:
    """Hold a lock file, or yield False when another process holds it.

    The kernel lets go of it when its holder dies, however it dies.
    """
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def kept(file: Path, makers: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Return the values kept in a JSON file of ours (mode 0600), making those it lacks."""
    values = _read(file)
    missing = {name: make() for name, make in makers.items() if name not in values}
    if missing:
        write_private(file, json.dumps(values | missing, indent=1))
    return values | missing


def write_private(file: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    fresh.replace(file)


def own_secrets(folder: Path) -> dict[str, str]:
    """Return this machine's keys and server passwords, made on the first run."""
    makers = {
        "django": lambda: secrets.token_urlsafe(48),
        "fernet": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "postgres": lambda: secrets.token_urlsafe(24),
        "valkey": lambda: secrets.token_urlsafe(24),
        # Not secret: tells this folder's data from those of a deleted one of the same name.
        "home": lambda: secrets.token_hex(4),
    }
    return kept(folder / "secrets.json", makers)


def demo_logins(folder: Path) -> dict[str, str]:
    """Return e-mail → password of the demo's people; EVENDAS_DEMO_PASSWORD overrides them all."""
    file = folder / "demo-logins.json"
    chosen = os.environ.get("EVENDAS_DEMO_PASSWORD")
    if not chosen:
        return kept(file, dict.fromkeys(DEMO_PEOPLE, _password))
    logins = dict.fromkeys(DEMO_PEOPLE, chosen)
    write_private(file, json.dumps(logins, indent=1))
    return logins


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        values = json.loads(file.read_text())
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Failure(f"{file} está danificado: apague-o, ou comece do zero com `make demo-reset`.")
    return values


def _password() -> str:
    groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
    return "-".join(groups)
