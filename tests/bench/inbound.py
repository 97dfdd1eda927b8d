"""How many messages a second go from a stored webhook to a committed, announced message."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier

import django
import psycopg
from psycopg import sql

CORES = os.cpu_count() or 1
# Of each number: many customers with a few messages each, as in a flood.
CUSTOMERS, EACH = 250, 10
_LIMIT_ROWS = 3000


def messages_a_second(numbers: list[int]) -> float:
    """Drain the inboxes of these numbers, as many at once as there are cores."""
    parts = [numbers[core::CORES] for core in range(CORES)]
    return len(numbers) * CUSTOMERS * EACH / _together(_drain, parts)


def limit_a_second() -> float:
    """What the database does alone: a message inserted and its ticket updated, a commit each."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute("CREATE TABLE bench_limit (LIKE sac_message INCLUDING ALL)")
        admin.execute("CREATE TABLE bench_ticket AS SELECT id, preview FROM sac_ticket LIMIT 1000")
        admin.execute("CREATE UNIQUE INDEX ON bench_ticket (id)")
    return CORES * _LIMIT_ROWS / _together(_insert, list(range(CORES)))


def _together(work: Callable[..., None], parts: Sequence[object]) -> float:
    """Run a process per part; return the seconds from the common start to the last one's end."""
    spawning = multiprocessing.get_context("spawn")
    start = spawning.Barrier(len(parts) + 1)
    running = [spawning.Process(target=work, args=(part, start)) for part in parts]
    for one in running:
        one.start()
    start.wait()
    began = time.perf_counter()
    for one in running:
        one.join()
        assert one.exitcode == 0, "a process of the bench failed"
    return time.perf_counter() - began


def _drain(numbers: list[int], start: Barrier) -> None:
    django.setup()
    from sac.drain import drain_instance  # noqa: PLC0415 - Django comes first

    start.wait()
    for number in numbers:
        assert drain_instance(number) == CUSTOMERS * EACH


def _insert(part: int, start: Barrier) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
        tickets = [row[0] for row in line.execute("SELECT id FROM bench_ticket").fetchall()]
        copy = _copy_of_a_message(line)
        start.wait()
        for number in range(_LIMIT_ROWS):
            with line.transaction():
                line.execute(copy, [part * _LIMIT_ROWS + number, f"X{part}-{number}"])
                place = tickets[number % len(tickets)]
                line.execute("UPDATE bench_ticket SET preview = 'x' WHERE id = %s", [place])


def _copy_of_a_message(line: "psycopg.Connection[tuple[int]]") -> sql.Composed:
    """A statement that inserts a message of ours under another id and another provider's id."""
    columns = [row.name for row in line.execute("SELECT * FROM bench_limit").description or ()]
    values = [
        sql.Placeholder() if name in {"id", "provider_id"} else sql.Identifier(name)
        for name in columns
    ]
    (model,) = line.execute("SELECT min(id) FROM sac_message").fetchone() or (0,)
    return sql.SQL("INSERT INTO bench_limit ({}) SELECT {} FROM sac_message WHERE id = {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(values), model
    )
