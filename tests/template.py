"""A database as the migrations leave it: copied for each run and each running product.

It is kept beside the run's server until a migration, a setting or a library is another one.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
_UNFINISHED = "schema_unfinished"
_DECIDING = ("*/migrations/*.py", "*/*/migrations/*.py", "requirements*.txt", "evendas/settings.py")


def template() -> str:
    """Return the name of the database to copy, made first if it is not there."""
    server = os.environ["DATABASE_URL"]
    name = f"schema_{_digest()}"
    with psycopg.connect(server, autocommit=True) as admin:
        known = {str(row[0]) for row in admin.execute(_KNOWN)}
        for old in known - {name}:
            admin.execute(_named("DROP DATABASE {}", old))
        if name not in known:
            admin.execute(_named("CREATE DATABASE {}", _UNFINISHED))
            _migrate(urlsplit(server)._replace(path=f"/{_UNFINISHED}").geturl())
            admin.execute(_named("ALTER DATABASE {} RENAME TO {}", _UNFINISHED, name))
    return name


_KNOWN = "SELECT datname FROM pg_database WHERE datname LIKE 'schema\\_%'"


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _DECIDING for path in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _migrate(database_url: str) -> None:
    env = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "evendas.settings",
    }
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
