from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_quota_and_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="shows_deleted",
            field=models.BooleanField(
                default=True, verbose_name="mostra o texto de mensagens apagadas"
            ),
        ),
    ]
