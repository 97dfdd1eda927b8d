"""What an admin does with the store's reasons to close. Tickets keep the words they were given."""

from evendas.accounts.audit import change, record
from evendas.accounts.models import Store, User
from evendas.unique import unique
from sac.models import CloseReason


class ReasonTaken(Exception):
    """The store has such a reason, accents and case apart."""

    sentence = "A loja já tem este motivo."


def create_close_reason(store: Store, name: str, *, by: User, ip: str | None) -> CloseReason:
    """Offer one more reason. Raises ReasonTaken."""
    with unique("sac_close_reason_once", taken=ReasonTaken()):
        reason = CloseReason.objects.create(store=store, name=name)
        record("close_reason.created", by=by, target=reason, ip=ip, name=name)
    return reason


def change_close_reason(
    reason: CloseReason, *, name: str, is_active: bool, by: User, ip: str | None
) -> None:
    """Rename a reason, take it out of use or back into it. Raises ReasonTaken."""
    wanted = {"name": name, "is_active": is_active}
    with unique("sac_close_reason_once", taken=ReasonTaken()):
        row = CloseReason.objects.select_for_update(no_key=True).get(pk=reason.pk)
        if changed := change(row, **wanted):
            record("close_reason.changed", by=by, target=row, ip=ip, **changed)
