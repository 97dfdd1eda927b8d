"""Etiquetas: what a ticket carries, and Configurações > Etiquetas."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from sac.actions.tags import TagTaken, change_tag, change_tags, create_tag, offered_to
from sac.actions.tickets import insist
from sac.desk_request import DeskRequest, visible_ticket
from sac.forms_tags import TagForm, TicketTagsForm
from sac.models import Tag, Ticket
from sac.permissions import may_tag
from sac.views.answers import form_again, form_verb, header


@form_verb
def ticket_tags(request: DeskRequest, code: str) -> HttpResponse:
    """Choose the tags of a ticket."""
    ticket = visible_ticket(request, code)
    insist(may_tag(request.rights, ticket))
    typed = request.POST if request.method == "POST" else None
    form = TicketTagsForm(typed, offered=offered_to(ticket), carried=list(ticket.tags.all()))
    if not form.is_valid():
        return _choose(request, ticket, form)
    changed = change_tags(
        ticket, add=form.added, remove=form.removed, by=request.user, rights=request.rights
    )
    return header(request, changed) if request.htmx else redirect("ticket", code=code)


def _choose(request: DeskRequest, ticket: Ticket, form: TicketTagsForm) -> HttpResponse:
    context = {"ticket": ticket, "form": form, "is_admin": request.rights.is_admin}
    template = "sac/_ticket_tags.html" if request.htmx else "sac/ticket_tags.html"
    response = render(request, template, context)
    return form_again(response, "#dialog", "innerHTML") if form.is_bound else response


@require_GET
@admin_view
def tag_list(request: StoreRequest) -> HttpResponse:
    found = Tag.objects.in_store(request.store).by_name()
    return render(request, "sac/tags.html", {"tags": found})


@require_http_methods(["GET", "POST"])
@admin_view
def tag_new(request: StoreRequest) -> HttpResponse:
    form = TagForm(_typed(request))
    if form.is_valid() and _saved(request, form, None):
        messages.success(request, "Etiqueta cadastrada.")
        return redirect("tag_list")
    return render(request, "sac/tag.html", {"form": form})


@require_http_methods(["GET", "POST"])
@admin_view
def tag_edit(request: StoreRequest, tag_id: int) -> HttpResponse:
    tag = Tag.objects.in_store(request.store).filter(pk=tag_id).first()
    if tag is None:
        raise Http404
    form = TagForm(_typed(request), tag=tag)
    if form.is_valid() and _saved(request, form, tag):
        messages.success(request, "Etiqueta salva.")
        return redirect("tag_list")
    return render(request, "sac/tag.html", {"form": form, "tag": tag})


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _saved(request: StoreRequest, form: TagForm, tag: Tag | None) -> bool:
    """Save what was typed, or put beside its field why it could not be."""
    data, ip = form.cleaned_data, Origin.of(request).ip
    try:
        if tag is None:
            create_tag(request.store, **data, by=request.user, ip=ip)
        else:
            change_tag(tag, **data, by=request.user, ip=ip)
    except TagTaken as taken:
        form.add_error("name", taken.sentence)
    return not form.errors
