import django.db.models.deletion
from django.db import migrations, models

from evendas.sealing import seal


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0012_closing_undone"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="preview_attendant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.attendant",
            ),
        ),
        seal("sac_ticket", "preview_attendant_id", "sac_attendant"),
        migrations.AddField(
            model_name="ticketevent",
            name="score",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="ticketevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("score", None),
                    models.Q(("kind", "survey_answered"), ("score__gte", 1), ("score__lte", 5)),
                    _connector="OR",
                ),
                name="sac_event_score_is_an_answer",
            ),
        ),
    ]
