"""Busca: on the whole desk, or in one conversation."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.search import MAX_LENGTH, search
from sac.views.desk import cursor_of


@require_GET
@vary_on_headers("HX-Request")
@desk_view
def desk_search(request: DeskRequest) -> HttpResponse:
    """What is found for `q`: more lines for htmx, a page of its own for anybody else."""
    context = _found(request)
    is_more = bool(request.GET.get("antes"))
    if request.htmx:
        template = "sac/_hits.html" if is_more else "sac/_found.html"
        return render(request, template, context)
    return render(request, "sac/search.html", {**context, "store": request.store})


def _found(request: DeskRequest) -> dict[str, Any]:
    text, code = request.GET.get("q", "").strip(), request.GET.get("conversa", "")
    within = visible_ticket(request, code) if code else None
    found = search(text, request.store, request.rights, within=within, before=cursor_of(request))
    return {"text": text[:MAX_LENGTH], "found": found, "within": within, "rights": request.rights}
