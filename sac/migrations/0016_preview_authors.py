"""Tells of every ticket there is who wrote what its row of the list shows."""

from django.db import migrations

# A few tickets at a time, in the order in which everybody locks them: nobody who works meanwhile
# waits for long. What was told already, by an attempt that was broken off too, is left.
_TELL = """
    DO $$
    DECLARE
        few CONSTANT bigint := 1000;
        low bigint := 0;
        last bigint := (SELECT max(id) FROM sac_ticket);
    BEGIN
        WHILE low < last LOOP
            WITH untold AS (
                SELECT ticket.id, message.attendant_id
                FROM sac_ticket AS ticket
                JOIN sac_message AS message ON message.id = ticket.preview_message_id
                WHERE ticket.id > low AND ticket.id <= low + few
                    AND ticket.preview_attendant_id IS DISTINCT FROM message.attendant_id
                ORDER BY ticket.id FOR NO KEY UPDATE OF ticket
            )
            UPDATE sac_ticket AS ticket SET preview_attendant_id = untold.attendant_id
            FROM untold WHERE untold.id = ticket.id;
            COMMIT;
            low := low + few;
        END LOOP;
    END $$
"""
_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sac", "0015_scores_stay")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, migrations.RunSQL.noop),
        migrations.RunSQL(_TELL, migrations.RunSQL.noop),
        migrations.RunSQL(_HURRY_AGAIN, migrations.RunSQL.noop),
    ]
