"""Pedidos > Integrações > an integration of the JSON API: its tokens."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from pedidos.actions.tokens import TooManyTokens, create_token, revoke_token
from pedidos.forms import ApiTokenForm
from pedidos.models import ApiToken, Source


def _api_view(
    view: Callable[[StoreRequest, Source, int], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Lead an admin to an integration of the JSON API; any other is 404, whosever it is."""

    @admin_view
    @wraps(view)
    def wrapped(request: StoreRequest, /, pk: int, token_pk: int = 0) -> HttpResponse:
        sources = Source.objects.in_store(request.store).in_use()
        try:
            # One that is removed meanwhile is found missing by the action.
            return view(request, sources.get(pk=pk, platform=Source.Platform.API), token_pk)
        except Source.DoesNotExist:
            raise Http404 from None

    return wrapped


@require_http_methods(["GET", "POST"])
@_api_view
def token_new(request: StoreRequest, source: Source, _token_pk: int) -> HttpResponse:
    """Make a token and show it: this answer is the only one that ever holds it."""
    form = ApiTokenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "pedidos/token_new.html", {"source": source, "form": form})
    try:
        token = create_token(source, **form.cleaned_data, by=request.user, ip=Origin.of(request).ip)
    except TooManyTokens as refusal:
        messages.error(request, refusal.sentence)
        return redirect("source_edit", source.pk)
    return render(request, "pedidos/token_shown.html", {"source": source, "token": token})


@require_http_methods(["GET", "POST"])
@_api_view
def token_revoke(request: StoreRequest, source: Source, token_pk: int) -> HttpResponse:
    token = ApiToken.objects.in_store(request.store).in_use().filter(pk=token_pk).first()
    if token is None or token.source_id != source.pk:
        raise Http404
    if request.method != "POST":
        return render(request, "pedidos/token_revoke.html", {"source": source, "token": token})
    revoke_token(token, by=request.user, ip=Origin.of(request).ip)
    messages.success(request, f"{token}: token revogado.")
    return redirect("source_edit", source.pk)
