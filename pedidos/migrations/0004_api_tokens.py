import django.db.models.deletion
from django.db import migrations, models

from evendas.sealing import seal


class Migration(migrations.Migration):
    dependencies = [("pedidos", "0003_next_delivery")]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="platform",
            field=models.CharField(
                choices=[
                    ("woocommerce", "WooCommerce"),
                    ("shopify", "Shopify"),
                    ("nuvemshop", "Nuvemshop"),
                    ("evendas", "API de pedidos E-Vendas"),
                    ("api", "API JSON"),
                ],
                max_length=20,
                verbose_name="plataforma",
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="nome")),
                ("beginning", models.CharField(max_length=12, verbose_name="início")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("can_read", models.BooleanField(default=False, verbose_name="lê pedidos")),
                ("can_write", models.BooleanField(default=False, verbose_name="grava pedidos")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="último uso")),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="pedidos.source",
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
            options={"verbose_name": "token da API", "verbose_name_plural": "tokens da API"},
        ),
        migrations.AddIndex(
            model_name="apitoken",
            index=models.Index(fields=["source"], name="pedidos_apitoken_of_source"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("can_read", True), ("can_write", True), _connector="OR"),
                name="pedidos_apitoken_opens",
            ),
        ),
        seal("pedidos_apitoken", "source_id", "pedidos_source"),
    ]
