from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# A table that may be large, and is written all the while: whoever is before us is waited for.
# An attempt that was broken off leaves an index that is none.
_TAKE_TIME = [
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
    "DROP INDEX CONCURRENTLY IF EXISTS automacao_inbox_done",
]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("automacao", "0005_parked_at"),
    ]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        AddIndexConcurrently(
            model_name="inboundevent",
            index=models.Index(
                condition=models.Q(("status", "done")),
                fields=["processed_at"],
                name="automacao_inbox_done",
            ),
        ),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME[:2]),
    ]
