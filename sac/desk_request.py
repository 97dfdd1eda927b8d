"""What a desk request knows besides its store: the person's rights."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponse

from evendas.accounts.store_request import PlainView, StoreRequest, store_view
from sac.models import Ticket
from sac.permissions import Rights

P = ParamSpec("P")


class DeskRequest(StoreRequest):
    rights: Rights


def desk_view(view: Callable[Concatenate[DeskRequest, P], HttpResponse]) -> PlainView[P]:
    """Let in people of an active store, with their rights at hand."""

    @store_view
    @wraps(view)
    def wrapped(plain: StoreRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = cast("DeskRequest", plain)
        request.rights = Rights.of(request.user)
        return view(request, *args, **kwargs)

    return wrapped


def visible_ticket(request: DeskRequest, code: str) -> Ticket:
    """The ticket of that code, if this person may see it; else 404, whoever it belongs to."""
    visible = Ticket.objects.visible_to(request.rights).for_list().with_tags()
    # PostgreSQL refuses the very question when it holds a NUL.
    ticket = visible.filter(code=code).first() if code.isprintable() else None
    if ticket is None:
        raise Http404
    return ticket
