"""What the frame around every page of a store shows: whose it is, and how its numbers are."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evendas.accounts.models import User
from sac.actions.troubles import lines_of_store
from sac.first_run import steps_left
from sac.models import Attendant


def frame(request: HttpRequest) -> dict[str, object]:
    """Give `store`, `lines` and `me` to pages of a store, and to its admin the steps left to do.

    `me` is one's own row of attendant, if any. All are read only where they are shown.
    """
    store = getattr(request, "store", None)
    if store is None:
        return {}
    lines = SimpleLazyObject(lambda: lines_of_store(store.pk))
    is_admin = isinstance(request.user, User) and request.user.is_admin
    first_run = SimpleLazyObject(lambda: steps_left(store) if is_admin else [])
    return {"store": store, "lines": lines, "first_run": first_run, "me": _attending(request.user)}


def _attending(user: object) -> Attendant | None:
    """One's own row of attendant: it was read with the person."""
    own: Attendant | None = getattr(user, "attendant", None)
    return own if own and own.is_active else None
