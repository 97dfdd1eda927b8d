"""Transferir and Devolver à fila: a ticket goes to somebody else's desk."""

from django.http import HttpResponse
from django.shortcuts import render

from sac.actions.tickets import insist
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.desk_request import DeskRequest, visible_ticket
from sac.destinations import destinations
from sac.forms import TransferForm
from sac.models import Department, Ticket
from sac.permissions import may_transfer, verdicts
from sac.refusals import Invalid
from sac.views.answers import form_again, form_verb, moved, verb


@form_verb
def ticket_transfer(request: DeskRequest, code: str) -> HttpResponse:
    """Choose a department or a person, and tell them what they should know."""
    ticket = visible_ticket(request, code)
    insist(may_transfer(request.rights, ticket))
    typed = request.POST if request.method == "POST" else None
    form = TransferForm(typed, destinations=destinations(ticket))
    if not form.is_valid():
        return _form(request, ticket, form)
    try:
        handed_on = _transfer(request, ticket, form)
    except Invalid as refusal:
        form.add_error("destination", str(refusal))
        return _form(request, ticket, form)
    receiver = form.cleaned_data["destination"].receiver
    return moved(request, handed_on, f"Atendimento transferido para {receiver}.")


@verb
def ticket_return(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    returned = return_ticket(ticket, by=request.user, rights=request.rights)
    return moved(request, returned, "Atendimento devolvido à fila.")


def _transfer(request: DeskRequest, ticket: Ticket, form: TransferForm) -> Ticket:
    receiver = form.cleaned_data["destination"].receiver
    note = form.cleaned_data["note"]
    if isinstance(receiver, Department):
        return transfer_to_department(
            ticket, receiver, by=request.user, rights=request.rights, note=note
        )
    return transfer_to_person(ticket, receiver, by=request.user, rights=request.rights, note=note)


def _form(request: DeskRequest, ticket: Ticket, form: TransferForm) -> HttpResponse:
    context = {
        "ticket": ticket,
        "form": form,
        "destinations": form.destinations,
        "verdicts": verdicts(request.rights, ticket),
        "rights": request.rights,
    }
    template = "sac/_transfer.html" if request.htmx else "sac/transfer.html"
    response = render(request, template, context)
    return form_again(response, "#dialog", "innerHTML") if form.is_bound else response
