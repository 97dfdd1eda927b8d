"""Messages with files, and the gateway that hands them over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from evendas import clock
from sac.media.storing import keep
from sac.models import Media, Message, Ticket
from tests.conftest import Shop
from tests.sac.media.hands import Hands, serving

Announce = Callable[..., Media]


@pytest.fixture(autouse=True)
def work_folder(settings: Settings, tmp_path: Path) -> Path:
    """Each test's own, so that what is left there is its own doing."""
    settings.MEDIA_WORK_DIR = tmp_path / "at-work"
    return installed.MEDIA_WORK_DIR


@pytest.fixture
def hands(settings: Settings) -> Iterator[Hands]:
    """The gateway's hands."""
    told = Hands()
    server = serving(told)
    port = server.server_address[1]
    settings.GATEWAYS = {"evolution": {"url": f"http://127.0.0.1:{port}", "key": "key"}}
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def announced(shop: Shop) -> Announce:
    """A message whose file is still to be fetched."""

    def one(ticket: Ticket | None = None, *, kind: str = "image", filename: str = "") -> Media:
        ticket = ticket or shop.hears(department=shop.support)
        message = ticket.messages.get()
        Message.objects.filter(pk=message.pk).update(kind=kind, text="")
        return Media.objects.create(
            store=shop.store,
            message=message,
            mime="image/jpeg",
            filename=filename,
            reference={"key": {"id": message.provider_id}},
            next_attempt_at=clock.now(),
        )

    return one


def anew(media: Media) -> Media:
    """Read a file's row again."""
    return Media.objects.select_related("message__conversation").get(pk=media.pk)


def stored(name: str | None) -> Path:
    """Where a file of the storage lies on this machine."""
    assert name
    return Path(default_storage.path(name))


def put(media: Media, data: bytes, tmp_path: Path, **facts: object) -> Media:
    """Make it a file that was fetched."""
    source = tmp_path / "source"
    source.write_bytes(data)
    facts = {"state": Media.State.READY, "file": keep(source, media.store_id)} | facts
    Media.objects.filter(pk=media.pk).update(**facts)
    return anew(media)
