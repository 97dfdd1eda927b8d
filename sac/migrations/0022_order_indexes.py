"""What finds an order's contact and its steps, built beside a store at work, again if broken off."""

import django.db.models.functions
from django.db import migrations, models

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_DROP = [
    "DROP INDEX CONCURRENTLY IF EXISTS sac_contact_by_email",
    "DROP INDEX CONCURRENTLY IF EXISTS sac_event_of_order_once",
]
_BY_EMAIL = (
    "CREATE INDEX CONCURRENTLY sac_contact_by_email ON sac_contact (store_id, lower(email))"
    " WHERE NOT (email = '')"
)
_ONCE = (
    "CREATE UNIQUE INDEX CONCURRENTLY sac_event_of_order_once"
    " ON sac_ticketevent (ticket_id, kind, order_key) WHERE order_key IS NOT NULL"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sac", "0021_order_links")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL([*_DROP, _BY_EMAIL, _ONCE], _DROP),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(
                        models.F("store"),
                        django.db.models.functions.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="sac_contact_by_email",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ticketevent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("order_key__isnull", False)),
                        fields=("ticket", "kind", "order_key"),
                        name="sac_event_of_order_once",
                    ),
                ),
            ],
        ),
    ]
