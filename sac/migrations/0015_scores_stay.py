from django.db import migrations

# What a step tells stays as it was written: the score too, which came after the rule.
_BEFORE = (
    "id, store_id, ticket_id, kind, at, actor_id, attendant_id, department_id, from_attendant_id,"
    " from_department_id, note, wait_seconds, handled_seconds, sort_key"
)


def _refusing(columns: str) -> str:
    return f"""
        DROP TRIGGER "sac_ticketevent_append_only" ON "sac_ticketevent";
        CREATE TRIGGER "sac_ticketevent_append_only" BEFORE DELETE OR UPDATE OF {columns}
            ON "sac_ticketevent" FOR EACH ROW EXECUTE FUNCTION evendas_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("sac", "0014_search")]

    operations = [
        migrations.RunSQL(sql=_refusing(f"{_BEFORE}, score"), reverse_sql=_refusing(_BEFORE)),
    ]
