"""Adds what was closed before anybody counted, beside a store at work; again if broken off.

One statement sees the tickets and their counts at one moment: it adds what the counts lack then,
and what changes meanwhile is counted by itself.
"""

from django.db import migrations

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_ADD_WHAT_LACKS = """
    INSERT INTO sac_closedcount
        (store_id, instance_id, department_id, attendant_id, guest_id, tickets)
    SELECT store_id, instance_id, department_id, attendant_id, guest_id, sum(tickets) FROM (
        SELECT store_id, instance_id, department_id, attendant_id, NULL AS guest_id, 1 AS tickets
        FROM sac_ticket WHERE status = 'closed'
        UNION ALL
        SELECT ticket.store_id, instance_id, ticket.department_id, ticket.attendant_id,
            guest.attendant_id, 1
        FROM (SELECT DISTINCT ticket_id, attendant_id FROM sac_ticketevent) AS guest
        JOIN sac_ticket AS ticket ON ticket.id = guest.ticket_id
        WHERE status = 'closed' AND guest.attendant_id IS NOT NULL
            AND guest.attendant_id IS DISTINCT FROM ticket.attendant_id
        UNION ALL
        SELECT store_id, instance_id, department_id, attendant_id, guest_id, -tickets
        FROM sac_closedcount
    ) AS told
    GROUP BY store_id, instance_id, department_id, attendant_id, guest_id HAVING sum(tickets) <> 0
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sac", "0025_closed_counts")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL(_ADD_WHAT_LACKS, migrations.RunSQL.noop),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
    ]
