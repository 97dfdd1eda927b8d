"""The bookkeeping of files that are fetched: who is at one, and what became of it.

A file is claimed with a lease in a commit of its own before the gateway is asked. From there it
ends stored, refused, or due again after a pause; a worker that died leaves a lease that ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from automacao.gateways.port import GatewayError, Kind, Outcome
from automacao.models import Instance
from evendas import clock
from evendas.bell import ring
from sac.actions.loose_files import hold_names
from sac.actions.statuses import save_and_announce
from sac.actions.whereabouts import lock_conversation_of
from sac.models import Media, Message

GONE = "O número desta conversa foi removido da loja."
GAVE_UP = "Não foi possível baixar este arquivo."


@dataclass(frozen=True, slots=True)
class Fetching:
    """A file claimed for fetching: what the gateway call needs. `limit` in bytes."""

    media_id: int
    store_id: int
    instance: Instance
    reference: Mapping[str, object]
    filename: str
    limit: int


def begin_fetching(media_id: int) -> Fetching | None:
    """Claim a file that is due. One that ended too many workers is given up."""
    with transaction.atomic():
        rows = Media.objects.select_for_update(no_key=True, of=("self",))
        media = rows.select_related("message__instance").filter(pk=media_id).first()
        if media is None or not _is_due(media):
            return None
        instance = media.message.instance
        hopeless = _hopeless(media, instance)
        if not hopeless:
            media.attempts += 1
            media.lease_until = clock.now() + timedelta(seconds=settings.MEDIA_LEASE)
            media.save(update_fields=["attempts", "lease_until"])
    if hopeless:
        fail_fetching(media_id, hopeless)
        return None
    limits = settings.MEDIA_LIMITS
    limit = limits.get(media.message.kind, limits[Kind.DOCUMENT])
    return Fetching(media.pk, media.store_id, instance, media.reference, media.filename, limit)


def _is_due(media: Media) -> bool:
    now = clock.now()
    is_free = media.lease_until is None or media.lease_until <= now
    is_time = media.next_attempt_at is None or media.next_attempt_at <= now
    return media.state == Media.State.PENDING and is_free and is_time


def _hopeless(media: Media, instance: Instance) -> str:
    if instance.removed_at is not None:
        return GONE
    is_over = media.created_at < clock.now() - timedelta(seconds=settings.MEDIA_WAITS)
    return GAVE_UP if is_over or media.attempts >= settings.MEDIA_TRIES else ""


def finish_fetching(media_id: int, names: Mapping[str, str], facts: Mapping[str, object]) -> bool:
    """Show the stored file; both are by field. Tell whether it was still wanted."""
    with transaction.atomic():
        message = _lock(media_id)
        if message.media.state != Media.State.PENDING:
            return False
        hold_names(message.store_id, [*names.values()])
        for field, value in {**facts, **names}.items():
            setattr(message.media, field, value)
        message.media.state, message.media.error = Media.State.READY, ""
        message.media.lease_until = message.media.next_attempt_at = None
        message.media.save()
        save_and_announce([message])
    return True


def fail_fetching(media_id: int, error: str) -> None:
    """Show that the file is not to be had, and why."""
    with transaction.atomic():
        message = _lock(media_id)
        if message.media.state != Media.State.PENDING:
            return
        message.media.state, message.media.error = Media.State.FAILED, error
        message.media.lease_until = message.media.next_attempt_at = None
        message.media.save(update_fields=["state", "error", "lease_until", "next_attempt_at"])
        save_and_announce([message])


def put_off_fetching(media_id: int, error: GatewayError | None = None) -> None:
    """Let it be due again after a pause, or right away where nobody is to blame.

    A number that is offline may be so for days: waiting for it is no attempt.
    """
    media = Media.objects.get(pk=media_id)
    if error is None or error.outcome == Outcome.OFFLINE:
        media.attempts -= 1
    pauses = settings.MEDIA_BACKOFF
    pause = pauses[max(0, min(media.attempts, len(pauses)) - 1)] if error else 0
    if error and error.outcome == Outcome.OFFLINE:
        pause = pauses[-1]
    media.next_attempt_at = clock.now() + timedelta(seconds=pause)
    media.lease_until = None
    media.save(update_fields=["attempts", "next_attempt_at", "lease_until"])


def fetch_again(message: Message) -> Message:
    """Tentar de novo: whoever sees the ticket may. Anything but a failure stays as it is."""
    with transaction.atomic():
        message = _lock(message.media.pk)
        # What was erased with its message has nothing left to ask for.
        if message.media.state == Media.State.FAILED and message.media.reference:
            message.media.state, message.media.error = Media.State.PENDING, ""
            message.media.attempts, message.media.next_attempt_at = 0, clock.now()
            message.media.created_at = clock.now()
            message.media.save()
            save_and_announce([message])
            media_id = message.media.pk
            transaction.on_commit(lambda: ring("sac.fetch_media", media_id), robust=True)
    return message


def due(limit: int = 20) -> list[int]:
    """Files to ring for. Few at a time: each is rung for again until a worker takes it."""
    rows = Media.objects.due().order_by("next_attempt_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def _lock(media_id: int) -> Message:
    """Lock the conversation and read the message with its file."""
    conversation = lock_conversation_of(Message.objects.only("pk").get(media=media_id).pk)
    message = Message.objects.select_related("attendant", "ticket", "media").get(media=media_id)
    message.conversation = conversation
    return message
