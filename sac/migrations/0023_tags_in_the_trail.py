"""Tags that come and go are steps of their ticket."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0022_order_indexes"),
    ]

    operations = [
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
                    ("tagged", "Etiquetas acrescentadas"),
                    ("untagged", "Etiquetas retiradas"),
                    ("bot_finished", "Encaminhado pelo chatbot"),
                    ("survey_answered", "Avaliação recebida"),
                    ("order_placed", "Pedido feito"),
                    ("order_paid", "Pedido pago"),
                    ("order_shipped", "Pedido enviado"),
                ],
                max_length=20,
            ),
        ),
    ]
