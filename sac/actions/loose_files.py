"""The bookkeeping of names in the storage, so that no bytes stay there for ever unknown.

A name is claimed before its bytes are written, held by a file in the transaction that makes its
row, and given up in the one that makes it forget them (`Media.discard`). What is not held in time
is nobody's and is taken away: the storage itself need never be listed.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import models

from evendas import clock
from sac.models import LooseFile, Media, QuickReply

# What is stored is a message's within this, or never.
CLAIM = timedelta(days=1)
# Longer than any transaction takes that holds a name at the last moment.
MARGIN = timedelta(hours=1)


def claim_name(store_id: int, name: str) -> None:
    """Note that bytes are about to lie under this name. Call it outside of any transaction."""
    LooseFile.objects.create(store_id=store_id, name=name, until=clock.now() + CLAIM)


def hold_names(store_id: int, names: Collection[str]) -> None:
    """Let these names be a file's, in the transaction that writes them into its row.

    Raises LookupError for names nobody claimed, or so long ago that their bytes may be gone.
    """
    claims = LooseFile.objects.named(store_id, names).filter(until__gt=clock.now())
    held, _ = claims.delete()
    if held != len(names):
        raise LookupError(f"{held} of {len(names)} names are there to be held: {sorted(names)}")


def forget_names(*names: str) -> None:
    """Forget names whose bytes are gone."""
    LooseFile.objects.forget(*names)


def nobodys_names(limit: int) -> list[str]:
    """Names whose bytes are to be deleted: never one that a file has, whatever was claimed."""
    left = LooseFile.objects.given_up(before=clock.now() - MARGIN)
    names = set(left.values_list("name", flat=True)[:limit])
    if had := _of_files(names):
        forget_names(*had)
    return sorted(names - had)


def _of_files(names: Collection[str]) -> set[str]:
    if not names:
        return set()
    fields = ("file", "thumbnail", "playable")
    having = models.Q(*((f"{field}__in", names) for field in fields), _connector=models.Q.OR)
    rows = Media.objects.filter(having).values_list(*fields)
    ready = QuickReply.objects.filter(file__in=names).values_list("file", flat=True)
    return {name for row in rows for name in row} & set(names) | set(ready)
