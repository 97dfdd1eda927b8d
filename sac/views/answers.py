"""How what people do on the desk is answered.

htmx gets the changed fragment or the refusal with its reason; a plain form goes back to a page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from sac.desk_request import DeskRequest, desk_view
from sac.models import Ticket
from sac.permissions import may_see
from sac.refusals import Invalid, Refused
from sac.views.desk import header_context

P = ParamSpec("P")
Verb = Callable[Concatenate[DeskRequest, str, P], HttpResponse]


def verb(view: Verb[P]) -> Verb[P]:
    """A POST on a ticket. A refusal becomes its own answer, with what was typed untouched."""

    @wraps(view)
    def back(request: DeskRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, code, *args, **kwargs)
        return response if request.htmx else redirect("ticket", code=code)

    return require_POST(_refusable(back))  # type: ignore[arg-type]


def form_verb(view: Verb[P]) -> Verb[P]:
    """A form about a ticket: GET shows it, POST does it."""
    return require_http_methods(["GET", "POST"])(_refusable(view))


def _refusable(view: Verb[P]) -> Verb[P]:
    @desk_view  # type: ignore[arg-type]  # the URLs name the code
    @wraps(view)
    def wrapped(request: DeskRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, code, *args, **kwargs)
        except Refused as refusal:
            return _refuse(request, code, refusal)

    return wrapped  # type: ignore[return-value]


def _refuse(request: DeskRequest, code: str, refusal: Refused) -> HttpResponse:
    if request.htmx:
        context = {"reason": str(refusal)}
        return render(request, "sac/_refusal.html", context, status=refusal.status)
    messages.error(request, str(refusal))
    return redirect("ticket", code=code)


def valid(form: forms.Form) -> dict[str, Any]:
    """What was typed, or a refusal with the first thing that is wrong with it."""
    if not form.is_valid():
        raise Invalid(next(iter(form.errors.values()))[0])
    return form.cleaned_data


def header(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    """Everything around the thread, anew."""
    return render(request, "sac/_header_and_composer.html", header_context(request, ticket))


def moved(request: DeskRequest, ticket: Ticket, told: str) -> HttpResponse:
    """Answer who handed a ticket on: they may not see it any more."""
    is_seen = may_see(request.rights, ticket)
    if not request.htmx:
        messages.success(request, told)
        return redirect("ticket", code=ticket.code) if is_seen else redirect("desk")
    response = header(request, ticket) if is_seen else HttpResponse()
    return trigger_client_event(response, "sac:moved", {"told": told, "isGone": not is_seen})


def form_again(
    response: HttpResponse, target: str, swap: Literal["innerHTML", "outerHTML"]
) -> HttpResponse:
    """Put a form with its errors where the form was."""
    response.status_code = Invalid.status
    return reswap(retarget(response, target), swap)
