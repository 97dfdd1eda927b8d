from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # A table that may be large: it is read and written all the while.
    atomic = False

    dependencies = [
        ("automacao", "0005_parked_at"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="inboundevent",
            index=models.Index(
                condition=models.Q(("status", "done")),
                fields=["processed_at"],
                name="automacao_inbox_done",
            ),
        ),
    ]
