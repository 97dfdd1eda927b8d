"""Files made to harm: each is kept as a thing to download, or refused, within a bounded memory."""

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from pytest_django.fixtures import Settings

from sac.media.fetching import fetch_media
from sac.media.names import clean_name
from sac.models import Media
from tests.sac.media import corpus
from tests.sac.media.conftest import Announce, anew, stored
from tests.sac.media.hands import MEGABYTE, Hands

UNKNOWN = "application/octet-stream"
# Of a child that looks at a file, and by how much a worker may grow meanwhile. Bytes.
CHILD_MAX = 320 * MEGABYTE
GROWTH_MAX = 64 * MEGABYTE


def most(who: int) -> int:
    """The most memory this process, or any child of its that ended, ever held. Bytes."""
    return resource.getrusage(who).ru_maxrss * 1024


@pytest.fixture
def bounded() -> Iterator[None]:
    """Holds whatever the test does to its share of memory."""
    own, childs = most(resource.RUSAGE_SELF), most(resource.RUSAGE_CHILDREN)
    yield
    grown = most(resource.RUSAGE_SELF)
    assert grown - own < GROWTH_MAX
    # Until it is its own program a child counts as large as the process that started it.
    assert most(resource.RUSAGE_CHILDREN) <= max(childs, CHILD_MAX, grown)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    "make",
    [
        corpus.png_bomb,
        lambda: corpus.png_bomb(16_000),
        corpus.gif_bomb,
        lambda: corpus.picture()[:200],
        lambda: corpus.picture("TIFF"),
        lambda: corpus.SVG,
        lambda: b"\xef\xbb\xbf  \n" + corpus.SVG,
        lambda: b'<?xml version="1.0"?>' + corpus.SVG,
        lambda: corpus.HTML,
        lambda: corpus.PROGRAM,
        lambda: corpus.PLAYLIST,
        lambda: corpus.film()[:300],
        lambda: b"\x00\x00\x00\x18ftypisom" + corpus.PLAYLIST,
        lambda: b"OggS\x00\x02" + bytes(200),
        lambda: b"GIF89a" + corpus.SCRIPT,
        lambda: b"\xff\xd8\xff\xe0" + corpus.HTML,
        lambda: b"\x00",
    ],
)
def test_what_no_reader_of_ours_opens_is_only_to_be_downloaded(
    hands: Hands, announced: Announce, make: Callable[[], bytes]
) -> None:
    data = make()
    media = announced(filename="foto.jpg")
    hands.give(data, mimetype="image/jpeg")

    fetch_media(media.pk)

    media = anew(media)
    assert (media.state, media.mime, media.shown_as) == (Media.State.READY, UNKNOWN, "download")
    assert (media.thumbnail.name, media.playable.name) == ("", "")
    assert stored(media.file.name).read_bytes() == data


@pytest.mark.usefixtures("bounded")
def test_the_largest_picture_that_is_drawn_stays_within_the_same_bounds(
    hands: Hands, announced: Announce
) -> None:
    media = announced()
    hands.give(corpus.png_bomb(6_300))

    fetch_media(media.pk)

    assert (anew(media).mime, anew(media).width) == ("image/png", 6_300)


def test_a_polyglot_is_the_picture_it_begins_as(hands: Hands, announced: Announce) -> None:
    media = announced(filename="p.html")
    hands.give(corpus.picture("GIF") + corpus.HTML + corpus.SVG, mimetype="text/html")

    fetch_media(media.pk)

    assert anew(media).mime == "image/gif"
    assert corpus.SCRIPT not in stored(anew(media).thumbnail.name).read_bytes()


@pytest.mark.usefixtures("bounded")
def test_101_megabytes_are_cut_off_while_they_come(
    hands: Hands, announced: Announce, work_folder: Path
) -> None:
    media = announced(kind="document")
    piece = bytes(3 * 64 * 1024)
    hands.give_slowly(piece for _ in range(101 * MEGABYTE // len(piece) + 1))

    fetch_media(media.pk)

    assert anew(media).error == "O arquivo é maior do que o permitido."
    assert list(work_folder.iterdir()) == []


@pytest.mark.usefixtures("bounded")
def test_99_megabytes_pass_without_being_held_in_memory(hands: Hands, announced: Announce) -> None:
    media = announced(kind="document")
    piece = bytes(3 * 64 * 1024)
    hands.give_slowly(piece for _ in range(99 * MEGABYTE // len(piece)))

    fetch_media(media.pk)

    assert (anew(media).state, anew(media).size) == (Media.State.READY, 99 * MEGABYTE)
    stored(anew(media).file.name).unlink()


def test_each_kind_has_its_own_limit(hands: Hands, announced: Announce, settings: Settings) -> None:
    settings.MEDIA_LIMITS = settings.MEDIA_LIMITS | {"image": 100}
    media = announced(kind="image")
    hands.give(corpus.picture())

    fetch_media(media.pk)

    assert anew(media).state == Media.State.FAILED


def test_a_slow_drip_is_cut_off_and_asked_for_again(
    hands: Hands, announced: Announce, settings: Settings, work_folder: Path
) -> None:
    settings.MEDIA_FETCH_TIME = 0.5
    media = announced()

    def drip() -> Iterator[bytes]:
        while monotonic() < ends:
            yield b"abc"
            sleep(0.02)  # the pace of the drip

    ends = monotonic() + 60
    hands.give_slowly(drip())
    fetch_media(media.pk)

    assert monotonic() < ends
    assert hands.ended.wait(timeout=20)
    assert (anew(media).state, anew(media).attempts) == (Media.State.PENDING, 1)
    assert list(work_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("announced_as", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("a\x00b.jpg", "ab.jpg"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("nota\r\nSet-Cookie: x=1.pdf", "notaSet-Cookie: x=1.pdf"),
        ("   .. ", ""),
        ("relatório de março (1).pdf", "relatório de março (1).pdf"),
        ("x" * 4_000 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 198 + ".PDF", "x" * 196 + ".PDF"),
        ("Contrato.PDF", "Contrato.PDF"),
        ("IMG_0001.Jpeg", "IMG_0001.Jpeg"),
        ("a.pdf.pdf", "a.pdf.pdf"),
        ("👩‍🔧.png", "👩🔧.png"),
        ("", ""),
    ],
)
def test_a_name_is_what_can_be_seen_of_its_last_part(announced_as: str, shown: str) -> None:
    assert clean_name(announced_as) == shown
