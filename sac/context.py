"""What the frame around every page of a store shows: whose it is, and how its numbers are."""

from typing import cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from evendas.accounts.models import User
from sac.actions.troubles import lines_of_store
from sac.filters import waiting
from sac.first_run import steps_left
from sac.models import Attendant, Ticket
from sac.permissions import Rights


def frame(request: HttpRequest) -> dict[str, object]:
    """Give `store`, `lines`, `me` and `waiting` to pages of a store, to its admin the steps left.

    `me` is one's own row of attendant, if any. `waiting` is how many wait of what this person sees;
    a view that counted them anyway says so itself. All are read only where they are shown.
    """
    store = getattr(request, "store", None)
    if store is None:
        return {}
    lines = SimpleLazyObject(lambda: lines_of_store(store.pk))
    is_admin = isinstance(request.user, User) and request.user.is_admin
    first_run = SimpleLazyObject(lambda: steps_left(store) if is_admin else [])
    return {
        "store": store,
        "lines": lines,
        "first_run": first_run,
        "me": _attending(request.user),
        "waiting": SimpleLazyObject(lambda: waiting(Ticket.objects.live_to(_rights(request)))),
    }


def _rights(request: HttpRequest) -> Rights:
    known: Rights | None = getattr(request, "rights", None)
    if known is not None:
        return known
    user = cast("User", request.user)
    if user.is_admin and user.store_id is not None:
        # Sees everything: there is nothing to look up.
        return Rights(user.store_id, user.pk, is_admin=True)
    return Rights.of(user)


def _attending(user: object) -> Attendant | None:
    """One's own row of attendant: it was read with the person."""
    own: Attendant | None = getattr(user, "attendant", None)
    return own if own and own.is_active else None
