from django.db import migrations

# Two contacts that turn out to be one person have one conversation: a step goes with its ticket,
# and takes a new revision there. What it tells stays as it was written.
_TOLD = (
    "id, store_id, ticket_id, kind, at, actor_id, attendant_id, department_id, from_attendant_id,"
    " from_department_id, note, wait_seconds, handled_seconds, sort_key"
)


def _refusing(changes: str) -> str:
    return f"""
        DROP TRIGGER "sac_ticketevent_append_only" ON "sac_ticketevent";
        CREATE TRIGGER "sac_ticketevent_append_only" BEFORE DELETE OR {changes}
            ON "sac_ticketevent" FOR EACH ROW EXECUTE FUNCTION evendas_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("sac", "0005_message_age")]

    operations = [
        migrations.RunSQL(sql=_refusing(f"UPDATE OF {_TOLD}"), reverse_sql=_refusing("UPDATE")),
    ]
