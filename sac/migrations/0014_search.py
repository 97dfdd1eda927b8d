"""What Busca asks: the words of messages and of contacts, and messages by their time."""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations

# Signs part words everywhere alike: in addresses, phones, codes and hyphenated words. A text of any
# length must be stored: what comes after so much of it is not looked for, as a tsvector is bounded.
_FUNCTIONS = r"""
    CREATE FUNCTION evendas_plain(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT translate(public.evendas_sortable($1),
            '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)) $$;
    CREATE FUNCTION evendas_words(text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT to_tsvector('pg_catalog.simple',
            public.evendas_plain(left($1, 50000))) $$;
    CREATE FUNCTION evendas_words(text, text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT public.evendas_words($1 || ' ' || $2) $$;
"""
_NO_FUNCTIONS = """
    DROP FUNCTION evendas_words(text, text);
    DROP FUNCTION evendas_words(text);
    DROP FUNCTION evendas_plain(text);
"""
# With the store, so that a word many stores use costs none of them more.
_INDEXES = """
    CREATE INDEX sac_message_words ON sac_message USING gin (store_id, evendas_words(text));
    CREATE INDEX sac_message_by_time ON sac_message (store_id, sort_key, id);
    CREATE INDEX sac_contact_words ON sac_contact USING gin (store_id, evendas_words(name, email));
"""
_NO_INDEXES = """
    DROP INDEX sac_message_words;
    DROP INDEX sac_message_by_time;
    DROP INDEX sac_contact_words;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sac", "0013_list_filters"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.RunSQL(sql=_FUNCTIONS, reverse_sql=_NO_FUNCTIONS),
        migrations.RunSQL(sql=_INDEXES, reverse_sql=_NO_INDEXES),
    ]
