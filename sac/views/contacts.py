"""The customer's data, beside the conversation: Editar, and who was found to be the same."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from evendas.accounts.terms import Origin
from sac.actions.contacts import edit_contact
from sac.actions.parting import undo_merge
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import ContactForm
from sac.models import Ticket
from sac.permissions import may_part
from sac.views.answers import form_again, form_verb
from sac.views.desk import header_context


@form_verb
def ticket_contact(request: DeskRequest, code: str) -> HttpResponse:
    """What the team knows of the customer: whoever sees the ticket may write it."""
    ticket = visible_ticket(request, code)
    typed = request.POST if request.method == "POST" else None
    form = ContactForm(typed, contact=ticket.conversation.contact)
    if not form.is_valid():
        return _form(request, ticket, form)
    contact = edit_contact(ticket, by=request.user, changes=form.changes, ip=Origin.of(request).ip)
    if not request.htmx:
        messages.success(request, "Contato salvo.")
        return redirect("ticket", code=code)
    ticket.conversation.contact = contact
    return render(request, "sac/_contact_saved.html", header_context(request, ticket))


@form_verb
def contact_merge(request: DeskRequest, code: str, merge_id: int) -> HttpResponse:
    """Desfazer união: what it means on a page of its own, then it is done. For admins."""
    ticket = visible_ticket(request, code)
    merge = ticket.conversation.contact.find_merge(merge_id)
    if merge is None:
        raise Http404
    insist(may_part(request.rights))
    if request.method == "GET":
        return render(request, "sac/merge.html", {"ticket": ticket, "merge": merge})
    undo_merge(merge, by=request.user, ip=Origin.of(request).ip)
    messages.success(request, "União desfeita.")
    return redirect("ticket", code=code)


def _form(request: DeskRequest, ticket: Ticket, form: ContactForm) -> HttpResponse:
    template = "sac/_contact_form.html" if request.htmx else "sac/contact.html"
    context = {"ticket": ticket, "form": form, "rights": request.rights}
    response = render(request, template, context)
    return form_again(response, "#contact-form", "outerHTML") if form.is_bound else response
