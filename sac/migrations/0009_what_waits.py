from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0008_deleted_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "held"])),
                fields=["instance"],
                name="sac_outbox_waiting",
            ),
        ),
    ]
