"""A second look at the test's database: a connection that is nobody else's."""

import psycopg
from django.db import connection


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
