"""Configurações > Motivos de encerramento."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from sac.actions.close_reasons import ReasonTaken, change_close_reason, create_close_reason
from sac.forms_store import CloseReasonForm
from sac.models import CloseReason


@require_GET
@admin_view
def close_reason_list(request: StoreRequest) -> HttpResponse:
    found = CloseReason.objects.in_store(request.store).by_name()
    return render(request, "sac/close_reasons.html", {"reasons": found, "store": request.store})


@require_http_methods(["GET", "POST"])
@admin_view
def close_reason_new(request: StoreRequest) -> HttpResponse:
    form = CloseReasonForm(_typed(request))
    if form.is_valid() and _saved(request, form, None):
        messages.success(request, "Motivo cadastrado.")
        return redirect("close_reason_list")
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
@admin_view
def close_reason_edit(request: StoreRequest, reason_id: int) -> HttpResponse:
    reason = CloseReason.objects.in_store(request.store).filter(pk=reason_id).first()
    if reason is None:
        raise Http404
    form = CloseReasonForm(_typed(request), reason=reason)
    if form.is_valid() and _saved(request, form, reason):
        messages.success(request, "Motivo salvo.")
        return redirect("close_reason_list")
    return _form(request, form, reason)


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _form(request: StoreRequest, form: CloseReasonForm, reason: CloseReason | None) -> HttpResponse:
    context = {"form": form, "reason": reason, "store": request.store}
    return render(request, "sac/close_reason.html", context)


def _saved(request: StoreRequest, form: CloseReasonForm, reason: CloseReason | None) -> bool:
    """Save what was typed, or put beside its field why it could not be."""
    data, ip = form.cleaned_data, Origin.of(request).ip
    try:
        if reason is None:
            create_close_reason(request.store, data["name"], by=request.user, ip=ip)
        else:
            change_close_reason(reason, **data, by=request.user, ip=ip)
    except ReasonTaken as taken:
        form.add_error("name", taken.sentence)
    return not form.errors
