"""What a request of a store knows besides Django's: the person, their store, and its clock."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from evendas.accounts.models import Store, User

P = ParamSpec("P")


class StoreRequest(HttpRequest):
    user: User
    store: Store
    htmx: Any


StoreView = Callable[Concatenate[StoreRequest, P], HttpResponse]
PlainView = Callable[Concatenate[HttpRequest, P], HttpResponse]


def store_view(view: StoreView[P]) -> PlainView[P]:
    """Let in people of an active store, on their store's clock.

    What it answers is about a store and its customers: no browser and no proxy may keep it.
    """

    @wraps(view)
    def wrapped(plain: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = cast("StoreRequest", plain)
        if plain.user.is_anonymous:
            return redirect_to_login(page_of(request))
        store = request.user.store
        if store is None or not store.is_active:
            raise PermissionDenied("Sua conta não pertence a uma loja ativa.")
        request.store = store
        with timezone.override(store.zone):
            response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped


def admin_view(view: StoreView[P]) -> PlainView[P]:
    """Let in the admins of an active store; its other people learn why not (403)."""

    @store_view
    @wraps(view)
    def wrapped(request: StoreRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_admin:
            raise PermissionDenied("Só o administrador da loja faz isso.")
        return view(request, *args, **kwargs)

    return wrapped


def page_of(request: HttpRequest) -> str:
    """The page to come back to after a detour: never a fragment, never a form's address."""
    htmx = getattr(request, "htmx", None)
    page = htmx.current_url_abs_path if htmx else request.get_full_path()
    is_page = request.method == "GET" or htmx
    return page if is_page and page else reverse("home")
