"""How long after a conversation a sale is credited to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_first_steps_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="sale_within_days",
            field=models.PositiveSmallIntegerField(
                default=7, verbose_name="venda da conversa (dias)"
            ),
        ),
        migrations.AddConstraint(
            model_name="store",
            constraint=models.CheckConstraint(
                condition=models.Q(("sale_within_days__gte", 1), ("sale_within_days__lte", 90)),
                name="accounts_store_sale_within",
            ),
        ),
    ]
