"""Fetches the file of a message from the instance's own gateway, outside any transaction."""

import logging
from pathlib import Path

from django.conf import settings

from automacao.gateways.port import FetchedFile, GatewayError, GatewayUnavailable, Outcome
from automacao.gateways.registry import gateway
from sac.actions.files import (
    Fetching,
    begin_fetching,
    fail_fetching,
    finish_fetching,
    put_off_fetching,
)
from sac.media.examination import examine
from sac.media.intake import Intake, Leaving
from sac.media.names import clean_name
from sac.media.storing import drop, keep, sha256_of, workroom

logger = logging.getLogger(__name__)


def fetch_media(media_id: int) -> None:
    """Fetch a file that is due, look at it, store it, and show it."""
    fetching = begin_fetching(media_id)
    if fetching is None:
        return
    try:
        with workroom() as room:
            _store(fetching, *_fetch(fetching, room), room)
    except Leaving:
        put_off_fetching(media_id)
    except GatewayError as error:
        logger.warning("file %s: %s %s", media_id, type(error).__name__, error)
        _give_way(media_id, error)


def _fetch(fetching: Fetching, room: Path) -> tuple[Path, FetchedFile]:
    file = room / "fetched"
    instance = fetching.instance
    with Intake(file, limit=fetching.limit, seconds=settings.MEDIA_FETCH_TIME) as into:
        told = gateway(instance.gateway).fetch_file(
            instance.channel(), fetching.reference, into=into, limit=fetching.limit
        )
    if file.stat().st_size == 0:
        raise GatewayUnavailable("an empty file")
    return file, told


def _store(fetching: Fetching, file: Path, told: FetchedFile, room: Path) -> None:
    found = examine(file, room)
    made = {"file": file, "thumbnail": found.thumbnail, "playable": found.playable}
    names = {field: _kept(one, fetching) for field, one in made.items() if one}
    facts: dict[str, object] = {
        "filename": clean_name(fetching.filename) or clean_name(told.name),
        "mime": found.mime,
        "size": file.stat().st_size,
        "sha256": sha256_of(file),
        "width": found.width,
        "height": found.height,
    }
    if found.seconds is not None:
        facts["seconds"] = found.seconds
    if not finish_fetching(fetching.media_id, names, facts):
        drop(*names.values())


def _kept(file: Path, fetching: Fetching) -> str:
    """Store a file. What a storage in trouble raises may be anything: a bucket has its own."""
    try:
        return keep(file, fetching.store_id)
    except Exception as error:
        raise GatewayUnavailable(f"our own storage: {error!r}") from error


def _give_way(media_id: int, error: GatewayError) -> None:
    if error.outcome == Outcome.REFUSED:
        fail_fetching(media_id, error.pt)
    else:
        put_off_fetching(media_id, error)
