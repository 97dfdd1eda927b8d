"""Where a store's orders come from, as its admin sets it up."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from evendas import clock
from evendas.accounts.audit import change, record
from evendas.accounts.models import Store, User
from pedidos.models import Source
from pedidos.models.source import FORMER_SECRET_LIVES, new_secret
from pedidos.platforms.evendas import token_digest

MOST_IN_A_STORE = 20
# What arrives order by order is not to write down each time that it did.
NEWS_EVERY = timedelta(minutes=1)
_FORMER_KEPT = 3
# What is never shown again, nor written into the audit.
SECRETS = {"secret", "api_token"}


class TooManySources(Exception):
    """Each is a door of its own: a store may not make them without end."""

    sentence = "Sua loja já tem o máximo de integrações. Remova uma que não usa mais."


def add_source(store: Store, *, platform: str, name: str, by: User, ip: str | None) -> Source:
    """Add a shop, shut until it has a secret. Raises TooManySources."""
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        if Source.objects.in_store(store).in_use().count() >= MOST_IN_A_STORE:
            raise TooManySources
        source = Source.objects.create(store=store, platform=platform, name=name)
        record("source.created", by=by, target=source, ip=ip, platform=platform, name=name)
    return source


def change_source(source: Source, wanted: Mapping[str, str], *, by: User, ip: str | None) -> None:
    """Keep what was typed; a secret that was left empty stays as it is.

    Until the shop signs with the new one, the former is taken too, for FORMER_SECRET_LIVES.
    """
    with transaction.atomic():
        row = _locked(source)
        secrets = {name for name in SECRETS & wanted.keys() if wanted[name]}
        open_words = {name: word for name, word in wanted.items() if name not in SECRETS}
        changed: dict[str, object] = dict(change(row, **open_words))
        if "secret" in secrets:
            _rotate(row, wanted["secret"])
        if "api_token" in secrets:
            row.api_token = wanted["api_token"]
        row.save()
        changed |= dict.fromkeys(sorted(secrets), "changed")
        if changed:
            record("source.changed", by=by, target=row, ip=ip, **changed)


def renew_key(source: Source, *, by: User, ip: str | None) -> str:
    """Make what opens the door anew and return it: nobody can read it again.

    A secret that signs is taken for a while after; a token that was replaced opens nothing.
    """
    with transaction.atomic():
        row = _locked(source)
        key = new_secret()
        if row.platform == Source.Platform.EVENDAS:
            row.token_digest = token_digest(key)
        else:
            _rotate(row, key)
        row.save()
        record("source.key_renewed", by=by, target=row, ip=ip)
    return key


def remove_source(source: Source, *, by: User, ip: str | None) -> None:
    """Shut the door for good and forget what opened it. The orders stay."""
    with transaction.atomic():
        row = _locked(source)
        row.removed_at = clock.now()
        row.secret = row.former_secret = row.api_token = ""
        row.token_digest = None
        row.save()
        record("source.removed", by=by, target=row, ip=ip, name=row.name)


def note_trouble(source_id: int, told: str) -> None:
    """Keep why a shop did not answer; empty once it did."""
    Source.objects.filter(pk=source_id).exclude(last_error=told).update(last_error=told[:300])


def note_news(source: Source, now: datetime) -> None:
    """Keep when a shop was heard of last, to the minute."""
    if source.last_event_at is not None and now - source.last_event_at < NEWS_EVERY:
        return
    Source.objects.filter(pk=source.pk).update(last_event_at=Greatest("last_event_at", Value(now)))


def _locked(source: Source) -> Source:
    """Lock the row. Raises Source.DoesNotExist when it was removed meanwhile."""
    return Source.objects.in_use().select_for_update(no_key=True).get(pk=source.pk)


def _rotate(row: Source, secret: str) -> None:
    if secret == row.secret:
        return
    if row.secret:
        now = clock.now()
        row.former_secret = "\n".join(row.secrets_at(now)[:_FORMER_KEPT])
        row.former_secret_until = now + FORMER_SECRET_LIVES
    row.secret = secret
