"""Looks at a file before anybody else does: what it is, how large on screen, and what it lacks."""

import logging
from dataclasses import dataclass
from pathlib import Path

from sac.media.child import ChildFailed
from sac.media.pictures import draw_small
from sac.media.sniffing import DEMUXERS, PICTURES, UNKNOWN, sniff
from sac.media.streams import NONE, Streams, make_playable, read_streams, take_frame

logger = logging.getLogger(__name__)

# What some browser does not play: Safari no OGG, none of them AMR.
_UNPLAYABLE = frozenset({"audio/ogg", "audio/amr", "audio/webm"})
_SOUNDS = {
    "mov": "audio/mp4",
    "matroska": "audio/webm",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "aac": "audio/aac",
    "amr": "audio/amr",
}
_FILMS = {"mov", "matroska"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a file is. `thumbnail` (WebP) and `playable` (MP4) are new files, where of use.

    What our own readers do not open is UNKNOWN: no browser is asked to open it either.
    """

    mime: str
    demuxer: str = ""
    streams: Streams = NONE
    seconds: int | None = None
    width: int | None = None
    height: int | None = None
    thumbnail: Path | None = None
    playable: Path | None = None


def examine(file: Path, room: Path) -> Findings:
    """Look at a file in children with limits; what is made lies in the folder `room`."""
    sniffed = sniff(file)
    try:
        if sniffed in PICTURES:
            return _picture(file, sniffed, room)
        if sniffed in DEMUXERS:
            return _stream(file, sniffed, room)
    except ChildFailed as failure:
        logger.info("kept as download only, %s: %s", sniffed, failure)
        return Findings(UNKNOWN)
    return Findings(sniffed)


def _picture(file: Path, mime: str, room: Path) -> Findings:
    drawn = draw_small(file, room)
    return Findings(mime, width=drawn.width, height=drawn.height, thumbnail=drawn.thumbnail)


def _stream(file: Path, sniffed: str, room: Path) -> Findings:
    demuxer = DEMUXERS[sniffed]
    found = read_streams(file, demuxer, room)
    if found.video and demuxer in _FILMS:
        return _film(file, sniffed, demuxer, found, room)
    if not found.audio:
        return Findings(UNKNOWN)
    mime = _SOUNDS[demuxer]
    playable = _playable(file, demuxer, room) if mime in _UNPLAYABLE else None
    return Findings(mime, demuxer, found, found.seconds, playable=playable)


def _film(file: Path, mime: str, demuxer: str, found: Streams, room: Path) -> Findings:
    return Findings(
        mime,
        demuxer,
        found,
        found.seconds,
        found.width,
        found.height,
        thumbnail=_poster(file, demuxer, room),
    )


def _poster(file: Path, demuxer: str, room: Path) -> Path | None:
    try:
        return draw_small(take_frame(file, demuxer, room), room).thumbnail
    except ChildFailed as failure:
        logger.info("a film without a picture: %s", failure)
        return None


def _playable(file: Path, demuxer: str, room: Path) -> Path | None:
    try:
        return make_playable(file, demuxer, room)
    except ChildFailed as failure:
        logger.info("a sound that stays as it came: %s", failure)
        return None
