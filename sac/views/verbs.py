"""What people do with a ticket by one click: one noun per verb, one action."""

from django.http import HttpResponse

from sac.actions.drafts import keep_draft
from sac.actions.tickets import claim_ticket, look_at_ticket, take_over_ticket
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms import DraftForm, TakeOverForm
from sac.permissions import looks_for_the_team
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
