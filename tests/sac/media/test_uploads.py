"""Files of attendants: what they are, not what they say; and what is refused, in plain words."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from automacao.gateways.port import Kind
from sac.media.uploads import Prepared, attach, discard, open_outbound, take_upload
from sac.models import Media
from sac.refusals import Invalid
from tests.conftest import Actor, Shop
from tests.sac.media import corpus

Take = Callable[..., Prepared]
SIZES = {"image": (64, 48), "video": (320, 240)}


@pytest.fixture
def take(shop: Shop) -> Take:
    """Upload bytes under a name."""

    def one(data: bytes, name: str = "arquivo", kind: Kind | None = None) -> Prepared:
        upload = SimpleUploadedFile(name, data, content_type="text/html")
        return take_upload(upload, store_id=shop.store.pk, as_kind=kind)

    return one


def stored(name: str) -> Path:
    return Path(default_storage.path(name))


@pytest.mark.parametrize(
    ("make", "kind", "mime"),
    [
        (corpus.picture, Kind.IMAGE, "image/jpeg"),
        (lambda: corpus.picture("PNG"), Kind.IMAGE, "image/png"),
        (lambda: corpus.picture("GIF"), Kind.DOCUMENT, "image/gif"),
        (lambda: corpus.picture("TIFF"), Kind.DOCUMENT, "application/octet-stream"),
        (corpus.film, Kind.VIDEO, "video/mp4"),
        (lambda: corpus.film("mov"), Kind.DOCUMENT, "video/quicktime"),
        (lambda: corpus.film("webm", "-c:v", "libvpx"), Kind.DOCUMENT, "video/webm"),
        (lambda: corpus.sound("mp3"), Kind.AUDIO, "audio/mpeg"),
        (lambda: corpus.sound("ipod"), Kind.AUDIO, "audio/mp4"),
        (lambda: corpus.sound("wav"), Kind.DOCUMENT, "audio/wav"),
        (corpus.voice_of_a_phone, Kind.AUDIO, "audio/ogg"),
        (lambda: corpus.PDF, Kind.DOCUMENT, "application/pdf"),
        ("Olá, mundo!\n".encode, Kind.DOCUMENT, "text/plain"),
        (lambda: corpus.HTML, Kind.DOCUMENT, "application/octet-stream"),
        (lambda: bytes(range(256)), Kind.DOCUMENT, "application/octet-stream"),
    ],
)
def test_the_kind_is_what_the_bytes_are(
    take: Take, make: Callable[[], bytes], kind: Kind, mime: str
) -> None:
    data = make()

    prepared = take(data, "foto.jpg")

    assert (prepared.kind, prepared.mime) == (kind, mime)
    assert stored(prepared.file).read_bytes() == data
    assert prepared.sha256 == hashlib.sha256(data).hexdigest()
    is_seen = mime.startswith(("image/", "video/"))
    assert (prepared.width, prepared.height) == (SIZES[mime[:5]] if is_seen else (None, None))
    assert bool(prepared.thumbnail) is is_seen


def test_a_recording_of_a_browser_becomes_a_voice_note_that_whatsapp_and_safari_play(
    take: Take,
) -> None:
    recorded = corpus.sound("webm", "-c:a", "libopus", "-ac", "1", seconds=3)

    prepared = take(recorded, "gravacao.webm", Kind.VOICE)

    assert (prepared.kind, prepared.mime, prepared.seconds) == (Kind.VOICE, "audio/ogg", 3)
    assert "Audio: opus, 48000 Hz, mono" in corpus.streams_of(stored(prepared.file))
    assert "Audio: aac" in corpus.streams_of(stored(prepared.playable))


def test_a_recording_of_safari_becomes_opus(take: Take) -> None:
    prepared = take(corpus.sound("mp4", "-c:a", "aac", "-ac", "2"), "a.mp4", Kind.VOICE)

    assert "Audio: opus, 48000 Hz, mono" in corpus.streams_of(stored(prepared.file))


@pytest.mark.parametrize(
    ("data", "name", "kind", "told"),
    [
        (b"", "a.jpg", None, "vazio"),
        (corpus.PROGRAM, "contrato.pdf", None, "Programas"),
        (b"ola", "contrato.pdf.exe", None, "Programas"),
        (b"ola", "x\u202ecod.EXE", None, "Programas"),
        (b"#!/bin/sh\n", "leia", None, "Programas"),
        (corpus.SVG, "logo.SVG", None, "SVG.*programa escondido. Salve como PNG ou PDF"),
        (corpus.PDF, "a.webm", Kind.VOICE, "gravação"),
        (corpus.PDF, "a.webp", Kind.STICKER, "figurinha"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_plain_words(
    take: Take, data: bytes, name: str, kind: Kind | None, told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        take(data, name, kind)


def test_each_kind_has_its_own_limit(take: Take, settings: Settings) -> None:
    settings.MEDIA_LIMITS = dict.fromkeys(settings.MEDIA_LIMITS, 100_000) | {"image": 100}

    with pytest.raises(Invalid, match="Uma imagem pode ter no máximo 100"):
        take(corpus.picture())
    assert take(corpus.picture(), kind=Kind.DOCUMENT).kind == Kind.DOCUMENT


def test_a_file_attached_is_ready_and_opens_as_the_port_wants_it(
    shop: Shop, ana: Actor, take: Take
) -> None:
    message = shop.hears(department=shop.support).messages.get()

    media = attach(message, take(corpus.picture(size=(1600, 1200)), "../../férias da Zoé.jpg"))
    outbound = open_outbound(Media.objects.get(pk=media.pk))

    assert (media.state, media.width, media.height) == (Media.State.READY, 1600, 1200)
    assert (outbound.name, outbound.mime) == ("férias da Zoé.jpg", "image/jpeg")
    with outbound.open() as first, outbound.open() as second:
        assert len(first.read()) == len(second.read()) == outbound.size == media.size


def test_a_file_of_one_store_is_no_file_of_another(
    shop: Shop, other_shop: Shop, take: Take
) -> None:
    theirs = other_shop.hears().messages.get()

    with pytest.raises(ValueError, match="another store"):
        attach(theirs, take(corpus.picture()))


def test_a_discarded_upload_leaves_nothing(take: Take) -> None:
    prepared = take(corpus.picture())

    discard(prepared)

    assert not stored(prepared.file).exists()
    assert not stored(prepared.thumbnail).exists()
