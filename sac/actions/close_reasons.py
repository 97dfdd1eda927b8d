"""What an admin does with the store's reasons to close. Tickets keep the words they were given."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from sac.models import CloseReason


class ReasonTaken(Exception):
    """The store has such a reason, accents and case apart."""

    sentence = "A loja já tem este motivo."


def create_close_reason(store: Store, name: str, *, by: User, ip: str | None) -> CloseReason:
    """Offer one more reason. Raises ReasonTaken."""
    with _once():
        reason = CloseReason.objects.create(store=store, name=name)
        record("close_reason.created", by=by, target=reason, ip=ip, name=name)
    return reason


def change_close_reason(
    reason: CloseReason, *, name: str, is_active: bool, by: User, ip: str | None
) -> None:
    """Rename a reason, take it out of use or back into it. Raises ReasonTaken."""
    wanted = {"name": name, "is_active": is_active}
    with _once():
        row = CloseReason.objects.select_for_update(no_key=True).get(pk=reason.pk)
        changed = {key: value for key, value in wanted.items() if getattr(row, key) != value}
        for key, value in changed.items():
            setattr(row, key, value)
        row.save()
        if changed:
            record("close_reason.changed", by=by, target=row, ip=ip, **changed)


@contextmanager
def _once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "sac_close_reason_once" not in str(error):
            raise
        raise ReasonTaken from error
