"""What a desk request knows besides Django's: the person's store and rights."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from evendas.accounts.models import Store, User
from sac.models import Ticket
from sac.permissions import Rights

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    user: User
    store: Store
    rights: Rights
    htmx: Any


def desk_view(
    view: Callable[Concatenate[DeskRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in people of an active store, with their rights at hand and their store's clock.

    What it answers is about customers: no browser and no proxy may keep it.
    """

    @wraps(view)
    def wrapped(plain: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = cast("DeskRequest", plain)
        if plain.user.is_anonymous:
            return _to_login(request)
        store = request.user.store
        if store is None or not store.is_active:
            raise PermissionDenied("Sua conta não pertence a uma loja ativa.")
        request.store = store
        request.rights = Rights.of(request.user)
        with timezone.override(store.zone):
            response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped


def _to_login(request: DeskRequest) -> HttpResponse:
    """Lead to the login and back to the page: never back to a fragment or to a form's address."""
    page = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
    is_page = request.method == "GET" or request.htmx
    return redirect_to_login(page if is_page and page else reverse("home"))


def visible_ticket(request: DeskRequest, code: str) -> Ticket:
    """The ticket of that code, if this person may see it; else 404, whoever it belongs to."""
    visible = Ticket.objects.visible_to(request.rights).for_list()
    # PostgreSQL refuses the very question when it holds a NUL.
    ticket = visible.filter(code=code).first() if code.isprintable() else None
    if ticket is None:
        raise Http404
    return ticket
