"""Databases beside the test's own, and second looks at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql


@contextmanager
def lent_database(name: str, *, template: str = "template1") -> Iterator[str]:
    """Make a database on the run's server, yield its address, and drop it with its users.

    It is empty without a `template` to copy.
    """
    server = os.environ["DATABASE_URL"]
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def another_connection() -> "psycopg.Connection[tuple[object, ...]]":
    """Connect as a stranger would; as a context it commits and closes at the end."""
    known = connection.settings_dict
    return psycopg.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=known["NAME"],
    )
