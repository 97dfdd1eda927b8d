"""The doors the shops knock on: authenticate, keep the bytes, ring, answer. Nothing else.

WooCommerce gives a webhook up after five refusals and never repeats one that failed; the others try
again for hours. So a refusal is for what no repetition can mend, and our own trouble is 503. No
session, and nothing that needs Redis before the answer is decided.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from evendas import clock
from evendas.bell import ring
from evendas.bodies import Endless, TooLarge, body_of
from pedidos.models import Delivery, Source
from pedidos.platforms.evendas import token, token_digest
from pedidos.platforms.registry import platform

logger = logging.getLogger(__name__)

# The longest orders have some hundred items.
MAX_BYTES = 2 * 1024 * 1024
_MASK = "•••".encode()

P = ParamSpec("P")
_Door = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _door(receive: _Door[P]) -> _Door[P]:
    """Answer 413 above MAX_BYTES, and 503 for trouble of our own, after which it is sent again."""

    @csrf_exempt
    @require_POST
    @wraps(receive)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return receive(request, *args, **kwargs)
        except TooLarge:
            return HttpResponse(status=413)
        except Endless:
            return HttpResponse(status=503)
        except DatabaseError:
            logger.exception("order not stored")
            return HttpResponse(status=503)

    return wrapped


@_door
def receive_webhook(request: HttpRequest, platform_name: str, webhook_key: str) -> HttpResponse:
    """Accept one webhook of a shop. 404 unknown address, 401 wrong signature or another shop's,
    413 over MAX_BYTES, 503 our own trouble, 200 stored. What is kept is for the processing to
    understand or to park.
    """
    # PostgreSQL refuses the very question when it holds a NUL.
    if not webhook_key.isprintable():
        return HttpResponse(status=404)
    source = Source.objects.with_key(webhook_key).filter(platform=platform_name).first()
    # The JSON API has a door of its own.
    if source is None or source.platform == Source.Platform.API:
        return HttpResponse(status=404)
    raw = body_of(request, limit=MAX_BYTES)
    adapter = platform(source.platform)
    if adapter.is_ping(request.headers, raw):
        return HttpResponse(status=200)
    if not adapter.authenticate(request.headers, raw, source.secrets_at(clock.now())):
        return HttpResponse(status=401)
    if source.is_anothers(adapter.shop(request.headers)):
        return HttpResponse(status=401)
    _keep(request, source, raw)
    return HttpResponse(status=200)


@_door
def receive_order(request: HttpRequest) -> HttpResponse:
    """Accept one order at the E-Vendas address. 401 unknown token, 413 over MAX_BYTES, 400 not
    JSON (kept), 503 our own trouble, 200 stored. Whoever posts here reads JSON.
    """
    shown = token(request.headers)
    known = Source.objects.with_token(token_digest(shown))
    source = known.filter(platform=Source.Platform.EVENDAS).first() if shown else None
    if source is None:
        return _told(401, "Token desconhecido. Confira o cabeçalho “token” do pedido.")
    raw = body_of(request, limit=MAX_BYTES)
    # Some write it into the body as well: no secret is kept as it came.
    _keep(request, source, raw.replace(shown.encode(), _MASK))
    if not _is_json(raw):
        return _told(400, "O conteúdo não é JSON. Ele ficou guardado para o administrador da loja.")
    return _told(200, "Pedido recebido.")


def _keep(request: HttpRequest, source: Source, raw: bytes) -> None:
    """Store the delivery unless it is here already, and ring."""
    adapter = platform(source.platform)
    Delivery.objects.keep_once(
        Delivery(
            store_id=source.store_id,
            source=source,
            topic=adapter.topic(request.headers, raw)[:80],
            external_id=_name(adapter.delivery_id(request.headers), raw),
            body=raw,
        )
    )
    ring("pedidos.process", source.pk)


def _name(given: str | None, raw: bytes) -> str | None:
    """WooCommerce names alike all that a webhook sends in one second: only the bytes tell."""
    return f"{given[:50]}:{sha256(raw).hexdigest()}" if given else None


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def _told(status: int, sentence: str) -> HttpResponse:
    return JsonResponse(
        {"sucesso": status == 200, "mensagem": sentence},
        status=status,
        json_dumps_params={"ensure_ascii": False},
    )
