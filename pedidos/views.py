"""Pedidos > Integrações. Nothing here calls a shop: what is asked of one is rung for."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from evendas.bell import ring_once
from pedidos.actions import sources
from pedidos.actions.replaying import replay_delivery, replay_source
from pedidos.actions.sources import TooManySources
from pedidos.forms import NewSourceForm, SourceForm
from pedidos.integrations import Panel, panel_of, panels
from pedidos.models import Delivery, OrderImport, Source
from pedidos.parked import parked_page

SHOWN_IMPORTS = 5


@require_GET
@admin_view
def source_list(request: StoreRequest) -> HttpResponse:
    context = {
        "panels": panels(request.store),
        "parked": parked_page(request.store, before=_before(request)),
        "imports": OrderImport.objects.in_store(request.store).shown()[:SHOWN_IMPORTS],
    }
    return render(request, "pedidos/sources.html", context)


@require_http_methods(["GET", "POST"])
@admin_view
def source_new(request: StoreRequest) -> HttpResponse:
    form = NewSourceForm(_typed(request))
    if not form.is_valid():
        return render(request, "pedidos/source_new.html", {"form": form})
    try:
        source = sources.add_source(
            request.store, **form.cleaned_data, by=request.user, ip=_ip(request)
        )
    except TooManySources as refusal:
        messages.error(request, refusal.sentence)
        return redirect("source_list")
    return redirect("source_edit", source.pk)


def source_view(
    view: Callable[[StoreRequest, Source], HttpResponse],
) -> Callable[[HttpRequest, int], HttpResponse]:
    """Lead an admin to one shop of the store; one that is not there is 404, whosever it is."""

    @admin_view
    @wraps(view)
    def wrapped(request: StoreRequest, /, pk: int) -> HttpResponse:
        try:
            return view(request, Source.objects.in_store(request.store).in_use().get(pk=pk))
        except Source.DoesNotExist:
            raise Http404 from None

    return wrapped


@require_http_methods(["GET", "POST"])
@source_view
def source_edit(request: StoreRequest, source: Source) -> HttpResponse:
    form = SourceForm(source, _typed(request))
    if not form.is_valid():
        context = {"panel": panel_of(source), "source": source, "form": form}
        return render(request, "pedidos/source.html", context)
    sources.change_source(source, form.cleaned_data, by=request.user, ip=_ip(request))
    messages.success(request, "Alterações salvas.")
    return redirect("source_edit", source.pk)


@require_POST
@source_view
def source_key(request: StoreRequest, source: Source) -> HttpResponse:
    """Make the key anew and show it: this answer is the only one that ever holds it."""
    if not Panel(source).makes_key:
        raise Http404
    key = sources.renew_key(source, by=request.user, ip=_ip(request))
    context = {"panel": Panel(source), "source": source, "key": key}
    return render(request, "pedidos/source_key.html", context)


@require_POST
@source_view
def source_pull(request: StoreRequest, source: Source) -> HttpResponse:
    if Panel(source).may_pull:
        ring_once("pedidos.pull", source.pk)
        messages.success(request, "Buscando na loja: o que faltava aparece em instantes.")
    else:
        messages.error(request, "Para buscar, preencha antes o endereço e a chave da loja.")
    return redirect("source_edit", source.pk)


@require_http_methods(["GET", "POST"])
@source_view
def source_remove(request: StoreRequest, source: Source) -> HttpResponse:
    if request.method != "POST":
        return render(request, "pedidos/source_remove.html", {"source": source})
    sources.remove_source(source, by=request.user, ip=_ip(request))
    messages.success(request, f"{source}: integração removida. Os pedidos continuam guardados.")
    return redirect("source_list")


@require_POST
@source_view
def source_replay(request: StoreRequest, source: Source) -> HttpResponse:
    replayed = replay_source(request.store, source.pk, by=request.user, ip=_ip(request))
    return _told(request, replayed)


@require_POST
@admin_view
def delivery_replay(request: StoreRequest, pk: int) -> HttpResponse:
    if not Delivery.objects.in_store(request.store).filter(pk=pk).exists():
        raise Http404
    return _told(request, replay_delivery(request.store, pk, by=request.user, ip=_ip(request)))


def _told(request: StoreRequest, deliveries: int) -> HttpResponse:
    if deliveries == 0:
        messages.error(request, "Não há nada estacionado ali: já foi reprocessado.")
    elif deliveries == 1:
        messages.success(request, "1 entrega voltou para a fila.")
    else:
        messages.success(request, f"{deliveries} entregas voltaram para a fila.")
    return redirect("source_list")


def _before(request: StoreRequest) -> int | None:
    """The id to go on below; what is none is the first page."""
    value = request.GET.get("antes", "")
    is_number = value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if is_number else None


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ip(request: StoreRequest) -> str | None:
    return Origin.of(request).ip
