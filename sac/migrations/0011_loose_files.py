import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_desk_settings"),
        ("sac", "0010_whole_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="LooseFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("until", models.DateTimeField()),
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
                "verbose_name": "arquivo solto",
                "verbose_name_plural": "arquivos soltos",
                "constraints": [
                    models.UniqueConstraint(fields=("store", "name"), name="sac_loosefile_once")
                ],
            },
        ),
    ]
