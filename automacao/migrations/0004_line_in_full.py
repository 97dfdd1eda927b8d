import django.db.models.deletion
from django.db import migrations, models

from evendas.sealing import seal


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_shows_deleted"),
        ("automacao", "0003_former_channels"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="down_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="down_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="last_event_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="probe_failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="instance",
            name="probed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="reconciled_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="silence_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="webhook_checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="LineTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("what", models.CharField(max_length=60)),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "instance",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="automacao.instance",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.store",
                        verbose_name="loja",
                    ),
                ),
            ],
            options={
                "verbose_name": "contagem da linha",
                "verbose_name_plural": "contagens da linha",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("instance", "day", "what"), name="automacao_linetally_once"
                    )
                ],
            },
        ),
        seal("automacao_linetally", "instance_id", "automacao_instance"),
    ]
