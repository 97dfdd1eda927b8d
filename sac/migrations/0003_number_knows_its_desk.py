import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automacao", "0003_former_channels"),
        ("sac", "0002_ticketevent_changes_hands"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="instance",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="automacao.instance",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="instance",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="automacao.instance",
            ),
        ),
    ]
