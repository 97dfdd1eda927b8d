"""Automação > Integridade: what came, what became of it, and what waits for a person."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from automacao.actions.instances import Admin
from automacao.actions.replaying import replay_event, replay_instance
from automacao.integrity import DAYS, reports
from automacao.models import InboundEvent, Instance
from automacao.parked import parked_page
from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin


@require_GET
@admin_view
def integrity(request: StoreRequest) -> HttpResponse:
    page = parked_page(request.store, before=_before(request))
    found = reports(request.store, timezone.now())
    context = {"reports": found, "parked": page, "days": DAYS}
    return render(request, "automacao/integrity.html", context)


@require_POST
@admin_view
def parked_replay(request: StoreRequest, pk: int) -> HttpResponse:
    if not InboundEvent.objects.in_store(request.store).filter(pk=pk).exists():
        raise Http404
    return _told(request, replay_event(request.store, pk, by=_admin(request)))


@require_POST
@admin_view
def instance_replay(request: StoreRequest, pk: int) -> HttpResponse:
    if not Instance.objects.in_store(request.store).filter(pk=pk).exists():
        raise Http404
    return _told(request, replay_instance(request.store, pk, by=_admin(request)))


def _told(request: StoreRequest, events: int) -> HttpResponse:
    if events == 0:
        messages.error(request, "Não há nada estacionado ali: já foi reprocessado.")
    elif events == 1:
        messages.success(request, "1 evento voltou para a fila.")
    else:
        messages.success(request, f"{events} eventos voltaram para a fila.")
    return redirect("integrity")


def _before(request: StoreRequest) -> int | None:
    """The id to go on below; what is none is the first page."""
    value = request.GET.get("antes", "")
    is_number = value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if is_number else None


def _admin(request: StoreRequest) -> Admin:
    return Admin(request.user, Origin.of(request).ip)
