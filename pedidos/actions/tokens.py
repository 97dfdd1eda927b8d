"""Tokens of the JSON API, as a store's admin makes and revokes them, and as programs use them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import User
from pedidos.models import ApiToken, Scope, Source
from pedidos.models.token import beginning_of, new_token
from pedidos.platforms.evendas import token_digest

MOST_OF_A_SOURCE = 20
# A use is written down again after so long: reading orders is not to write at every page.
NOTED_EVERY = timedelta(minutes=1)


class TooManyTokens(Exception):
    """Each opens the store's orders: they may not be made without end."""

    sentence = "Esta integração já tem o máximo de tokens. Revogue um que não usa mais."


def create_token(
    source: Source, *, name: str, scopes: Collection[str], by: User, ip: str | None
) -> str:
    """Make a token and return it: nobody can read it again. Raises TooManyTokens."""
    token = new_token()
    with transaction.atomic():
        row = Source.objects.in_use().select_for_update(no_key=True).get(pk=source.pk)
        if row.tokens.in_use().count() >= MOST_OF_A_SOURCE:
            raise TooManyTokens
        made = ApiToken.objects.create(
            store_id=row.store_id,
            source=row,
            name=name,
            beginning=beginning_of(token),
            digest=token_digest(token),
            can_read=Scope.READ in scopes,
            can_write=Scope.WRITE in scopes,
        )
        told = {"name": name, "source": row.pk, "scopes": list(made.scopes)}
        record("api_token.created", by=by, target=made, ip=ip, **told)
    return token


def revoke_token(token: ApiToken, *, by: User, ip: str | None) -> None:
    """Let a token open nothing any more. One that was revoked meanwhile stays as it is."""
    with transaction.atomic():
        live = ApiToken.objects.in_use().select_for_update(no_key=True, of=("self",))
        row = live.filter(pk=token.pk).first()
        if row is None:
            return
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        told = {"name": row.name, "source": row.source_id}
        record("api_token.revoked", by=by, target=row, ip=ip, **told)


def note_use(token: ApiToken, now: datetime) -> None:
    """Keep when a token was used last, to the minute."""
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
