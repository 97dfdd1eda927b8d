"""Conversas ativas: everything that is waiting or open, for who leads the team."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from sac.actions.redistributing import redistribute
from sac.active import pile_of, places_of
from sac.desk_request import DeskRequest, desk_view
from sac.forms_active import RedistributionForm
from sac.models import Ticket
from sac.permissions import Verdict, may_redistribute, may_see_active
from sac.refusals import Invalid


@require_GET
@desk_view
def active(request: DeskRequest) -> HttpResponse:
    """All piles by their longest waits, or with `pilha` one of them whole."""
    _insist(may_see_active(request.rights))
    form = RedistributionForm(store=request.store)
    return render(request, "sac/active.html", {**_board(request), **_tools(request, form)})


@require_POST
@desk_view
def active_redistribute(request: DeskRequest) -> HttpResponse:
    """Hand what was marked on, and say of each what became of it."""
    _insist(may_redistribute(request.rights))
    form = RedistributionForm(request.POST, store=request.store)
    # What was marked stays so while the receiver is still to be chosen.
    context: dict[str, Any] = {"marked": request.POST.getlist("ticket")}
    if form.is_valid():
        found = _marked(request, form)
        context = {"lost": len(set(form.cleaned_data["ticket"])) - len(found)}
        context["outcomes"] = redistribute(
            found, form.receiver, by=request.user, rights=request.rights
        )
    # Read after it was done: the page shows who has what by now.
    context |= {**_board(request), **_tools(request, form)}
    status = 200 if form.is_valid() else Invalid.status
    return render(request, "sac/active.html", context, status=status)


def _board(request: DeskRequest) -> dict[str, Any]:
    key = request.GET.get("pilha", "")
    if not key:
        return {"places": places_of(request.rights, request.store)}
    after = request.GET.get("depois", "")
    since = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    pile, following = pile_of(request.rights, request.store, key, after=since)
    if pile is None:
        return {"places": [], "pile": None, "key": key}
    return {"pile": pile, "key": key, "following": following}


def _tools(request: DeskRequest, form: RedistributionForm) -> dict[str, Any]:
    may = may_redistribute(request.rights)
    return {"form": form, "may_redistribute": may, "rights": request.rights}


def _marked(request: DeskRequest, form: RedistributionForm) -> list[Ticket]:
    """What was marked and is still in sight, the longest wait first."""
    # PostgreSQL refuses the very question when it holds a NUL.
    codes = [code for code in form.cleaned_data["ticket"] if code.isprintable()]
    rows = Ticket.objects.visible_to(request.rights).filter(code__in=codes).for_list()
    return list(rows.order_by("queued_at", "id"))


def _insist(verdict: Verdict) -> None:
    if not verdict:
        raise PermissionDenied(verdict.reason)
