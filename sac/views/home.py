"""Início: how the service stands right now, and for who may know, what came into the store."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from evendas import clock
from pedidos.chart import bars
from pedidos.finance import movement
from sac.counters import counts
from sac.desk_request import DeskRequest, desk_view
from sac.filters import Filters, longest_wait
from sac.first_run import needs_tips
from sac.models import Attendant, Ticket
from sac.month import FIGURES, month_of
from sac.reports.sales import MEANING, sales
from sac.reports.scope import Scope
from sac.team_today import team_today

# Before it there are no months to choose from.
_EARLIEST = date(2000, 1, 1)


@require_GET
@desk_view
def home(request: DeskRequest) -> HttpResponse:
    """The page; read again for what changes while it is looked at, without what costs more."""
    counted = counts(request.rights, Filters())
    context: dict[str, object] = {
        "counts": counted,
        "waiting": counted["waiting"],
        "oldest_wait": longest_wait(Ticket.objects.live_to(request.rights)),
        "attendant": Attendant.objects.in_store(request.store)
        .filter(pk=request.rights.attendant_id or 0)
        .first(),
        "rights": request.rights,
        "tips": needs_tips(request.store, request.rights),
        "now": timezone.localtime(),
    }
    if not request.headers.get("HX-Request"):
        context |= _figures(request)
    return render(request, "sac/home.html", context)


def _figures(request: DeskRequest) -> dict[str, object]:
    rights, store = request.rights, request.store
    told: dict[str, object] = {"team": team_today(rights, store)}
    if rights.attendant_id:
        told |= {"month": month_of(rights.attendant_id, store), "figures": FIGURES}
    if rights.sees_finance:
        told |= _money(request)
    return told


def _money(request: DeskRequest) -> dict[str, object]:
    now = clock.now()
    today = timezone.localtime(now, request.store.zone).date()
    this = today.replace(day=1)
    month = _chosen(request.GET.get("mes", ""), this)
    found = movement(request.store, month, now=now)
    scope = Scope(request.store, first=month, last=_shifted(month, 1) - timedelta(days=1))
    return {
        "sales": sales(scope),
        "sales_query": scope.query(),
        "sales_meaning": MEANING,
        "movement": found,
        "bars": bars(found.by_day, today=today),
        "month_before": _shifted(month, -1),
        "month_after": _shifted(month, 1) if month < this else None,
    }


def _chosen(text: str, this: date) -> date:
    """The month in the address ("2026-10"), or this one where it names none that has begun."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return month if _EARLIEST <= month <= this else this


def _shifted(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)
