"""What Pedidos looks for: beginnings of numbers, parts of names and of phones.

Built beside a store at work, again if an attempt was broken off.
"""

import django.db.models.functions
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations, models

import evendas.accounts.models

_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
_INDEXES = {
    "pedidos_order_begins": "pedidos_order (store_id, upper(number) text_pattern_ops)",
    "pedidos_order_named": (
        "pedidos_order USING gin (store_id, evendas_sortable(buyer_name) gin_trgm_ops)"
    ),
    "pedidos_orderphone_digits": "pedidos_orderphone USING gin (store_id, phone gin_trgm_ops)",
}
_DROP = [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in _INDEXES]
_CREATE = [f"CREATE INDEX CONCURRENTLY {name} ON {on}" for name, on in _INDEXES.items()]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0001_initial"), ("pedidos", "0006_order_imports")]

    operations = [
        BtreeGinExtension(),
        TrigramExtension(),
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        migrations.RunSQL([*_DROP, *_CREATE], _DROP),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        models.F("store"),
                        OpClass(
                            django.db.models.functions.Upper("number"), name="text_pattern_ops"
                        ),
                        name="pedidos_order_begins",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=GinIndex(
                        models.F("store"),
                        OpClass(
                            evendas.accounts.models.Sortable("buyer_name"), name="gin_trgm_ops"
                        ),
                        name="pedidos_order_named",
                    ),
                ),
                migrations.AddIndex(
                    model_name="orderphone",
                    index=GinIndex(
                        models.F("store"),
                        OpClass("phone", name="gin_trgm_ops"),
                        name="pedidos_orderphone_digits",
                    ),
                ),
            ],
        ),
    ]
