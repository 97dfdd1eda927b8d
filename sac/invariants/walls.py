"""What is always true between stores: no row refers to one of another. Read off the models."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from evendas.sealing import StoreOwned
from sac.invariants.invariant import Invariant


def walls() -> Iterator[Invariant]:
    """One invariant per table that refers to other rows of its store."""
    for model in apps.get_models():
        if issubclass(model, StoreOwned) and (references := _references(model)):
            yield _within_the_store(model._meta.db_table, references)


def _references(model: type[Model]) -> list[tuple[str, str]]:
    """(column, table) of whatever leads from this model to another row of its store."""
    return [
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.name != "store" and _has_store(field)
    ]


def _has_store(field: "ForeignKey[Any, Any]") -> bool:
    return any(known.name == "store" for known in field.related_model._meta.concrete_fields)


def _within_the_store(table: str, references: list[tuple[str, str]]) -> Invariant:
    parts = [
        f"SELECT child.id FROM {table} AS child"  # noqa: S608 - names of models
        f" LEFT JOIN {target} AS parent ON parent.id = child.{column}"
        f" WHERE child.{column} IS NOT NULL AND parent.store_id IS DISTINCT FROM child.store_id"
        for column, target in references
    ]
    return Invariant(
        name=f"{table}_within_its_store",
        meaning="a row and every row it refers to are of one store",
        of=table,
        sql=" UNION ALL ".join(parts),
    )
