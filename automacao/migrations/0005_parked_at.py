from django.db import migrations, models

# What the door itself parked was never counted: its day begins when it is tried again.
_KNOWN = """
    UPDATE automacao_inboundevent SET parked_at = received_at
    WHERE status = 'parked' AND (attempts > 0 OR error LIKE 'quarentena: %')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("automacao", "0004_line_in_full"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboundevent",
            name="parked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
