"""Nuvemshop's API: it announces an order by its number alone, and tells it when it is asked."""

from urllib.parse import quote

from django.conf import settings

from pedidos.calls.shop_http import Answer, CallFailed, get
from pedidos.models import Source

# The newer pages write the first, the older ones the second.
_SCHEMES = {"Authorization": "Bearer", "Authentication": "bearer"}


def fetch_order(source: Source, external_id: str) -> bytes | None:
    """Return an order as the shop has it now; None when it has no such order. Raises CallFailed."""
    if not (source.shop_id and source.api_token):
        raise CallFailed(
            "Falta o token de acesso ou a identificação da loja nesta integração.", is_final=True
        )
    base = (source.api_url or settings.NUVEMSHOP_URL).rstrip("/")
    shop, order = quote(source.shop_id, safe=""), quote(external_id, safe="")
    answer = _asked(source, f"{base}/v1/{shop}/orders/{order}")
    if answer.status == 404:
        return None
    if answer.status in {401, 403}:
        raise CallFailed("A Nuvemshop recusou o token de acesso.", is_final=True)
    if answer.status != 200:
        raise CallFailed(f"A Nuvemshop respondeu com o erro {answer.status}.")
    return answer.body


def _asked(source: Source, address: str) -> Answer:
    """Ask with each header until one is taken."""
    answer = Answer(401, b"")
    for name in settings.NUVEMSHOP_HEADERS:
        scheme = _SCHEMES.get(name, "Bearer")
        told = {name: f"{scheme} {source.api_token}", "User-Agent": _user_agent()}
        answer = get(address, headers=told)
        if answer.status != 401:
            break
    return answer


def _user_agent() -> str:
    """Who asks, and where somebody is found: calls without it are refused."""
    return f"E-Vendas SAC ({settings.PUBLIC_URL})"
