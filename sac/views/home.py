"""Início: how the service stands right now."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from sac.desk_request import DeskRequest, desk_view
from sac.filters import Filters, counts, longest_wait
from sac.models import Attendant, Ticket


@require_GET
@desk_view
def home(request: DeskRequest) -> HttpResponse:
    visible = Ticket.objects.visible_to(request.rights)
    context = {
        "counts": counts(visible, Filters()),
        "oldest_wait": longest_wait(visible),
        "attendant": Attendant.objects.in_store(request.store)
        .filter(pk=request.rights.attendant_id or 0)
        .first(),
        "rights": request.rights,
        "now": timezone.localtime(),
    }
    return render(request, "sac/home.html", context)
