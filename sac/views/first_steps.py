"""Início tells a new store its first steps, and then no more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from evendas.accounts.actions import change_store
from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from sac.first_run import steps_left


@require_POST
@admin_view
def first_steps(request: StoreRequest) -> HttpResponse:
    """Put the first steps away for the whole store, once all are done."""
    if request.store.shows_first_steps and not steps_left(request.store):
        hidden = {"shows_first_steps": False}
        change_store(request.store, hidden, by=request.user, ip=Origin.of(request).ip)
        messages.success(request, "Primeiros passos concluídos.")
    return redirect("home")
