"""Encerrar Atendimento and its Desfazer."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import trigger_client_event

from sac.actions.closing import (
    close_ticket,
    farewell_of,
    reasons_of,
    reopen_ticket,
    wants_reason,
)
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import CloseForm
from sac.models import Ticket
from sac.permissions import may_close
from sac.refusals import Invalid, TooLate
from sac.views.answers import form_again, form_verb, header, moved, verb


@form_verb
def ticket_close(request: DeskRequest, code: str) -> HttpResponse:
    """Say why it ends and whether the closing text is sent, and end it."""
    ticket = visible_ticket(request, code)
    if not ticket.is_live:
        raise TooLate("Este atendimento já foi encerrado.")
    insist(may_close(request.rights, ticket))
    form = CloseForm(
        request.POST if request.method == "POST" else None,
        reasons=reasons_of(request.store),
        wants_reason=wants_reason(request.store),
    )
    if not form.is_valid():
        return _form(request, ticket, form)
    try:
        closed = close_ticket(ticket, by=request.user, rights=request.rights, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error("reason", str(refusal))
        return _form(request, ticket, form)
    return _closed(request, closed)


@verb
def ticket_reopen(request: DeskRequest, code: str) -> HttpResponse:
    """Desfazer."""
    ticket = visible_ticket(request, code)
    reopened = reopen_ticket(ticket, by=request.user, rights=request.rights)
    return moved(request, reopened, "Encerramento desfeito.")


def _form(request: DeskRequest, ticket: Ticket, form: CloseForm) -> HttpResponse:
    context = {
        "ticket": ticket,
        "form": form,
        "farewell": farewell_of(ticket),
        "seconds": round(settings.CLOSE_UNDO_FOR),
        "rights": request.rights,
    }
    template = "sac/_close.html" if request.htmx else "sac/close.html"
    response = render(request, template, context)
    return form_again(response, "#dialog", "innerHTML") if form.is_bound else response


def _closed(request: DeskRequest, closed: Ticket) -> HttpResponse:
    told = f"Atendimento {closed.code} encerrado."
    if not request.htmx:
        messages.success(request, told)
        return redirect("ticket", code=closed.code)
    offer = {
        "told": told,
        "address": reverse("ticket_reopen", args=[closed.code]),
        "home": reverse("ticket", args=[closed.code]),
        "seconds": settings.CLOSE_UNDO_FOR,
    }
    return trigger_client_event(header(request, closed), "sac:closed", offer)
