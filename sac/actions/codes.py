"""Ticket codes: AAAA-NNNNNN, per store and year, rising, never reused, gaps allowed."""

from django.db import connection


def take_codes(store_id: int, year: int, count: int) -> list[str]:
    """Take `count` codes. Call last: the counter's row stays locked until commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sac_ticketcounter (store_id, year, last_number) VALUES (%s, %s, %s)
            ON CONFLICT (store_id, year)
            DO UPDATE SET last_number = sac_ticketcounter.last_number + EXCLUDED.last_number
            RETURNING last_number
            """,
            [store_id, year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
