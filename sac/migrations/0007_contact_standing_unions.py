from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0006_steps_follow_their_ticket"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="standing_unions",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunSQL(
            "UPDATE sac_contact SET standing_unions = (SELECT count(*) FROM sac_contactmerge"
            " WHERE kept_id = sac_contact.id AND undone_at IS NULL)"
            " WHERE id IN (SELECT kept_id FROM sac_contactmerge WHERE undone_at IS NULL)",
            migrations.RunSQL.noop,
        ),
    ]
