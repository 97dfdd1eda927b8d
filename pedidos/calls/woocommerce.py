"""WooCommerce's API: which orders changed since a moment, oldest change first."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from pedidos.calls.shop_http import CallFailed, get
from pedidos.models import Source

PAGE = 50
_REASONS = {
    401: "A loja recusou a chave do cliente.",
    403: "A chave do cliente não permite ler pedidos.",
    404: "O endereço não é de uma loja WooCommerce, ou os links permanentes estão desligados nela.",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One order as the shop has it, written down again: it came among others."""

    external_id: str
    # None where the shop does not say it in a way anybody understands.
    changed_at: datetime | None
    raw: bytes


def changed_orders(source: Source, *, since: datetime, page: int) -> list[Changed]:
    """Return a page of at most PAGE orders that changed after a moment. Raises CallFailed."""
    answer = get(
        f"{source.api_url.rstrip('/')}/wp-json/wc/v3/orders",
        headers={"User-Agent": "E-Vendas SAC"},
        params={
            "modified_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": str(PAGE),
            "page": str(page),
        },
        auth=(source.api_user, source.api_token),
    )
    if answer.status != 200:
        reason = _REASONS.get(answer.status, f"A loja respondeu com o erro {answer.status}.")
        raise CallFailed(reason, is_final=answer.status in _REASONS)
    return [_changed(order) for order in _orders(answer.body)]


def _orders(body: bytes) -> list[dict[str, object]]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise CallFailed("A loja não respondeu com uma lista de pedidos.")
    # Some pass over how many were asked for; the next question goes on from the last of these.
    return told[:PAGE]


def _changed(order: dict[str, object]) -> Changed:
    changed_at = _moment(order.get("date_modified_gmt"))
    return Changed(str(order.get("id", "")), changed_at, json.dumps(order).encode())


def _moment(told: object) -> datetime | None:
    """It says no zone: it is GMT by its name."""
    try:
        return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    except ValueError:
        return None
