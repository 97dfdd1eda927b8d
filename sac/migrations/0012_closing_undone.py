"""What Desfazer puts back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0011_loose_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="closed_new_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="closed_waiting_since",
            field=models.DateTimeField(null=True),
        ),
    ]
