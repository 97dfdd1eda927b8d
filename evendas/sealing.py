"""Stores are sealed in the database itself.

Every row of a store carries `store_id`, and a reference between two of them is a composite foreign
key (store_id, id): a row can never point into another store, whatever the code above it does.
Django cannot declare such keys, so models say `db_constraint=False` and the migration adds
`seal(...)`. tests/test_sealing.py reads pg_constraint and finds any that is missing.
"""

from typing import Self, TypeVar

from django.db import migrations, models

Row = TypeVar("Row", bound=models.Model)


class StoreQuerySet(models.QuerySet[Row]):
    """Rows of stores: a page's are asked for by its store first."""

    def in_store(self, store: models.Model) -> Self:
        return self.filter(store=store)


class StoreOwned(models.Model):
    """A row that belongs to one store."""

    store = models.ForeignKey(
        "accounts.Store", models.PROTECT, db_index=False, related_name="+", verbose_name="loja"
    )

    class Meta:
        abstract = True


class StoreRow(StoreOwned):
    """A row of one store that other rows of the same store may point at."""

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["store", "id"], name="%(app_label)s_%(class)s_store_id"
            ),
        ]


def seal(table: str, column: str, target: str) -> migrations.RunSQL:
    """Return the operation that ties (store_id, column) of `table` to (store_id, id) of `target`.

    NOT DEFERRABLE: a wrong reference fails at the statement that makes it.
    """
    name = f"{table}_{column}_sealed"
    return migrations.RunSQL(
        sql=(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (store_id, "{column}")'
            f' REFERENCES "{target}" (store_id, id) NOT DEFERRABLE'
        ),
        reverse_sql=f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


def append_only(table: str) -> migrations.RunSQL:
    """Return the operation that makes the database refuse UPDATE and DELETE on `table`."""
    return migrations.RunSQL(
        sql=(
            f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION evendas_refuse_change()"
        ),
        reverse_sql=f'DROP TRIGGER "{table}_append_only" ON "{table}"',
    )
