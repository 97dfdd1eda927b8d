from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0004_line_in_full"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="queued_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "Recebida"),
                    ("queued", "Na fila de envio"),
                    ("held", "Esperando sua confirmação"),
                    ("sending", "Enviando"),
                    ("unknown", "Verificando o envio"),
                    ("unconfirmed", "Não confirmada"),
                    ("accepted", "Enviada"),
                    ("sent", "Enviada"),
                    ("delivered", "Entregue"),
                    ("read", "Lida"),
                    ("played", "Reproduzida"),
                    ("failed", "Não enviada"),
                    ("superseded", "Substituída"),
                ],
                max_length=12,
            ),
        ),
    ]
