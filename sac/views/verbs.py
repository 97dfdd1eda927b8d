"""What people do on the desk: one noun per verb, one action per view.

htmx gets the changed fragment or the refusal with its reason; a plain form goes back to the page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from sac.actions.drafts import keep_draft
from sac.actions.replies import confirm_message, retry_message, send_reply
from sac.actions.tickets import claim_ticket, close_ticket, look_at_ticket
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.forms import CloseForm, DraftForm, ReplyForm
from sac.models import Message, Ticket
from sac.permissions import may_reply
from sac.refusals import Invalid, Refused
from sac.thread import as_items
from sac.views.desk import header_context

P = ParamSpec("P")
Verb = Callable[Concatenate[DeskRequest, str, P], HttpResponse]


def verb(view: Verb[P]) -> Verb[P]:
    """A POST on a ticket. A refusal becomes its own answer, with what was typed untouched."""

    @require_POST
    @desk_view  # type: ignore[arg-type]  # the URLs name the code
    @wraps(view)
    def wrapped(request: DeskRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, code, *args, **kwargs)
        except Refused as refusal:
            return _refuse(request, code, refusal)
        return response if request.htmx else redirect("ticket", code=code)

    return wrapped  # type: ignore[return-value]


def _refuse(request: DeskRequest, code: str, refusal: Refused) -> HttpResponse:
    if request.htmx:
        context = {"reason": str(refusal)}
        return render(request, "sac/_refusal.html", context, status=refusal.status)
    messages.error(request, str(refusal))
    return redirect("ticket", code=code)


@verb
def ticket_claim(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    claimed = claim_ticket(ticket, by=request.user, rights=request.rights)
    return _header(request, claimed)


@verb
def ticket_close(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    data = _valid(CloseForm(request.POST))
    closed = close_ticket(
        ticket, by=request.user, rights=request.rights, reason=str(data["reason"])
    )
    return _header(request, closed)


@verb
def ticket_messages(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    data = _valid(ReplyForm(request.POST))
    message = send_reply(
        ticket,
        by=request.user,
        rights=request.rights,
        text=str(data["text"]),
        client_uuid=data["client_uuid"],
    )
    return _bubble(request, message)


@verb
def message_retry(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    message = _message(visible_ticket(request, code), message_id)
    return _bubble(request, retry_message(message, rights=request.rights))


@verb
def message_confirm(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    message = _message(visible_ticket(request, code), message_id)
    return _bubble(request, confirm_message(message, rights=request.rights))


@verb
def ticket_seen(request: DeskRequest, code: str) -> HttpResponse:
    """Clear NOVO. A supervisor's peek does not count as the team having looked."""
    ticket = visible_ticket(request, code)
    if may_reply(request.rights, ticket):
        look_at_ticket(ticket)
    return HttpResponse(status=204)


@verb
def ticket_draft(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    data = _valid(DraftForm(request.POST))
    keep_draft(ticket, by=request.user, text=str(data["text"]))
    return HttpResponse(status=204)


def _valid(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Invalid(next(iter(form.errors.values()))[0])
    return form.cleaned_data


def _message(ticket: Ticket, message_id: int) -> Message:
    found = Message.objects.in_thread_of(ticket).filter(pk=message_id, ticket=ticket).first()
    if found is None:
        raise Http404
    return found


def _bubble(request: DeskRequest, message: Message) -> HttpResponse:
    return render(request, "sac/_items.html", {"thread": as_items([message])})


def _header(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    return render(request, "sac/_header_and_composer.html", header_context(request, ticket))
