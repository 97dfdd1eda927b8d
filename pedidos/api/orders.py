"""The operations on orders. Their docstrings are read at /api/docs, hence in Portuguese."""

from typing import Any

from django.http import Http404
from ninja import Query, Router, Status
from ninja.errors import ValidationError

from evendas import clock
from pedidos.actions.recording import Recorded, record_order, remove_order
from pedidos.actions.sources import note_news
from pedidos.api.answers import FieldProblems, OrderOut, OrderPage, Outcome, Problem, order_told
from pedidos.api.door import ApiRequest, CallLimit, StoreToken
from pedidos.api.fields import ExternalId
from pedidos.api.listing import NoCursor, changed_orders, one_order
from pedidos.api.reading import order_seen
from pedidos.api.shapes import OrderIn, OrdersAsked
from pedidos.models import Order, Scope, Source
from pedidos.platforms.port import OrderRemoved, OrderSeen

router = Router(tags=["Pedidos"], throttle=CallLimit())

_PATH = "/{external_id}"
_READS, _WRITES = StoreToken(Scope.READ), StoreToken(Scope.WRITE)
_REFUSALS: dict[int, Any] = dict.fromkeys((401, 403, 429, 503), Problem)
_WRONG: dict[int, Any] = {422: FieldProblems}
_UNKNOWN: dict[int, Any] = {404: Problem}
_NO_CURSOR = {
    "type": "sentence",
    "loc": ("query", "cursor"),
    "ctx": {"sentence": "Use o “next” da página anterior, como veio."},
}


@router.get(
    "",
    auth=_READS,
    url_name="api_order_list",
    operation_id="list_orders",
    summary="Listar pedidos",
    response={200: OrderPage, **_REFUSALS, **_WRONG},
)
def list_orders(request: ApiRequest, asked: Query[OrdersAsked]) -> OrderPage:
    """Os pedidos desta integração, do que mudou há mais tempo para o mais recente.

    Para acompanhar o que muda, guarde o maior “updated_at” que leu e peça de novo a partir dele.

    Precisa da permissão orders:read.
    """
    try:
        orders, after = changed_orders(request.auth.source, asked)
    except NoCursor:
        raise ValidationError([_NO_CURSOR]) from None
    return OrderPage(orders=[order_told(order) for order in orders], next=after)


@router.get(
    _PATH,
    auth=_READS,
    url_name="api_order",
    operation_id="get_order",
    summary="Ler um pedido",
    response={200: OrderOut, **_REFUSALS, **_UNKNOWN, **_WRONG},
)
def get_order(request: ApiRequest, external_id: ExternalId) -> OrderOut:
    """Um pedido como está guardado.

    Precisa da permissão orders:read.
    """
    return order_told(_found(request.auth.source, external_id))


@router.put(
    _PATH,
    auth=_WRITES,
    operation_id="put_order",
    summary="Gravar um pedido",
    response={200: Outcome, 201: Outcome, 400: Problem, 413: Problem, **_REFUSALS, **_WRONG},
)
def put_order(request: ApiRequest, external_id: ExternalId, order: OrderIn) -> Status[Outcome]:
    """Grava o pedido inteiro, seja novo ou não. Pode ser repetido à vontade.

    O mesmo pedido de novo não muda nada e não avisa ninguém. Um mais antigo que o guardado, pelo
    “updated_at”, também não. O que já se sabia do comprador e quando foi pago não se perde por
    faltar depois. Sem resposta, ou com 503, envie de novo o mesmo.

    Precisa da permissão orders:write.
    """
    source, seen, now = request.auth.source, order_seen(external_id, order), clock.now()
    recorded = record_order(source, source.platform, source.store, seen, now=now)
    note_news(source, now)
    kept = _found(source, external_id)
    return Status(201 if recorded.is_new else 200, _outcome(kept, recorded, seen))


@router.delete(
    _PATH,
    auth=_WRITES,
    operation_id="delete_order",
    summary="Remover um pedido",
    response={200: Outcome, **_REFUSALS, **_UNKNOWN, **_WRONG},
)
def delete_order(request: ApiRequest, external_id: ExternalId) -> Outcome:
    """Cancela um pedido que o seu sistema não tem mais. Pode ser repetido.

    Ele continua guardado, como cancelado: conversas e números falam dele. Só um PUT com um
    “updated_at” mais novo que a remoção o traz de volta.

    Precisa da permissão orders:write.
    """
    source, now = request.auth.source, clock.now()
    recorded = remove_order(source, OrderRemoved(external_id), now=now)
    if recorded is None:
        raise Http404
    note_news(source, now)
    return _outcome(_found(source, external_id), recorded)


def _found(source: Source, external_id: str) -> Order:
    order = one_order(source, external_id)
    if order is None:
        raise Http404
    return order


def _outcome(order: Order, recorded: Recorded, seen: OrderSeen | None = None) -> Outcome:
    told = order_told(order)
    if recorded.is_new:
        return Outcome(result="created", order=told)
    if recorded.is_changed or recorded.milestones:
        return Outcome(result="updated", order=told)
    return Outcome(result="older" if _is_older(order, seen) else "unchanged", order=told)


def _is_older(order: Order, seen: OrderSeen | None) -> bool:
    known, told = order.platform_updated_at, seen.updated_at if seen else None
    return known is not None and told is not None and told < known
