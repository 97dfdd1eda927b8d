"""Orders of the JSON API by when they changed, built beside a store at work."""

from django.db import migrations, models

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_INDEXES = {
    "pedidos_order_changed": "source_id, platform_updated_at, id",
    "pedidos_order_label_changed": "source_id, label, platform_updated_at, id",
}
_DROP = [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in _INDEXES]
_CREATE = [
    f"CREATE INDEX CONCURRENTLY {name} ON pedidos_order ({columns}) WHERE platform = 'api'"
    for name, columns in _INDEXES.items()
]
_IS_API = models.Q(("platform", "api"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pedidos", "0004_api_tokens")]

    operations = [
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL([*_DROP, *_CREATE], _DROP),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        fields=["source", "platform_updated_at", "id"],
                        condition=_IS_API,
                        name="pedidos_order_changed",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        fields=["source", "label", "platform_updated_at", "id"],
                        condition=_IS_API,
                        name="pedidos_order_label_changed",
                    ),
                ),
            ],
        ),
    ]
