"""Sac > Atendimento: the screen, and the fragments it refreshes itself with. None writes."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from sac import thread
from sac.actions.preferences import preferences_of
from sac.aside import aside_of
from sac.chapters import chapter_before
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.history import history_of
from sac.models import Message, Ticket
from sac.pending import pending
from sac.permissions import verdicts
from sac.purchases import purchases_of
from sac.views.listing import figures_context, form_context, rows_context, wish


@require_GET
@desk_view
def desk(request: DeskRequest) -> HttpResponse:
    return render(request, "sac/desk.html", _desk_context(request))


@require_GET
@vary_on_headers("HX-Request")
@desk_view
def ticket(request: DeskRequest, code: str) -> HttpResponse:
    """One conversation: alone for htmx, inside the whole screen for anybody else."""
    found = visible_ticket(request, code)
    context = ticket_context(request, found)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "sac/_conversation.html", context)
    desk = _desk_context(request, default=found.status)
    return render(request, "sac/desk.html", {**desk, **context})


@require_GET
@desk_view
def desk_list(request: DeskRequest) -> HttpResponse:
    return render(request, "sac/_rows.html", rows_context(request, wish(request)))


@require_GET
@desk_view
def desk_counts(request: DeskRequest) -> HttpResponse:
    filters = wish(request).filters
    context = {"filters": filters, **figures_context(request, filters)}
    context["pending"] = pending(request.rights)
    context["waiting"] = context["pending"]["waiting"]
    return render(request, "sac/_present.html", context)


@require_GET
@desk_view
def ticket_header(request: DeskRequest, code: str) -> HttpResponse:
    context = header_context(request, visible_ticket(request, code))
    return render(request, "sac/_header_and_composer.html", context)


@require_GET
@desk_view
def ticket_changes(request: DeskRequest, code: str) -> HttpResponse:
    """The catch-up: everything that changed after the page's cursor, drawn as the page draws it."""
    found = visible_ticket(request, code)
    changes = thread.changes(found, since=_whole_number(request, "desde"))
    context = {"thread": changes.items, "reached": changes.reached, "has_more": changes.has_more}
    return render(request, "sac/_changes.html", context)


@require_GET
@desk_view
def ticket_older(request: DeskRequest, code: str) -> HttpResponse:
    found = visible_ticket(request, code)
    return render(request, "sac/_older.html", {"ticket": found, **_thread(request, found)})


@require_GET
@desk_view
def ticket_chapter(request: DeskRequest, code: str) -> HttpResponse:
    """What stands above a ticket's thread: a page of the contact's ticket `de`, or of the last."""
    found = visible_ticket(request, code)
    at = _whole_number(request, "de") or None
    chapter = chapter_before(found, request.rights, at=at, before=cursor_of(request))
    return render(request, "sac/_chapter.html", {"ticket": found, "chapter": chapter})


@require_GET
@desk_view
def ticket_stretch(request: DeskRequest, code: str) -> HttpResponse:
    """The thread from the line `antes` up to a message, or where else that message stands."""
    found = visible_ticket(request, code)
    message = _sought(request, found)
    chapter = thread.chapter_with(message) if message else None
    if message is None or chapter is None:
        return _not_here(request, "A mensagem não está mais guardada nesta conversa.")
    if chapter.pk == found.pk:
        page = thread.stretch(found, message, before=cursor_of(request))
        return render(request, "sac/_older.html", {"ticket": found, **_lines(page)})
    if not Ticket.objects.visible_to(request.rights).filter(pk=chapter.pk).exists():
        reason = f"A mensagem está no atendimento {chapter.code}, que você não pode ver."
        return _not_here(request, reason)
    context = {"chapter": chapter, "message": message}
    return render(request, "sac/_elsewhere.html", context)


def _sought(request: HttpRequest, found: Ticket) -> Message | None:
    """The message `mensagem`, by our number; or the one that the network calls `wid`."""
    wid = request.GET.get("wid", "")
    pk = _whole_number(request, "mensagem")
    # PostgreSQL refuses the very question when it holds a NUL.
    return thread.sought(found, message_id=pk, provider_id=wid if wid.isprintable() else "")


def _not_here(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "sac/_refusal.html", {"reason": reason}, status=404)


@require_GET
@vary_on_headers("HX-Request")
@desk_view
def ticket_history(request: DeskRequest, code: str) -> HttpResponse:
    """The contact's other tickets before `antes`, as more lines or as a page of their own."""
    found = visible_ticket(request, code)
    before = _whole_number(request, "antes") or None
    history = history_of(found, request.rights, before=before)
    context = {"ticket": found, "history": history, "rights": request.rights}
    template = "sac/_past.html" if request.htmx else "sac/history.html"
    return render(request, template, context)


def _thread(request: HttpRequest, found: Ticket) -> dict[str, Any]:
    """The page of the thread that ends before `antes`; without it, the newest."""
    return _lines(thread.page(found, before=cursor_of(request)))


def _lines(page: thread.Page) -> dict[str, Any]:
    return {"thread": page.items, "older_cursor": page.older_cursor}


def cursor_of(request: HttpRequest) -> thread.Cursor | None:
    """The place `antes` in a thread or a search, None without one."""
    key, _, pk = request.GET.get("antes", "").partition("-")
    return (int(key), int(pk)) if _is_number(key) and _is_number(pk) else None


def _whole_number(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if _is_number(value) else 0


def _is_number(value: str) -> bool:
    """Digits that PostgreSQL's bigint holds; sort keys need all nineteen of them."""
    is_short = value.isascii() and value.isdigit() and len(value) <= 19
    return is_short and int(value) < 2**63


def _desk_context(request: DeskRequest, *, default: str | None = None) -> dict[str, Any]:
    asked = wish(request, default=default, in_full=True)
    return {
        **rows_context(request, asked),
        **figures_context(request, asked.filters),
        **form_context(asked),
        "store": request.store,
        "likes": preferences_of(request.user),
        "open": None,
    }


def ticket_context(request: DeskRequest, found: Ticket) -> dict[str, Any]:
    return {**header_context(request, found), **_thread(request, found)}


def header_context(request: DeskRequest, found: Ticket) -> dict[str, Any]:
    """Everything around the thread that depends on the viewer."""
    return {
        "open": found,
        "ticket": found,
        "verdicts": verdicts(request.rights, found),
        "composer_uuid": uuid4(),
        "note_uuid": uuid4(),
        "aside": aside_of(found, request.rights),
        "history": history_of(found, request.rights),
        "purchases": purchases_of(found),
        "rights": request.rights,
        "store": request.store,
    }
