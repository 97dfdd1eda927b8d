from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0007_contact_standing_unions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["store", "id"],
                name="sac_message_deleted",
            ),
        ),
    ]
