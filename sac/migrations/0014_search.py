"""What Busca asks: the words of messages and of contacts, and messages by their time."""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations

# Signs part words everywhere alike: in addresses, phones, codes and hyphenated words. A text of any
# length must be stored: what comes after so much of it is not looked for, as a tsvector is bounded.
_FUNCTIONS = r"""
    CREATE OR REPLACE FUNCTION evendas_plain(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT translate(public.evendas_sortable($1),
            '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)) $$;
    CREATE OR REPLACE FUNCTION evendas_words(text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT to_tsvector('pg_catalog.simple',
            public.evendas_plain(left($1, 50000))) $$;
    CREATE OR REPLACE FUNCTION evendas_words(text, text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT public.evendas_words($1 || ' ' || $2) $$;
"""
_NO_FUNCTIONS = """
    DROP FUNCTION evendas_words(text, text);
    DROP FUNCTION evendas_words(text);
    DROP FUNCTION evendas_plain(text);
"""
# The tables may be large, and are written all the while: whoever is before us is waited for. An
# attempt that was broken off leaves functions, and indexes that are none.
_TAKE_TIME = ["SET statement_timeout = 0", "SET lock_timeout = 0"]
_HURRY_AGAIN = ["RESET statement_timeout", "RESET lock_timeout"]
# With the store, so that a word many stores use costs none of them more.
_INDEXES = {
    "sac_message_words": "sac_message USING gin (store_id, evendas_words(text))",
    "sac_message_by_time": "sac_message (store_id, sort_key, id)",
    "sac_contact_words": "sac_contact USING gin (store_id, evendas_words(name, email))",
}


def _index(name: str, on: str) -> migrations.RunSQL:
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return migrations.RunSQL([drop, f"CREATE INDEX CONCURRENTLY {name} ON {on}"], [drop])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sac", "0013_list_filters"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.RunSQL(_FUNCTIONS, _NO_FUNCTIONS),
        migrations.RunSQL(_TAKE_TIME, _HURRY_AGAIN),
        *(_index(name, on) for name, on in _INDEXES.items()),
        migrations.RunSQL(_HURRY_AGAIN, _TAKE_TIME),
    ]
