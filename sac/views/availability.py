"""Disponível, Em pausa, Indisponível: one click in one's own menu, from any page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sac.actions.availability import set_availability
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, desk_view
from sac.forms_team import AvailabilityForm
from sac.models import Attendant
from sac.permissions import may_be_available
from sac.refusals import Refused
from sac.views.answers import valid


@require_POST
@desk_view
def availability(request: DeskRequest) -> HttpResponse:
    try:
        me = _set(request)
    except Refused as refusal:
        return _refuse(request, refusal)
    if request.htmx:
        return render(request, "sac/_availability.html", {"me": me})
    messages.success(request, f"Agora você está: {me.get_availability_display()}.")
    return redirect(_where_from(request))


def _set(request: DeskRequest) -> Attendant:
    insist(may_be_available(request.rights))
    wanted = valid(AvailabilityForm(request.POST))["availability"]
    return set_availability(request.rights.attendant_id or 0, Attendant.Availability(wanted))


def _refuse(request: DeskRequest, refusal: Refused) -> HttpResponse:
    if request.htmx:
        context = {"reason": str(refusal)}
        return render(request, "sac/_refusal.html", context, status=refusal.status)
    messages.error(request, str(refusal))
    return redirect(_where_from(request))


def _where_from(request: DeskRequest) -> str:
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if is_ours else "home"
