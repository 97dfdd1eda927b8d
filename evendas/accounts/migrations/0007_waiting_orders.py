"""A store may show what each waiting customer ordered last, and how late it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sale_within_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="shows_waiting_order",
            field=models.BooleanField(
                db_default=False, verbose_name="mostra o pedido de quem aguarda"
            ),
        ),
        migrations.AddField(
            model_name="store",
            name="delivers_within",
            field=models.PositiveSmallIntegerField(
                db_default=15, verbose_name="prazo de entrega (dias)"
            ),
        ),
        migrations.AddConstraint(
            model_name="store",
            constraint=models.CheckConstraint(
                condition=models.Q(("delivers_within__gte", 1), ("delivers_within__lte", 90)),
                name="accounts_store_delivers_within",
            ),
        ),
    ]
