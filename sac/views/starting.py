"""Nova conversa: an attendant writes to a number first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from evendas.accounts.limits import NUMBERS_ASKED
from sac.actions.starting import AlreadyTalking, Start, live_ticket_of, start_conversation
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.forms_start import StartForm
from sac.models import Ticket
from sac.permissions import may_see, may_start
from sac.refusals import Invalid, Refused
from sac.registration import Unreachable, look_up
from sac.views.answers import form_again

_TOO_MANY = "Você consultou muitos números na última hora. Espere um pouco e tente de novo."


@require_http_methods(["GET", "POST"])
@desk_view
def conversation_new(request: DeskRequest) -> HttpResponse:
    try:
        insist(may_start(request.rights))
        return _new(request)
    except Refused as refusal:
        return _refuse(request, refusal)


def _new(request: DeskRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    phone = _phone_of(request, request.GET.get("de", ""))
    form = StartForm(typed, store=request.store, rights=request.rights, phone=phone)
    if not form.is_valid():
        return _form(request, form)
    try:
        return _opened(request, _start(request, form))
    except AlreadyTalking as busy:
        return _form(request, form, busy=busy.ticket)
    except Invalid as refusal:
        form.add_error("phone", str(refusal))
    except Unreachable as trouble:
        form.add_error(None, str(trouble))
    return _form(request, form)


def _phone_of(request: DeskRequest, code: str) -> str:
    """Whom to write to again, by a ticket of theirs that this person may see."""
    return visible_ticket(request, code).conversation.contact.phone_display if code else ""


def _start(request: DeskRequest, form: StartForm) -> Ticket:
    phone = form.cleaned_data["phone"]
    if live := live_ticket_of(form.place, phone):
        raise AlreadyTalking(live)
    if not NUMBERS_ASKED.admits(str(request.user.pk)):
        raise Unreachable(_TOO_MANY)
    found = look_up(form.place.instance, phone)
    wish = Start(form.place, phone, found, name=form.cleaned_data["name"])
    return start_conversation(wish, by=request.user, rights=request.rights)


def _opened(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    if not request.htmx:
        return redirect("ticket", code=ticket.code)
    address = reverse("ticket", args=[ticket.code])
    return trigger_client_event(HttpResponse(), "sac:started", {"address": address})


def _form(request: DeskRequest, form: StartForm, *, busy: Ticket | None = None) -> HttpResponse:
    """Draw the form; a live ticket of that number is offered, or only who has it is said."""
    context = {"form": form, "busy": busy, "sees": busy and may_see(request.rights, busy)}
    template = "sac/_start.html" if request.htmx else "sac/start.html"
    response = render(request, template, context)
    return form_again(response, "#dialog", "innerHTML") if form.is_bound else response


def _refuse(request: DeskRequest, refusal: Refused) -> HttpResponse:
    if request.htmx:
        context = {"reason": str(refusal)}
        return render(request, "sac/_refusal.html", context, status=refusal.status)
    messages.error(request, str(refusal))
    return redirect("desk")
