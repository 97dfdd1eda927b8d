"""Keeps the sums of closed tickets short."""

from django.db import connection

# Whoever folds at the same moment takes others. Nobody changes a row: they only come and go.
_FOLD = """
    WITH many AS (
        SELECT id, count(*) OVER (
            PARTITION BY store_id, instance_id, department_id, attendant_id, guest_id) AS rows
        FROM sac_closedcount
    ), taken AS (
        SELECT id FROM sac_closedcount WHERE id IN (SELECT id FROM many WHERE rows > 1)
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM sac_closedcount WHERE id IN (SELECT id FROM taken) RETURNING *
    )
    INSERT INTO sac_closedcount
        (store_id, instance_id, department_id, attendant_id, guest_id, tickets)
    SELECT store_id, instance_id, department_id, attendant_id, guest_id, sum(tickets) FROM gone
    GROUP BY store_id, instance_id, department_id, attendant_id, guest_id HAVING sum(tickets) <> 0
"""


def fold_closed_counts() -> None:
    """Make one row of all that count the same. What they add up to is the same at any moment."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)
