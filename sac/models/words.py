"""The words of texts, as the indexes of words have them (migration 0014)."""

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models


class Words(models.Func):
    """The words of a text, or of two."""

    function = "evendas_words"
    output_field = SearchVectorField()


class Says(models.Func):
    """Whether a text has the words, asked of the text itself and not of the index."""

    template = "COALESCE(%(expressions)s, false)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


def plain(text: str) -> str:
    """The text without accents, case and signs. It must hold no NUL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT evendas_plain(%s)", [text])
        (found,) = cursor.fetchone()
    return str(found)
