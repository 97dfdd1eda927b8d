"""A unique constraint is the judge between two who want the same; the loser is told in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation


@contextmanager
def unique(constraint: str, *, taken: Exception) -> Iterator[None]:
    """One transaction, in which a breach of this constraint is raised as `taken`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        breach = error.__cause__
        if isinstance(breach, UniqueViolation) and breach.diag.constraint_name == constraint:
            raise taken from error
        raise
