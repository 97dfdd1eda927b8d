"""Encaminhar a message: to which of one's own conversations."""

import re
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q, QuerySet, Value
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import trigger_client_event

from evendas.accounts.models import Sortable
from sac.actions.forwarding import forward_message
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import ForwardForm
from sac.models import Message, Ticket
from sac.views.answers import form_verb, valid

MOST = 20


@form_verb
def message_forward(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    """Choose one's own live conversation by name, number or code, and send it there."""
    ticket = visible_ticket(request, code)
    message = Message.objects.in_thread_of(ticket).filter(pk=message_id).first()
    if message is None:
        raise Http404
    if request.method == "POST":
        return _forward(request, ticket.code, message)
    sought = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    found = _found(request, ticket, sought)
    context = {"ticket": ticket, "message": message, "found": found, "sought": sought}
    context["client_uuid"] = uuid4()
    return render(request, _template(request), context)


def _template(request: DeskRequest) -> str:
    """What was typed changes the list alone; a plain click gets a page."""
    if request.htmx and "q" in request.GET:
        return "sac/_forward_found.html"
    return "sac/_forward.html" if request.htmx else "sac/forward.html"


def _forward(request: DeskRequest, code: str, message: Message) -> HttpResponse:
    data = valid(ForwardForm(request.POST))
    to = visible_ticket(request, data["to"])
    forward_message(
        message, to=to, by=request.user, rights=request.rights, client_uuid=data["client_uuid"]
    )
    told = f"Mensagem encaminhada para {to.conversation.contact}."
    if not request.htmx:
        messages.success(request, told)
        return redirect("ticket", code=code)
    return trigger_client_event(HttpResponse(), "sac:moved", {"told": told, "isGone": False})


def _found(request: DeskRequest, ticket: Ticket, sought: str) -> QuerySet[Ticket]:
    own = Ticket.objects.visible_to(request.rights).live().for_list()
    own = own.filter(attendant=request.rights.attendant_id or 0)
    others = own.exclude(conversation=ticket.conversation_id).order_by("-last_activity_at", "-id")
    if not sought:
        return others[:MOST]
    name = Sortable("conversation__contact__name")
    match = Q(name__contains=Sortable(Value(sought))) | Q(code__contains=sought)
    if digits := re.sub(r"\D", "", sought):
        match |= Q(conversation__contact__phone__contains=digits)
    return others.alias(name=name).filter(match)[:MOST]
