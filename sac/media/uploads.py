"""Files of attendants: looked at before they are promised to anybody."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from automacao.gateways.port import Kind, OutboundFile
from sac.actions.loose_files import hold_names
from sac.media import streams
from sac.media.child import ChildFailed
from sac.media.examination import Findings, examine
from sac.media.names import RUNNABLE, clean_name, ending_of, with_ending
from sac.media.sniffing import PICTURES, UNKNOWN, is_program
from sac.media.storing import drop, keep, sha256_of, workroom
from sac.models import Media, Message
from sac.refusals import Invalid

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models.fields.files import FieldFile

# What WhatsApp shows as such; the others travel as documents.
_AS_PICTURE = frozenset({"image/jpeg", "image/png"})
_AS_SOUND = frozenset({"audio/mpeg", "audio/mp4", "audio/ogg", "audio/aac", "audio/amr"})
_AS_FILM = frozenset({"video/mp4", "video/3gpp"})
_FILM_CODECS = frozenset({"h264", "mpeg4", "h263"})
OGG = "audio/ogg"
_PROGRAM = "Programas e atalhos não podem ser enviados."
_SVG = (
    "Desenhos SVG não podem ser enviados: podem trazer um programa escondido. "
    "Salve como PNG ou PDF e envie de novo."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that lies in the storage and may be attached to a message of its store."""

    store_id: int
    kind: Kind
    mime: str
    size: int
    filename: str
    sha256: str
    file: str
    thumbnail: str = ""
    playable: str = ""
    seconds: int | None = None
    width: int | None = None
    height: int | None = None

    @property
    def names(self) -> list[str]:
        """Whatever of it lies in the storage."""
        return [name for name in (self.file, self.thumbnail, self.playable) if name]


def take_upload(
    upload: "UploadedFile[bytes]", *, store_id: int, as_kind: Kind | None = None
) -> Prepared:
    """Store an uploaded file. `as_kind` asks for VOICE, STICKER or DOCUMENT; else it is sniffed.

    A recording of a browser becomes mono Opus in an OGG here, so that the message is whole before
    it is queued. Raises Invalid with what the person reads.
    """
    _refuse_by_name(upload)
    with workroom() as room:
        file = _in_room(upload, room)
        found = examine(file, room)
        _refuse_by_content(file)
        kind = _kind(found, as_kind)
        _refuse_by_size(file.stat().st_size, kind)
        if kind == Kind.VOICE:
            file, found = _voice(file, found, room)
        return _kept(file, found, kind, clean_name(upload.name or ""), store_id)


def attach(message: Message, prepared: Prepared) -> Media:
    """Make it the file of a saved message, in the transaction that made the message."""
    if message.store_id != prepared.store_id:
        raise ValueError("a file of another store")
    media = Media(
        store_id=message.store_id,
        message=message,
        state=Media.State.READY,
        file=prepared.file,
        thumbnail=prepared.thumbnail,
        playable=prepared.playable,
        filename=prepared.filename,
        mime=prepared.mime,
        size=prepared.size,
        seconds=prepared.seconds,
        width=prepared.width,
        height=prepared.height,
        sha256=prepared.sha256,
    )
    media.save(force_insert=True)
    hold_names(message.store_id, prepared.names)
    return media


def copy_of(message: Message) -> Prepared:
    """Store a message's file once more, for another message of its store.

    Raises Invalid when it is not here, or larger than it may be as what it was found to be.
    """
    media = message.file
    if media is None or not media.is_ready:
        raise Invalid("O arquivo desta mensagem não está disponível.")
    kind = _kind_again(Kind(message.kind), media.mime)
    _refuse_by_size(media.size or 0, kind)
    stored = [media.file, media.thumbnail, media.playable]
    file, thumbnail, playable = (_again(one, media.store_id) if one else "" for one in stored)
    return Prepared(
        store_id=media.store_id,
        kind=kind,
        mime=media.mime,
        size=media.size or 0,
        filename=media.filename,
        sha256=media.sha256,
        file=file,
        thumbnail=thumbnail,
        playable=playable,
        seconds=media.seconds,
        width=media.width,
        height=media.height,
    )


def _kind_again(kind: Kind, mime: str) -> Kind:
    """What a phone showed may be nothing that is shown when we send it: then it is a document."""
    shown = {
        Kind.IMAGE: _AS_PICTURE,
        Kind.VIDEO: _AS_FILM,
        Kind.AUDIO: _AS_SOUND,
        Kind.VOICE: frozenset({OGG}),
        Kind.STICKER: PICTURES,
    }
    return kind if mime in shown.get(kind, frozenset()) else Kind.DOCUMENT


def _again(stored: "FieldFile", store_id: int) -> str:
    with workroom() as room:
        copy = room / "copy"
        with stored.storage.open(str(stored.name), "rb") as file, copy.open("wb") as written:
            shutil.copyfileobj(file, written, 1024 * 1024)
        return keep(copy, store_id)


def discard(prepared: Prepared) -> None:
    """Forget an upload whose message was refused."""
    drop(*prepared.names)


def open_outbound(media: Media) -> OutboundFile:
    """Return the file as the port sends it."""
    return OutboundFile(
        name=with_ending(media.filename, media.mime),
        mime=media.mime,
        size=media.size or 0,
        open=_opener(media),
    )


def _opener(media: Media) -> Callable[[], BinaryIO]:
    return lambda: cast("BinaryIO", media.file.storage.open(str(media.file.name), "rb"))


def _refuse_by_name(upload: "UploadedFile[bytes]") -> None:
    if not upload.size:
        raise Invalid("Este arquivo está vazio.")
    if upload.size > settings.MEDIA_LIMITS[Kind.DOCUMENT]:
        raise Invalid(_too_large(Kind.DOCUMENT))
    ending = ending_of(clean_name(upload.name or ""))
    if ending == ".svg":
        raise Invalid(_SVG)
    if RUNNABLE.fullmatch(ending):
        raise Invalid(_PROGRAM)


def _refuse_by_content(file: Path) -> None:
    if is_program(file):
        raise Invalid(_PROGRAM)


def _refuse_by_size(size: int, kind: Kind) -> None:
    if size > settings.MEDIA_LIMITS[kind]:
        raise Invalid(_too_large(kind))


def _too_large(kind: Kind) -> str:
    names = {
        Kind.IMAGE: "Uma imagem",
        Kind.STICKER: "Uma figurinha",
        Kind.VIDEO: "Um vídeo",
        Kind.AUDIO: "Um áudio",
        Kind.VOICE: "Uma mensagem de voz",
    }
    limit = filesizeformat(settings.MEDIA_LIMITS[kind])
    return f"{names.get(kind, 'Um arquivo')} pode ter no máximo {limit}."


def _in_room(upload: "UploadedFile[bytes]", room: Path) -> Path:
    file = room / "upload"
    upload.seek(0)
    with file.open("wb") as written:
        shutil.copyfileobj(upload, written, 1024 * 1024)
    return file


def _kind(found: Findings, as_kind: Kind | None) -> Kind:
    if as_kind == Kind.VOICE and not found.streams.audio:
        raise Invalid("Não foi possível ler a gravação. Grave de novo.")
    if as_kind == Kind.STICKER and found.mime not in PICTURES:
        raise Invalid("Uma figurinha precisa ser uma imagem.")
    if as_kind in {Kind.VOICE, Kind.STICKER, Kind.DOCUMENT}:
        return as_kind
    return _sniffed_kind(found)


def _sniffed_kind(found: Findings) -> Kind:
    if found.mime in _AS_PICTURE:
        return Kind.IMAGE
    if found.mime in _AS_SOUND:
        return Kind.AUDIO
    if found.mime in _AS_FILM and found.streams.video in _FILM_CODECS:
        return Kind.VIDEO
    return Kind.DOCUMENT


def _voice(file: Path, found: Findings, room: Path) -> tuple[Path, Findings]:
    try:
        voice = streams.make_voice(file, found.demuxer, found.streams, room)
    except ChildFailed as failure:
        raise Invalid("Não foi possível ler a gravação. Grave de novo.") from failure
    heard = examine(voice, room)
    return voice, replace(heard, seconds=heard.seconds or found.seconds)


def _kept(file: Path, found: Findings, kind: Kind, name: str, store_id: int) -> Prepared:
    thumbnail, playable = (
        keep(made, store_id) if made else "" for made in (found.thumbnail, found.playable)
    )
    return Prepared(
        store_id=store_id,
        kind=kind,
        mime=found.mime or UNKNOWN,
        size=file.stat().st_size,
        filename="" if kind == Kind.VOICE else name,
        sha256=sha256_of(file),
        file=keep(file, store_id),
        thumbnail=thumbnail,
        playable=playable,
        seconds=found.seconds,
        width=found.width,
        height=found.height,
    )
