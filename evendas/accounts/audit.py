"""The audit: who changed what in a store. Lines are only ever added."""

from django.db.models import Model

from evendas import clock
from evendas.accounts.models import AuditEntry, User
from evendas.sealing import StoreRow


def record(
    action: str, *, by: User, target: object = None, ip: str | None = None, **details: object
) -> None:
    """Add a line about `by`'s store, inside the caller's transaction.

    `action` is a past-tense fact in English ("department.created"); `target` a saved row.
    """
    if by.store_id is None:
        raise ValueError("a platform operator acts in no store")
    AuditEntry.objects.create(
        store_id=by.store_id,
        actor=by,
        action=action,
        target=type(target).__name__.lower() if target is not None else "",
        target_id=getattr(target, "pk", None),
        details=details,
        ip=ip,
        at=clock.now(),
    )


def record_unasked(action: str, *, target: StoreRow, **details: object) -> None:
    """Add a line about what the product did by itself to a row of a store."""
    AuditEntry.objects.create(
        store_id=target.store_id,
        action=action,
        target=type(target).__name__.lower(),
        target_id=target.pk,
        details=details,
        at=clock.now(),
    )


def change(row: Model, **wanted: object) -> dict[str, list[object]]:
    """Save what differs in a row under its lock; return it as {field: [before, after]}.

    That is what `record` takes as details of a change.
    """
    changed = {
        name: [getattr(row, name), value]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save()
    return changed
