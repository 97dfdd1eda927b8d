"""How the database goes about what it is asked: its plans, and the rows it looks at."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

Node = dict[str, Any]


def nodes_of(work: Callable[[], object]) -> list[Node]:
    """Do the work, and return every part of the plans of what it asked."""
    with CaptureQueriesContext(connection) as asked:
        work()
    plans = [_plan(query["sql"]) for query in asked if "EXPLAIN" not in query["sql"]]
    return [node for plan in plans for node in _parts(plan)]


def rows_looked_at(nodes: list[Node], table: str) -> int:
    """How many rows of the table, those thrown away too."""
    kinds = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(
        int(sum(node.get(kind, 0) for kind in kinds) * node["Actual Loops"])
        for node in nodes
        if node.get("Relation Name") == table
    )


def _plan(query: str) -> Node:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        (plan,) = cursor.fetchone()[0]
    return dict(plan["Plan"])


def _parts(plan: Node) -> Iterator[Node]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _parts(part)
