"""The month's figures by e-mail: who wants them, and for which months they were sent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sale_within_days"),
        ("sac", "0023_tags_in_the_trail"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskpreferences",
            name="mails_month",
            field=models.BooleanField(default=False, verbose_name="relatório do mês por e-mail"),
        ),
        migrations.CreateModel(
            name="MonthMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mês")),
                ("leased_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="enviado em")),
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
                "verbose_name": "relatório do mês por e-mail",
                "verbose_name_plural": "relatórios do mês por e-mail",
                "constraints": [
                    models.UniqueConstraint(fields=("store", "month"), name="sac_monthmail_once")
                ],
            },
        ),
    ]
