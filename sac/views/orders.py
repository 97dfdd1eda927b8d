"""The store's orders: beside a conversation, in its box, and the screens of the menu Pedidos."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evendas.accounts.terms import Origin
from pedidos.listing import OrderFilters, page
from pedidos.models import Order
from sac.actions.order_links import tie_order
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.forms_orders import OrderWordForm
from sac.models import Ticket
from sac.order_offers import offers_of
from sac.permissions import may_see_orders, may_tie_order
from sac.purchases import purchases_of
from sac.refusals import Invalid
from sac.reports.sales import MEANING, sales, sales_page
from sac.reports.scope import ScopeForm, row_id
from sac.views.answers import header, valid, verb


@verb
def ticket_order_word(request: DeskRequest, code: str) -> HttpResponse:
    """Say that an order is this customer's, that it is not, or take that back."""
    ticket = visible_ticket(request, code)
    insist(may_tie_order(request.rights, ticket))
    form = OrderWordForm(request.POST)
    valid(form)
    order, ip = _beside(ticket, form.order_id), Origin.of(request).ip
    tie_order(ticket, order, form.kind, by=request.user, rights=request.rights, ip=ip)
    return header(request, ticket)


def _beside(ticket: Ticket, order_id: int) -> Order:
    """An order that stands beside the conversation. Of any other nothing is said from there."""
    shown = purchases_of(ticket)
    orders = [*(one.order for one in shown.last), *shown.refused]
    found = next((order for order in orders if order.pk == order_id), None)
    if found is None:
        raise Http404
    return found


@require_GET
@desk_view
def ticket_orders(request: DeskRequest, code: str) -> HttpResponse:
    """What the box offers after a "#": of this customer's orders, and of nobody else's."""
    ticket = visible_ticket(request, code)
    offers = offers_of(purchases_of(ticket).sure)
    return render(request, "sac/_order_offers.html", {"offers": offers})


@require_GET
@desk_view
def order_list(request: DeskRequest) -> HttpResponse:
    """Pedidos: newest first, by what is looked for and by the filters in the address."""
    _insist_on_sight(request)
    filters = OrderFilters(request.GET, store=request.store)
    rows, following = page(request.store, filters, after=request.GET.get("depois", ""))
    has_any = bool(rows) or Order.objects.in_store(request.store).exists()
    context = {
        "filters": filters,
        "orders": rows,
        "following": filters.address(depois=following) if following else "",
        "has_any": has_any,
    }
    return render(request, "pedidos/list.html", context)


@require_GET
@desk_view
def order_detail(request: DeskRequest, order_id: int) -> HttpResponse:
    known = Order.objects.in_store(request.store).select_related("source")
    parts = ("items", "shipments", "milestones", "phones")
    order = known.prefetch_related(*parts).filter(pk=order_id).first()
    if order is None:
        raise Http404
    _insist_on_sight(request)
    return render(request, "pedidos/detail.html", {"order": order})


@require_GET
@desk_view
def sale_list(request: DeskRequest) -> HttpResponse:
    """The sales credited to conversations, the last paid first."""
    _insist_on_sight(request)
    form = ScopeForm(request.GET, store=request.store)
    if not form.is_valid():
        return render(request, "sac/sales.html", {"form": form}, status=Invalid.status)
    scope = form.scope
    rows, more = sales_page(scope, request.rights, below=row_id(request.GET.get("antes", "")))
    context = {
        "form": form,
        "scope": scope,
        "amount": sales(scope).amount,
        "rows": rows,
        "next": scope.query(antes=str(more)) if more else "",
        "meaning": MEANING,
    }
    return render(request, "sac/sales.html", context)


def _insist_on_sight(request: DeskRequest) -> None:
    verdict = may_see_orders(request.rights)
    if not verdict:
        raise PermissionDenied(verdict.reason)
