"""One thing that is always true, and the query for what breaks it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something always true. `sql` selects the ids of the rows, of kind `of`, that break it."""

    name: str
    meaning: str
    of: str
    sql: str


def once(name: str, of: str, table: str, columns: str, where: str = "true") -> Invariant:
    """Return that no two rows of a table, among those of `where`, agree in these columns."""
    return Invariant(
        name=name,
        meaning=f"no two rows of {table} share ({columns}) where {where}",
        of=of,
        sql=f"SELECT min(id) AS id FROM {table} WHERE {where}"  # noqa: S608 - our own text
        f" GROUP BY {columns} HAVING count(*) > 1",
    )
