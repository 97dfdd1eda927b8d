import django.db.models.deletion
from django.db import migrations, models

from evendas.sealing import seal


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticketevent",
            name="from_attendant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.attendant",
            ),
        ),
        migrations.AddField(
            model_name="ticketevent",
            name="from_department",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.department",
            ),
        ),
        migrations.AddField(
            model_name="ticketevent",
            name="handled_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        seal("sac_ticketevent", "from_attendant_id", "sac_attendant"),
        seal("sac_ticketevent", "from_department_id", "sac_department"),
    ]
