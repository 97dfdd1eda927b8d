"""Files that nobody was left to tell of: cleared in time, and never one that is a message's."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from evendas import clock
from sac.actions.loose_files import CLAIM, MARGIN, hold_names
from sac.media import storing
from sac.media.fetching import fetch_media
from sac.media.folder import Folder
from sac.media.storing import keep
from sac.media.taking import taken
from sac.media.uploads import Prepared, attach, take_upload
from sac.models import LooseFile, Media
from sac.refusals import Invalid
from sac.tasks import clear_loose_files
from tests.conftest import Shop
from tests.sac.media import corpus
from tests.sac.media.conftest import Announce, anew, stored
from tests.sac.media.hands import Hands

pytestmark = pytest.mark.django_db

LATER = CLAIM + MARGIN + timedelta(minutes=1)
Commits = Callable[..., object]


class Killed(BaseException):
    """What no handler catches: the process is gone."""


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let whoever comes to this place be killed there."""

    def at(place: str) -> None:
        def die(*_: object, **__: object) -> None:
            raise Killed

        monkeypatch.setattr(place, die)

    return at


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(b"bytes")
    return file


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    """Nobody else's files lie here: other tests write at the same time."""
    mine = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = settings.STORAGES | {"default": mine}


def lying() -> set[str]:
    folder = Path(default_storage.path("."))
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def photo() -> SimpleUploadedFile:
    """A picture that is large enough to have a small one of it."""
    return SimpleUploadedFile("foto.jpg", corpus.picture(size=(900, 600)))


def take(shop: Shop) -> Prepared:
    return take_upload(photo(), store_id=shop.store.pk)


def sweep(*, after: timedelta) -> None:
    with clock.at(clock.now() + after):
        clear_loose_files()


def test_what_a_worker_fetched_that_was_killed_is_cleared_after_a_day(
    hands: Hands, announced: Announce, killed: Callable[[str], None]
) -> None:
    hands.give(corpus.picture(size=(900, 600)))
    killed("sac.media.fetching.finish_fetching")
    with pytest.raises(Killed):
        fetch_media(announced().pk)
    assert len(lying()) == 2
    sweep(after=CLAIM)
    assert len(lying()) == 2, "somebody may be at it still"
    sweep(after=LATER)
    assert lying() == set()
    assert not LooseFile.objects.exists()


def test_what_was_killed_before_the_bytes_were_whole_is_cleared_too(
    shop: Shop, source: Path, killed: Callable[[str], None]
) -> None:
    killed("sac.media.folder.Folder.save")
    with pytest.raises(Killed):
        keep(source, shop.store.pk)
    half = stored(LooseFile.objects.get().name)
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"by")
    sweep(after=LATER)
    assert lying() == set()


def test_an_upload_whose_message_never_was_is_cleared(shop: Shop) -> None:
    take(shop)
    assert len(lying()) == 2
    sweep(after=LATER)
    assert lying() == set()


def test_an_upload_that_was_refused_leaves_nothing_to_clear(shop: Shop) -> None:
    with (
        pytest.raises(Invalid, match="x"),
        taken([photo()], store_id=shop.store.pk, as_kind=None),
    ):
        raise Invalid("x")
    assert lying() == set()
    assert not LooseFile.objects.exists()


def test_what_a_message_holds_is_never_cleared(
    shop: Shop, hands: Hands, announced: Announce
) -> None:
    fetched = announced()
    hands.give(corpus.picture(size=(900, 600)))
    fetch_media(fetched.pk)
    sent = attach(shop.hears().messages.get(), take(shop))
    assert not LooseFile.objects.exists()
    sweep(after=LATER)
    for media in (anew(fetched), sent):
        assert stored(media.file.name).exists()
        assert stored(media.thumbnail.name).exists()


def test_a_name_that_a_row_has_is_left_alone_even_if_it_was_never_held(
    shop: Shop, source: Path, announced: Announce
) -> None:
    media = announced()
    names = {field: keep(source, shop.store.pk) for field in ("file", "thumbnail", "playable")}
    Media.objects.filter(pk=media.pk).update(state="ready", **names)
    sweep(after=LATER)
    assert all(stored(name).exists() for name in names.values())
    assert not LooseFile.objects.exists(), "nobody asks about them again"


def test_a_file_that_was_kept_for_too_long_is_no_messages_any_more(shop: Shop) -> None:
    message, prepared = shop.hears().messages.get(), take(shop)
    too_late = clock.now() + CLAIM + timedelta(seconds=1)
    with clock.at(too_late), pytest.raises(LookupError, match="0 of 2"):
        attach(message, prepared)


def test_a_name_is_held_by_the_store_that_claimed_it_alone(shop: Shop, other_shop: Shop) -> None:
    theirs = take(other_shop).names
    for names in (theirs, ["7/2026/11/abc"]):
        with pytest.raises(LookupError):
            hold_names(shop.store.pk, names)
    hold_names(other_shop.store.pk, theirs)


def test_what_the_storage_would_not_delete_with_its_message_is_cleared_later(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Commits,
) -> None:
    media = attach(shop.hears().messages.get(), take(shop))

    def away(*_: object) -> None:
        raise OSError("the storage is away")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "delete", away)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            media.discard()
    assert len(lying()) == 2
    sweep(after=MARGIN + timedelta(seconds=1))
    assert lying() == set()


def test_what_was_deleted_with_its_message_is_not_asked_for_again(
    shop: Shop, django_capture_on_commit_callbacks: Commits
) -> None:
    media = attach(shop.hears().messages.get(), take(shop))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        media.discard()
    assert lying() == set()
    assert not LooseFile.objects.exists()


def test_many_are_cleared_a_few_at_a_time(
    shop: Shop, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "LOOSE_AT_ONCE", 2)
    for _ in range(5):
        keep(source, shop.store.pk)
    sweep(after=LATER)
    assert lying() == set()
