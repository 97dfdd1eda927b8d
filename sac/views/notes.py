"""Notes to the team: written, whom they may name, and that who was named has seen it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sac.actions.notes import see_mentions, write_note
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.forms import NoteForm
from sac.models import Attendant
from sac.thread import as_items
from sac.views.answers import valid, verb


@verb
def ticket_notes(request: DeskRequest, code: str) -> HttpResponse:
    """Write an internal note."""
    ticket = visible_ticket(request, code)
    data = valid(NoteForm(request.POST))
    note = write_note(
        ticket,
        by=request.user,
        rights=request.rights,
        text=str(data["text"]),
        client_uuid=data["client_uuid"],
    )
    return render(request, "sac/_items.html", {"thread": as_items([note])})


@require_GET
@desk_view
def ticket_team(request: DeskRequest, code: str) -> HttpResponse:
    """Whom a note may name: the others who see the ticket."""
    team = Attendant.objects.in_store(request.store).who_see(visible_ticket(request, code))
    others = team.exclude(user=request.user).select_related("user").by_name()
    return render(request, "sac/_team.html", {"team": others})


@verb
def ticket_mentions(request: DeskRequest, code: str) -> HttpResponse:
    """Note that this person has seen where they were named."""
    see_mentions(visible_ticket(request, code), rights=request.rights)
    return HttpResponse(status=204)
