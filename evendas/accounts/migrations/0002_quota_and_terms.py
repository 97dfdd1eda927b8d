import hashlib

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

VERSION = "2026-11"
BODY = """Política de ingresso do E-Vendas SAC

1. As conversas pertencem à loja e servem só para atender quem escreveu.
2. Dados de clientes não saem do sistema nem são usados para outro fim (Lei 13.709/2018).
3. Cada pessoa usa o próprio acesso; senhas não são compartilhadas.
4. O que é feito no sistema fica registrado com autor, data e hora.
"""


def publish(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    # An installation that ran the demo's seed before has this version already.
    apps.get_model("accounts", "TermsVersion").objects.get_or_create(
        version=VERSION,
        defaults={"body": BODY, "sha256": hashlib.sha256(BODY.encode()).hexdigest()},
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=64)),
                ("began_at", models.DateTimeField(db_index=True)),
                ("used", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "cota de uso",
                "verbose_name_plural": "cotas de uso",
                "constraints": [
                    models.UniqueConstraint(fields=("what", "key"), name="accounts_quota_once")
                ],
            },
        ),
        # Published texts stay: the database refuses to delete them.
        migrations.RunPython(publish, migrations.RunPython.noop),
    ]
