"""Files of messages: shown to whoever may see the message, and asked for again."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sac.actions.files import fetch_again
from sac.desk_request import DeskRequest, desk_view, visible_ticket
from sac.media.serving import Stored, serve
from sac.models import Media, Message
from sac.thread import as_items
from sac.views.answers import verb


@require_safe
@desk_view
def media(request: DeskRequest, media_id: int) -> HttpResponse:
    """The file itself."""
    found = _visible(request, media_id)
    return serve(request, Stored(found.file.name, found.mime, found.filename))


@require_safe
@desk_view
def media_thumbnail(request: DeskRequest, media_id: int) -> HttpResponse:
    """Miniatura: a small picture of it."""
    return serve(request, Stored(_visible(request, media_id).thumbnail.name, "image/webp"))


@require_safe
@desk_view
def media_playable(request: DeskRequest, media_id: int) -> HttpResponse:
    """Reprodução: the sound as every browser plays it."""
    return serve(request, Stored(_visible(request, media_id).playable.name, "audio/mp4"))


@verb
def media_retry(request: DeskRequest, code: str, message_id: int) -> HttpResponse:
    """Tentar de novo: ask the gateway for the file once more."""
    thread = Message.objects.in_thread_of(visible_ticket(request, code))
    message = thread.filter(pk=message_id, media__isnull=False).first()
    if message is None:
        raise Http404
    items = as_items([fetch_again(message)])
    return render(request, "sac/_items.html", {"thread": items})


def _visible(request: DeskRequest, media_id: int) -> Media:
    ready = Media.objects.visible_to(request.rights).filter(state=Media.State.READY)
    found = ready.filter(pk=media_id).first()
    if found is None:
        raise Http404
    return found
