"""Migrations run beside a store at work: they hold no large table, and wait for whoever does."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations import AddIndex, Migration, RunSQL
from django.db.migrations.loader import MigrationLoader

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, send

# Earlier ones were run by every installation there is, when it was small.
SINCE = {"automacao": "0006", "pedidos": "0004", "sac": "0012"}
HEAVY = re.compile(r"\bCREATE (UNIQUE )?INDEX\b|\bUPDATE \w+ (AS \w+ )?SET\b")
INDEX_WITH_A_LOCK = re.compile(r"\bINDEX (?!CONCURRENTLY)")


def latest() -> Iterator[Migration]:
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if name >= SINCE.get(app, "9999"):
            yield migration


def statements(migration: Migration) -> list[str]:
    sql = [one.sql for one in migration.operations if isinstance(one, RunSQL)]
    return [str(text) for part in sql for text in ([part] if isinstance(part, str) else part)]


def test_what_takes_long_holds_nothing_and_is_not_hurried() -> None:
    heavy = [one for one in latest() if HEAVY.search(" ".join(statements(one)))]
    assert len(heavy) > 1
    for migration in heavy:
        said = statements(migration)
        assert not migration.atomic, migration
        assert not any(INDEX_WITH_A_LOCK.search(text) for text in said), migration
        assert {"SET statement_timeout = 0", "SET lock_timeout = 0"} <= set(said), migration
        assert not any("ALTER TABLE" in text for text in said), migration


def test_no_index_is_built_under_a_lock() -> None:
    operations = [one for migration in latest() for one in migration.operations]
    assert not [one for one in operations if isinstance(one, AddIndex) and one.atomic]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name",
    [
        *("0014_search", "0016_preview_authors", "0018_contact_by_tax_id", "0020_reports"),
        *("0022_order_indexes", "0026_closed_so_far"),
        *("pedidos.0005_orders_by_change", "pedidos.0007_order_search"),
    ],
)
def test_one_that_was_broken_off_is_run_again(name: str) -> None:
    hurry = limits()
    run_again(name)
    assert limits() == hurry
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_index ON oid = indexrelid WHERE NOT indisvalid"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_every_row_of_the_list_is_told_who_wrote_what_it_shows(shop: Shop, ana: Actor) -> None:
    answered, unanswered = (shop.hears(department=shop.support) for _ in range(2))
    do(ana, answered, "posse")
    send(ana, answered)
    Ticket.objects.update(preview_attendant=None)
    run_again("0016_preview_authors")
    told = dict(Ticket.objects.values_list("pk", "preview_attendant"))
    assert ana.attendant
    assert told == {answered.pk: ana.attendant.pk, unanswered.pk: None}


def run_again(name: str) -> None:
    """Run a migration of `sac`, or of the app before the point."""
    app, _, number = name.rpartition(".")
    migration = import_module(f"{app or 'sac'}.migrations.{number}").Migration
    with connection.schema_editor(atomic=False) as editor:
        for operation in migration.operations:
            operation.database_forwards(app or "sac", editor, None, None)


def limits() -> list[str]:
    with connection.cursor() as cursor:
        found = []
        for name in ("statement_timeout", "lock_timeout"):
            cursor.execute(f"SHOW {name}")
            found.append(cursor.fetchone()[0])
    return found
