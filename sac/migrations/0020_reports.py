"""Steps of a store by kind and time, built beside a store at work, again if it was broken off."""

from django.db import migrations, models

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_DROP = "DROP INDEX CONCURRENTLY IF EXISTS sac_event_reports"
_CREATE = "CREATE INDEX CONCURRENTLY sac_event_reports ON sac_ticketevent (store_id, kind, at)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sac", "0019_desk_theme")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL([_DROP, _CREATE], [_DROP]),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="ticketevent",
                    index=models.Index(fields=["store", "kind", "at"], name="sac_event_reports"),
                ),
            ],
        ),
    ]
