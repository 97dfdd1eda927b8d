from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pedidos", "0002_orders_in_full")]

    operations = [
        # The table is as new as this: there is nobody to be held up.
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["source", "id"],
                name="pedidos_delivery_next",
            ),
        ),
    ]
