"""Who has which CPF or CNPJ, built beside a store at work, again if an attempt was broken off."""

from django.db import migrations, models

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_DROP = "DROP INDEX CONCURRENTLY IF EXISTS sac_contact_by_tax_id"
_CREATE = (
    "CREATE INDEX CONCURRENTLY sac_contact_by_tax_id ON sac_contact (store_id, tax_id)"
    " WHERE NOT (tax_id = '')"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sac", "0017_contact_tax_id")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL([_DROP, _CREATE], [_DROP]),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(
                        condition=models.Q(("tax_id", ""), _negated=True),
                        fields=["store", "tax_id"],
                        name="sac_contact_by_tax_id",
                    ),
                ),
            ],
        ),
    ]
