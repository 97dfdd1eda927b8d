"""Where the API is. What it says of a wrong address or method is JSON as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from pedidos.api.reference import openapi, reference
from pedidos.api.site import api, refused

_View = Callable[..., HttpResponse]


def _in_json(view: _View) -> _View:
    """Tell a wrong method in a sentence; let nobody keep what is about a store."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
        answer = view(request, **parts)
        if answer.status_code == 405:
            allowed = answer.headers["Allow"]
            answer = refused(405, f"Este endereço aceita {allowed}.")
            answer.headers["Allow"] = allowed
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    return wrapped


@csrf_exempt
def _unknown(_request: HttpRequest) -> HttpResponse:
    return refused(404, "Este endereço não existe. Veja a referência em /api/docs.")


def _operations() -> list[URLPattern]:
    """The addresses of the operations, each once: ninja names one for each method, and its root."""
    known: dict[str, URLPattern] = {}
    for one in api.urls[0]:
        if isinstance(one, URLPattern) and one.name != "api-root":
            known.setdefault(str(one.pattern), one)
    return [
        URLPattern(one.pattern, _in_json(one.callback), one.default_args, one.name)
        for one in known.values()
    ]


urlpatterns = [
    path("docs", reference, name="api_docs"),
    path("openapi.json", openapi, name="api_openapi"),
    path("v1/", include(_operations())),
    re_path(r"^v1/", _unknown, name="api_unknown"),
]
