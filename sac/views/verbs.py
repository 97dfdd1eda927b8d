"""What people do on the desk with one click or one message: one noun per verb, one action."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from sac.actions.drafts import keep_draft
from sac.actions.replies import confirm_message, retry_message, send_reply
from sac.actions.tickets import claim_ticket, close_ticket, look_at_ticket, take_over_ticket
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import CloseForm, DraftForm, ReplyForm, TakeOverForm
from sac.models import Message, Ticket
from sac.permissions import looks_for_the_team
from sac.thread import as_items
from sac.views.answers import header, valid, verb


@verb
def ticket_claim(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    claimed = claim_ticket(ticket, by=request.user, rights=request.rights)
    return header(request, claimed)


@verb
def ticket_take_over(request: DeskRequest, code: str) -> HttpResponse:
    """Assumir what somebody else is attending to."""
    ticket = visible_ticket(request, code)
    seen = valid(TakeOverForm(request.POST))["seen"]
    return header(
        request, take_over_ticket(ticket, by=request.user, rights=request.rights, seen=seen)
    )


@verb
def ticket_close(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    data = valid(CloseForm(request.POST))
    closed = close_ticket(
        ticket, by=request.user, rights=request.rights, reason=str(data["reason"])
    )
    return header(request, closed)


@verb
def ticket_messages(request: DeskRequest, code: str) -> HttpResponse:
    form = ReplyForm(request.POST)
    if message := _sent_before(request, code, form):
        return _bubble(request, message)
    ticket = visible_ticket(request, code)
    data = valid(form)
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
    if looks_for_the_team(request.rights, ticket):
        look_at_ticket(ticket)
    return HttpResponse(status=204)


@verb
def ticket_draft(request: DeskRequest, code: str) -> HttpResponse:
    ticket = visible_ticket(request, code)
    data = valid(DraftForm(request.POST))
    keep_draft(ticket, by=request.user, text=str(data["text"]))
    return HttpResponse(status=204)


def _sent_before(request: DeskRequest, code: str, form: ReplyForm) -> Message | None:
    """What the author repeats because no answer came: it left, whoever has the ticket by now."""
    author = request.rights.attendant_id
    if author is None or not form.is_valid():
        return None
    sent = Message.objects.written_by(author).select_related("ticket", "attendant")
    number = form.cleaned_data["client_uuid"]
    found = sent.filter(store=request.store, client_uuid=number).first()
    return found if found and found.ticket and found.ticket.code == code else None


def _message(ticket: Ticket, message_id: int) -> Message:
    found = Message.objects.in_thread_of(ticket).filter(pk=message_id, ticket=ticket).first()
    if found is None:
        raise Http404
    return found


def _bubble(request: DeskRequest, message: Message) -> HttpResponse:
    return render(request, "sac/_items.html", {"thread": as_items([message])})
