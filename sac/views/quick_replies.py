"""Sac > Respostas rápidas: written and kept here, offered in the box after a "/"."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from evendas import clock
from evendas.accounts.terms import Origin
from sac.actions.quick_replies import (
    ScopeFull,
    ShortcutTaken,
    change_quick_reply,
    create_quick_reply,
    delete_quick_reply,
)
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.forms_answers import QuickReplyForm
from sac.media.serving import Stored, serve
from sac.media.taking import taken
from sac.models import QuickReply, Ticket
from sac.permissions import may_keep_quick_reply
from sac.placeholders import fill, greeting_at
from sac.refusals import Invalid, Refused, TooLate


@require_GET
@desk_view
def quick_reply_list(request: DeskRequest) -> HttpResponse:
    listed = QuickReply.objects.listed_for(request.rights).by_shortcut()
    replies = [
        (one, bool(may_keep_quick_reply(request.rights, one.attendant_id)))
        for one in listed.select_related("department")
    ]
    context = {"replies": replies, "may_add": _may_add(request)}
    return render(request, "sac/quick_replies.html", context)


@require_http_methods(["GET", "POST"])
@desk_view
def quick_reply_new(request: DeskRequest) -> HttpResponse:
    if not _may_add(request):
        raise PermissionDenied("Só quem atende ou administra a loja cria respostas rápidas.")
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@desk_view
def quick_reply_edit(request: DeskRequest, reply_id: int) -> HttpResponse:
    reply = _listed(request, reply_id)
    verdict = may_keep_quick_reply(request.rights, reply.attendant_id)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    return _form(request, reply)


@require_POST
@desk_view
def quick_reply_delete(request: DeskRequest, reply_id: int) -> HttpResponse:
    reply = _listed(request, reply_id)
    ip = Origin.of(request).ip
    try:
        delete_quick_reply(reply, by=request.user, rights=request.rights, ip=ip)
    except Refused as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, "Resposta rápida excluída.")
    return redirect("quick_reply_list")


@require_GET
@desk_view
def quick_reply_offers(request: DeskRequest) -> HttpResponse:
    """Everything this person may use, as the box offers it: asked for once per page."""
    usable = QuickReply.objects.usable_by(request.rights).select_related("department")
    return render(request, "sac/_quick_reply_offers.html", {"replies": usable.by_shortcut()})


@require_safe
@desk_view
def quick_reply_file(request: DeskRequest, reply_id: int) -> HttpResponse:
    """The file, to whoever may use the answer."""
    reply = _listed(request, reply_id)
    return serve(request, Stored(reply.file.name, reply.mime, reply.filename))


@require_GET
@desk_view
def ticket_answer(request: DeskRequest, code: str, reply_id: int) -> HttpResponse:
    """A ready answer as it is to be said in this ticket."""
    ticket = visible_ticket(request, code)
    usable = QuickReply.objects.usable_by(request.rights)
    reply = usable.filter(pk=reply_id).first()
    if reply is None:
        raise Http404
    context = {"text": fill(reply.text, _values(request, ticket)), "reply": reply}
    return render(request, "sac/_quick_reply_filled.html", context)


def _values(request: DeskRequest, ticket: Ticket) -> Mapping[str, object]:
    name = ticket.conversation.contact.name
    return {
        "nome": name,
        "primeiro_nome": name.partition(" ")[0],
        "atendente": getattr(request.user, "attendant", ""),
        "loja": request.store.name,
        "codigo": ticket.code,
        "saudacao": greeting_at(timezone.localtime(clock.now()).hour),
    }


def _may_add(request: DeskRequest) -> bool:
    return request.rights.is_admin or request.rights.attendant_id is not None


def _listed(request: DeskRequest, reply_id: int) -> QuickReply:
    found = QuickReply.objects.listed_for(request.rights).filter(pk=reply_id).first()
    if found is None:
        raise Http404
    return found


def _form(request: DeskRequest, reply: QuickReply | None) -> HttpResponse:
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = QuickReplyForm(*typed, store=request.store, rights=request.rights, reply=reply)
    if form.is_valid() and _saved(request, form, reply):
        messages.success(request, "Resposta rápida salva.")
        return redirect("quick_reply_list")
    return render(request, "sac/quick_reply.html", {"form": form, "reply": reply})


def _saved(request: DeskRequest, form: QuickReplyForm, reply: QuickReply | None) -> bool:
    """Save what was typed, or put beside its field why it could not be."""
    try:
        _save(request, form, reply)
    except ShortcutTaken as taken_already:
        form.add_error("shortcut", taken_already.sentence)
    except Invalid as refusal:
        form.add_error("file", str(refusal))
    except ScopeFull as full:
        form.add_error("scope", full.sentence)
    except TooLate as refusal:
        form.add_error(None, str(refusal))
    except Refused as refusal:
        form.add_error("scope", str(refusal))
    return not form.errors


def _save(request: DeskRequest, form: QuickReplyForm, reply: QuickReply | None) -> None:
    user, rights, ip = request.user, request.rights, Origin.of(request).ip
    file = form.cleaned_data["file"]
    with taken([file] if file else [], store_id=request.store.pk, as_kind=None) as uploads:
        wish = form.wish(next(iter(uploads), None))
        if reply is None:
            create_quick_reply(request.store, wish, by=user, rights=rights, ip=ip)
        else:
            change_quick_reply(reply, wish, by=user, rights=rights, ip=ip)
