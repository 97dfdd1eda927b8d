"""Whose an order is by a person's word, and the steps that tell what became of one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from evendas.sealing import seal

# What a step tells stays as it was written: of which order, too.
_BEFORE = (
    "id, store_id, ticket_id, kind, at, actor_id, attendant_id, department_id, from_attendant_id,"
    " from_department_id, note, wait_seconds, handled_seconds, sort_key, score"
)


def _refusing(columns: str) -> str:
    return f"""
        DROP TRIGGER "sac_ticketevent_append_only" ON "sac_ticketevent";
        CREATE TRIGGER "sac_ticketevent_append_only" BEFORE DELETE OR UPDATE OF {columns}
            ON "sac_ticketevent" FOR EACH ROW EXECUTE FUNCTION evendas_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_desk_settings"),
        ("pedidos", "0002_orders_in_full"),
        ("sac", "0020_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("confirmed", "confirmado"), ("refused", "recusado")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="order_links",
                        to="sac.contact",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pedidos.order",
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
                "verbose_name": "vínculo de pedido",
                "verbose_name_plural": "vínculos de pedidos",
                "indexes": [models.Index(fields=["store", "order"], name="sac_orderlink_of_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "contact", "order"), name="sac_orderlink_once"
                    )
                ],
            },
        ),
        seal("sac_orderlink", "by_id", "accounts_user"),
        seal("sac_orderlink", "contact_id", "sac_contact"),
        seal("sac_orderlink", "order_id", "pedidos_order"),
        migrations.AddField(
            model_name="ticketevent",
            name="order_key",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("created", "Atendimento iniciado"),
                    ("queued", "Entrou na fila"),
                    ("taken", "Assumido"),
                    ("taken_over", "Assumido de outro atendente"),
                    ("transferred_out", "Transferido"),
                    ("transferred_in", "Recebido por transferência"),
                    ("returned", "Devolvido à fila"),
                    ("first_reply", "Primeira resposta"),
                    ("closed", "Encerrado"),
                    ("reopened", "Reaberto"),
                    ("bot_finished", "Encaminhado pelo chatbot"),
                    ("survey_answered", "Avaliação recebida"),
                    ("order_placed", "Pedido feito"),
                    ("order_paid", "Pedido pago"),
                    ("order_shipped", "Pedido enviado"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(sql=_refusing(f"{_BEFORE}, order_key"), reverse_sql=_refusing(_BEFORE)),
    ]
