"""What people send, and what they do to a message: one noun per verb, one action."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import render

from automacao.gateways.port import Kind
from sac.actions import amendments
from sac.actions.replies import (
    Outgoing,
    confirm_message,
    drop_message,
    insist_on_looking,
    retry_message,
    send_files,
    send_messages,
    send_reply,
    sent_before,
)
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import CardForm, EditionForm, LocationForm, ReactionForm, ReplyForm, SendingForm
from sac.media.taking import taken
from sac.models import Message, Ticket
from sac.thread import as_items
from sac.views.answers import valid, verb


@verb
def ticket_messages(request: DeskRequest, code: str) -> HttpResponse:
    """Send a text, or files with a caption."""
    form = ReplyForm(request.POST)
    if sent := _repeated(request, code, form):
        return _bubbles(request, sent)
    ticket = visible_ticket(request, code)
    data = valid(form)
    said = {
        "by": request.user,
        "rights": request.rights,
        "text": str(data["text"]),
        "client_uuid": data["client_uuid"],
        "quotes": _quoted(ticket, data["quotes"]),
    }
    files = request.FILES.getlist("files")
    if not files:
        return _bubbles(request, [send_reply(ticket, **said)])
    insist_on_looking(ticket, number=len(files), rights=request.rights)
    with taken(files, store_id=ticket.store_id, as_kind=data["as_kind"]) as uploads:
        return _bubbles(request, send_files(ticket, uploads=uploads, **said))


@verb
def ticket_location(request: DeskRequest, code: str) -> HttpResponse:
    """Send a place on the map."""
    return _send_facts(request, code, LocationForm(request.POST), Kind.LOCATION)


@verb
def ticket_card(request: DeskRequest, code: str) -> HttpResponse:
    """Send somebody's contact."""
    return _send_facts(request, code, CardForm(request.POST), Kind.CONTACT)


def _send_facts(
    request: DeskRequest, code: str, form: LocationForm | CardForm, kind: Kind
) -> HttpResponse:
    if sent := _repeated(request, code, form):
        return _bubbles(request, sent)
    ticket = visible_ticket(request, code)
    data = valid(form)
    wanted = Outgoing(
        client_uuid=data["client_uuid"],
        kind=kind,
        facts=form.facts,
        quotes=_quoted(ticket, data["quotes"]),
    )
    sent = send_messages(ticket, [wanted], by=request.user, rights=request.rights)
    return _bubbles(request, sent)


@verb
def message_retry(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    message = _message(visible_ticket(request, code), message_id)
    return _bubbles(request, [retry_message(message, rights=request.rights)])


@verb
def message_confirm(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    message = _message(visible_ticket(request, code), message_id)
    return _bubbles(request, [confirm_message(message, rights=request.rights)])


@verb
def message_drop(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    """Não enviar what waited too long."""
    message = _message(visible_ticket(request, code), message_id)
    return _bubbles(request, [drop_message(message, rights=request.rights)])


@verb
def message_reaction(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    ticket = visible_ticket(request, code)
    message = _shown(ticket, message_id)
    emoji = str(valid(ReactionForm(request.POST))["emoji"])
    return _bubbles(
        request, [amendments.react(ticket, message, rights=request.rights, emoji=emoji)]
    )


@verb
def message_edition(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    ticket = visible_ticket(request, code)
    message = _shown(ticket, message_id)
    text = str(valid(EditionForm(request.POST))["text"])
    edited = amendments.edit(ticket, message, rights=request.rights, text=text)
    return _bubbles(request, [edited])


@verb
def message_deletion(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    """Apagar para todos."""
    ticket = visible_ticket(request, code)
    message = _shown(ticket, message_id)
    return _bubbles(request, [amendments.delete(ticket, message, rights=request.rights)])


def _repeated(request: DeskRequest, code: str, form: SendingForm) -> list[Message]:
    if not form.is_valid():
        return []
    return sent_before(request.rights, code, form.cleaned_data["client_uuid"])


def _message(ticket: Ticket, message_id: int) -> Message:
    """The ticket's own message: what stands outside any chapter is nobody's to settle."""
    message = _shown(ticket, message_id)
    if message.ticket_id != ticket.pk:
        raise Http404
    return message


def _shown(ticket: Ticket, message_id: int) -> Message:
    """A message that stands in this ticket's thread."""
    found = Message.objects.in_thread_of(ticket).filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found


def _quoted(ticket: Ticket, message_id: int | None) -> Message | None:
    """What is answered: of the same conversation, in whichever chapter it is on this screen."""
    return _shown(ticket, message_id) if message_id else None


def _bubbles(request: DeskRequest, messages: Sequence[Message]) -> HttpResponse:
    return render(request, "sac/_items.html", {"thread": as_items(messages)})
