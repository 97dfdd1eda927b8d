"""A file is fetched once, whatever happens to the gateway, the worker or the file."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image
from pytest_django.fixtures import Settings

from automacao.models import Instance
from evendas import clock, leaving, live
from sac.actions import files
from sac.media.fetching import fetch_media
from sac.models import Media
from sac.tasks import sweep_media
from tests.conftest import Actor, Shop
from tests.sac.acts import do
from tests.sac.media import corpus
from tests.sac.media.conftest import Announce, anew, stored
from tests.sac.media.hands import Hands

Rings = list[tuple[str, tuple[int, ...]]]
Pushes = list[tuple[set[str], live.Event]]


def test_a_photo_is_fetched_measured_and_drawn_small(
    hands: Hands, announced: Announce, work_folder: Path
) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010F] = "Câmera"
    data = corpus.picture(size=(1600, 1200), exif=turned, comment=b"segredo")
    media = announced(filename="férias.jpg")
    hands.give(data, fileName="outra.jpg")

    fetch_media(media.pk)

    media = anew(media)
    assert (media.state, media.mime, media.size) == (Media.State.READY, "image/jpeg", len(data))
    assert (media.width, media.height, media.filename) == (1200, 1600, "férias.jpg")
    assert stored(media.file.name).read_bytes() == data
    with Image.open(stored(media.thumbnail.name)) as small:
        assert (small.format, small.size) == ("WEBP", (360, 480))
        assert not small.getexif()
    assert b"segredo" not in stored(media.thumbnail.name).read_bytes()
    assert hands.asked[0]["message"] == media.reference
    assert list(work_folder.iterdir()) == []


def test_its_names_in_the_storage_are_the_stores_and_chance(
    hands: Hands, announced: Announce
) -> None:
    media = announced(filename="../../../etc/passwd")
    hands.give(corpus.picture())

    fetch_media(media.pk)

    media = anew(media)
    store, _year, _month, token = str(media.file.name).split("/")
    assert (store, len(token), media.filename) == (str(media.store_id), 32, "passwd")
    assert media.thumbnail.name != media.file.name


def test_a_voice_note_gets_a_version_that_safari_plays(hands: Hands, announced: Announce) -> None:
    media = announced(kind="voice")
    hands.give(corpus.voice_of_a_phone(), mimetype="audio/ogg; codecs=opus")

    fetch_media(media.pk)

    media = anew(media)
    assert (media.mime, media.seconds) == ("audio/ogg", 2)
    told = corpus.streams_of(stored(media.playable.name))
    assert "mov,mp4,m4a" in told
    assert "Audio: aac (LC)" in told
    assert "Video:" not in told


def test_a_film_gets_its_first_picture(hands: Hands, announced: Announce) -> None:
    media = announced(kind="video")
    hands.give(corpus.film(size="1280x720"))

    fetch_media(media.pk)

    media = anew(media)
    assert (media.mime, media.width, media.height) == ("video/mp4", 1280, 720)
    with Image.open(stored(media.thumbnail.name)) as small:
        assert small.size == (480, 270)


def test_open_screens_get_the_bubble_anew(
    hands: Hands,
    announced: Announce,
    pushes: Pushes,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    media = announced()
    before = media.message.conversation.revision
    hands.give(corpus.picture())

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        fetch_media(media.pk)

    message = anew(media).message
    assert message.revision == message.conversation.revision == before + 1
    frames = [frame for _, frame in pushes if frame["t"] == "thread"]
    assert [frame["to"] for frame in frames] == [before + 1]
    assert f'id="message-{message.pk}"' in str(frames[0]["html"])


def test_what_the_network_has_no_more_is_told_and_asked_for_again_by_a_person(
    hands: Hands,
    announced: Announce,
    shop: Shop,
    ana: Actor,
    rings: Rings,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    ticket = shop.hears(department=shop.support)
    media = announced(ticket)
    hands.refuse(400, "Message not found")
    fetch_media(media.pk)
    assert (anew(media).state, anew(media).error) == (
        Media.State.FAILED,
        "O arquivo não está mais disponível no WhatsApp.",
    )

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        answer = do(ana, ticket, f"mensagens/{media.message_id}/arquivo")

    assert answer.status_code == 200
    assert (anew(media).state, anew(media).error) == (Media.State.PENDING, "")
    assert ("sac.fetch_media", (media.pk,)) in rings
    hands.give(corpus.picture())
    fetch_media(media.pk)
    assert anew(media).state == Media.State.READY


def test_what_was_erased_with_its_message_is_not_asked_for_again(announced: Announce) -> None:
    media = announced()
    media.discard()

    files.fetch_again(media.message)

    assert anew(media).state == Media.State.FAILED


def test_a_gateway_in_trouble_is_asked_again_after_longer_and_longer_pauses(
    hands: Hands, announced: Announce, settings: Settings
) -> None:
    media = announced()
    hands.refuse(503, "Service Unavailable")
    pauses = []
    while anew(media).state == Media.State.PENDING:
        fetch_media(media.pk)
        waiting = anew(media)
        pauses.append((waiting.next_attempt_at or clock.now()) - clock.now())
        Media.objects.filter(pk=media.pk).update(next_attempt_at=clock.now())

    assert len(hands.asked) == settings.MEDIA_TRIES
    assert pauses[0] < pauses[1] < pauses[2]
    assert (anew(media).error, anew(media).lease_until) == (files.GAVE_UP, None)


def test_a_storage_in_trouble_is_tried_again_after_a_pause(
    hands: Hands, announced: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BucketTrouble(Exception):
        """What a bucket's client raises is no OSError."""

    def away(*_: object) -> str:
        raise BucketTrouble

    media = announced()
    hands.give(corpus.picture(size=(40, 30)))
    monkeypatch.setattr("sac.media.fetching.keep", away)

    fetch_media(media.pk)

    waiting = anew(media)
    assert (waiting.state, waiting.lease_until) == (Media.State.PENDING, None)
    assert waiting.next_attempt_at
    assert waiting.next_attempt_at > clock.now()


def test_a_number_that_is_offline_is_waited_for_and_counts_no_attempt(
    hands: Hands, announced: Announce
) -> None:
    media = announced()
    hands.refuse(400, "Connection Closed")

    fetch_media(media.pk)

    waiting = anew(media)
    assert (waiting.state, waiting.attempts, waiting.lease_until) == ("pending", 0, None)
    assert waiting.next_attempt_at
    assert waiting.next_attempt_at > clock.now() + timedelta(minutes=5)


def test_nobody_waits_for_ever(hands: Hands, announced: Announce, settings: Settings) -> None:
    media = announced()
    age = timedelta(seconds=settings.MEDIA_WAITS + 1)
    Media.objects.filter(pk=media.pk).update(created_at=clock.now() - age)

    fetch_media(media.pk)

    assert (anew(media).state, hands.asked) == (Media.State.FAILED, [])


def test_a_number_that_was_removed_hands_nothing_over(hands: Hands, announced: Announce) -> None:
    media = announced()
    Instance.objects.update(removed_at=clock.now(), gateway_token=uuid4().hex)

    fetch_media(media.pk)

    assert (anew(media).error, hands.asked) == (files.GONE, [])


def test_two_workers_fetch_a_file_once_and_a_dead_one_is_followed_after_its_lease(
    hands: Hands, announced: Announce, rings: Rings
) -> None:
    media = announced()
    hands.give(corpus.picture())
    assert files.begin_fetching(media.pk) is not None

    fetch_media(media.pk)
    sweep_media()
    assert (hands.asked, rings) == ([], [])

    _pass_lease(media)
    sweep_media()
    assert rings == [("sac.fetch_media", (media.pk,))]
    fetch_media(media.pk)
    assert (anew(media).state, anew(media).attempts) == (Media.State.READY, 2)
    assert files.begin_fetching(media.pk) is None


def test_a_file_that_ends_every_worker_is_given_up(
    announced: Announce, settings: Settings, hands: Hands
) -> None:
    media = announced()
    for _ in range(settings.MEDIA_TRIES):
        assert files.begin_fetching(media.pk) is not None
        _pass_lease(media)

    fetch_media(media.pk)

    assert (anew(media).state, hands.asked) == (Media.State.FAILED, [])


def test_a_worker_that_is_asked_to_stop_leaves_the_file_to_the_next(
    hands: Hands, announced: Announce, monkeypatch: pytest.MonkeyPatch, work_folder: Path
) -> None:
    media = announced()
    hands.give(corpus.picture())
    monkeypatch.setattr(leaving, "_asked", True)

    fetch_media(media.pk)

    waiting = anew(media)
    assert (waiting.state, waiting.attempts) == (Media.State.PENDING, 0)
    assert [row.pk for row in Media.objects.due()] == [media.pk]
    assert list(work_folder.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_what_was_erased_while_it_was_fetched_is_not_kept(
    hands: Hands, announced: Announce
) -> None:
    media = announced()

    def pieces() -> Iterator[bytes]:
        yield corpus.picture()
        anew(media).discard()
        connection.close()

    before = _stored_files()
    hands.give_slowly(pieces())
    fetch_media(media.pk)

    assert (anew(media).state, anew(media).file.name) == (Media.State.FAILED, "")
    assert _stored_files() - before == set()


def _stored_files() -> set[Path]:
    folder = Path(default_storage.path("."))
    return {one for one in folder.rglob("*") if one.is_file()}


def _pass_lease(media: Media) -> None:
    Media.objects.filter(pk=media.pk).update(lease_until=clock.now() - timedelta(seconds=1))
