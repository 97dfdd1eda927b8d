"""The API as a whole: its operations, and what it says when something is wrong.

Every answer is JSON with a sentence in Portuguese. Trouble of our own is 503, after which the same
is sent again.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from evendas.bodies import TooLarge
from pedidos.api.door import MAX_BYTES
from pedidos.api.orders import router
from pedidos.api.sentences import problems

logger = logging.getLogger(__name__)

PREFIX = "/api/v1/"

api = NinjaAPI(
    title="API de pedidos do E-Vendas SAC",
    version="1.0.0",
    description="Grave aqui os pedidos da sua loja, e eles aparecem ao lado das conversas, com os "
    "avisos de pago e enviado. Valores são textos com ponto (“199.90”), datas levam o fuso.",
    openapi_url=None,
    docs_url=None,
)
api.add_router("pedidos", router)


def refused(status: int, sentence: str, **more: object) -> HttpResponse:
    """An answer that says in a sentence why not."""
    told = {"message": sentence, **more}
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})


_Handler = Callable[[HttpRequest, Any], HttpResponse]


def _says(status: int, sentence: str) -> _Handler:
    return lambda _request, _error: refused(status, sentence)


def _stranger(_request: HttpRequest, _error: object) -> HttpResponse:
    sentence = "Token desconhecido ou revogado. Confira o cabeçalho “Authorization: Bearer …”."
    answer = refused(401, sentence)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _other(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja refuses by itself: a body it cannot read, and what our own door refused."""
    if error.status_code == 400:
        return refused(400, "O conteúdo não é JSON.")
    return refused(error.status_code, str(error))


def _wrong_fields(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = problems(error.errors)
    sentence = f"Confira o campo {told[0].field}: {told[0].message}"
    return refused(422, sentence, errors=[one.model_dump() for one in told])


def _our_trouble(_request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("the API could not do what was asked", exc_info=error)
    return refused(503, "Falha nossa. Envie de novo em alguns segundos.")


_MEGABYTES = MAX_BYTES // (1024 * 1024)
_HANDLERS: dict[type[Exception], _Handler] = {
    AuthenticationError: _stranger,
    HttpError: _other,
    Throttled: _says(429, "Chamadas demais em um minuto. Espere um pouco."),
    ValidationError: _wrong_fields,
    Http404: _says(404, "Este pedido não existe nesta integração."),
    TooLarge: _says(413, f"O conteúdo passa de {_MEGABYTES} MB."),
    # A server that does not tell the end of a body, a database that is away, a fault of ours.
    Exception: _our_trouble,
}
for _error, _handler in _HANDLERS.items():
    api.add_exception_handler(_error, _handler)
