"""The first steps on Início come to an end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_desk_settings"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="shows_first_steps",
            field=models.BooleanField(default=True, verbose_name="mostra os primeiros passos"),
        ),
    ]
