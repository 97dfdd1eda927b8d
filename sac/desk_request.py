"""What a desk request knows besides Django's: the person's store and rights."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from evendas.accounts.models import Store, User
from sac.models import Ticket
from sac.permissions import Rights

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    user: User  # type: ignore[assignment]
    store: Store
    rights: Rights
    htmx: Any


def desk_view(
    view: Callable[Concatenate[DeskRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in people of an active store, with their rights at hand and their store's clock."""

    @login_required
    @wraps(view)
    def wrapped(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        store = request.user.store
        if store is None or not store.is_active:
            raise PermissionDenied("Sua conta não pertence a uma loja ativa.")
        request.store = store
        request.rights = Rights.of(request.user)
        with timezone.override(store.zone):
            return view(request, *args, **kwargs)

    return wrapped  # type: ignore[return-value]


def visible_ticket(request: DeskRequest, code: str) -> Ticket:
    """The ticket of that code, if this person may see it; else 404, whoever it belongs to."""
    visible = Ticket.objects.visible_to(request.rights).for_list()
    ticket = visible.filter(code=code).first()
    if ticket is None:
        raise Http404
    return ticket
