"""Relatórios: what the service did in a stretch of days, and the tickets behind each number."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evendas.accounts.store_request import PlainView
from sac.desk_request import DeskRequest, desk_view
from sac.permissions import may_see_reports
from sac.refusals import Invalid
from sac.reports import summary
from sac.reports.chart import pairs
from sac.reports.measures import MEASURES
from sac.reports.sales import MEANING, sales
from sac.reports.scope import ScopeForm
from sac.reports.sheet import sheet
from sac.reports.tickets import Behind, page

WEEKDAYS = ("Segunda", "Terça", "Quarta", "Quinta", "Sexta", "Sábado", "Domingo")
Answer = Callable[[DeskRequest, ScopeForm], HttpResponse]


def _report(answer: Answer) -> PlainView[[]]:
    """Let in who may see reports, with what they ask for; a wrong question is told in the form."""

    @require_GET
    @desk_view
    def view(request: DeskRequest) -> HttpResponse:
        verdict = may_see_reports(request.rights)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        form = ScopeForm(request.GET, store=request.store)
        if not form.is_valid():
            return render(request, "sac/reports.html", {"form": form}, status=Invalid.status)
        return answer(request, form)

    return view


@_report
def reports(request: DeskRequest, form: ScopeForm) -> HttpResponse:
    """All figures of the period."""
    scope = form.scope
    days = summary.by_day(scope)
    context: dict[str, Any] = {
        "form": form,
        "scope": scope,
        "query": scope.query(),
        "totals": summary.totals(scope),
        "days": days,
        "bars": pairs(days),
        "week": list(zip(WEEKDAYS, summary.by_hour(scope), strict=True)),
        "departments": summary.by_department(scope),
        "attendants": summary.by_attendant(scope),
        "tags": summary.by_tag(scope),
        "reasons": summary.by_reason(scope),
        "measures": MEASURES,
        # A ticket begins with nobody: of a person the sheet has what they attended.
        "sheet_measure": "atendidos" if scope.attendant else "iniciados",
    }
    if request.rights.sees_finance:
        context |= {"sales": sales(scope), "sales_meaning": MEANING}
    return render(request, "sac/reports.html", context)


@_report
def report_tickets(request: DeskRequest, form: ScopeForm) -> HttpResponse:
    """The tickets of one number, a page of them."""
    scope, behind = form.scope, Behind.read(request.GET)
    found = behind.tickets(scope)
    rows, more = page(found, request.rights, before=request.GET.get("antes", ""))
    context = {
        "scope": scope,
        "behind": behind,
        "count": found.order_by().count(),
        "rows": rows,
        "back": scope.query(),
        "next": scope.query(**behind.query(), antes=str(more)) if more else "",
        "sheet": scope.query(**behind.query()),
    }
    return render(request, "sac/report_tickets.html", context)


@_report
def report_sheet(request: DeskRequest, form: ScopeForm) -> HttpResponse:
    """The tickets of one number as CSV; who the customers were, for an admin alone."""
    scope = form.scope
    found = Behind.read(request.GET).tickets(scope)
    lines = sheet(found, scope.store, with_customer=request.rights.is_admin)
    # Django would read a plain iterator to its end before the first byte leaves through ASGI.
    body = _one_by_one(lines) if isinstance(request, ASGIRequest) else lines
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"atendimentos-{scope.first:%Y-%m-%d}-a-{scope.last:%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # Compressed piece by piece it would be several files in one: browsers read the first alone.
    response.headers["Content-Encoding"] = "identity"
    # Views are typed by the commonest answer; a streamed one is its cousin.
    return cast("HttpResponse", response)


async def _one_by_one(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """On the thread of the request, whose connection to the database is given back after it."""
    read = sync_to_async(lambda: next(lines, b""))
    while piece := await read():
        yield piece


@require_GET
@desk_view
def report_definitions(request: DeskRequest) -> HttpResponse:
    """What each number counts, in the words that stand beside its formula."""
    verdict = may_see_reports(request.rights)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    context = {
        "measures": MEASURES.values(),
        "sales_meaning": MEANING if request.rights.sees_finance else "",
    }
    return render(request, "sac/report_definitions.html", context)
