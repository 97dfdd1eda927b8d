"""A worker that fetches files is killed or asked to stop: the file comes all the same, once."""

import base64
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from sac.models import Media
from tests.conftest import Shop
from tests.dev.waiting import until
from tests.evendas.post import Post, posted
from tests.sac.media import corpus
from tests.sac.media.conftest import Announce, anew, announced, hands  # noqa: F401 - fixtures
from tests.sac.media.hands import Hands

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LIMIT = 60.0
WORKER = "worker-media"


@pytest.fixture
def post(transactional_db: None, tmp_path: Path, hands: Hands) -> Iterator[Post]:  # noqa: F811
    """Workers whose leases last fifteen seconds."""
    url = str(settings.GATEWAYS["evolution"]["url"])
    more = {"EVENDAS_CLOCK_SCALE": "0.05", "EVENDAS_GATEWAY_URL": url}
    with posted(tmp_path, **more) as post:
        yield post


@pytest.fixture
def held(hands: Hands) -> Iterator[threading.Event]:  # noqa: F811
    """The gateway stops in the middle of a file until this is set; the next one comes at once."""
    let_go = threading.Event()
    photo = base64.b64encode(corpus.picture())

    def stuck() -> Iterator[bytes]:
        yield b'{"base64": "' + photo[:40]
        let_go.wait(LIMIT)
        yield photo[40:] + b'"}'

    hands.answers = [(201, stuck()), (201, [b'{"base64": "' + photo + b'"}'])]
    yield let_go
    let_go.set()


def rung(post: Post, media: Media) -> None:
    Celery(broker=post.valkey.url).send_task("sac.fetch_media", args=[media.pk], queue="media")


def is_due(media: Media) -> bool:
    return Media.objects.due().filter(pk=media.pk).exists()


def test_a_file_whose_worker_was_killed_is_fetched_by_the_next_one(
    post: Post,
    held: threading.Event,
    hands: Hands,  # noqa: F811
    announced: Announce,  # noqa: F811
    shop: Shop,
) -> None:
    media = announced()
    killed = post.start(WORKER)
    rung(post, media)
    until(lambda: len(hands.asked) == 1, seconds=LIMIT)
    killed.process.send_signal(signal.SIGKILL)
    until(killed.has_ended, seconds=LIMIT)
    assert not is_due(media)

    post.start(WORKER)
    until(lambda: is_due(media), seconds=LIMIT)
    rung(post, media)

    until(lambda: anew(media).state == Media.State.READY, seconds=LIMIT)
    assert (len(hands.asked), anew(media).attempts) == (2, 2)
    lying = FileSystemStorage(post.folder / "media")
    assert lying.size(str(anew(media).file.name)) == len(corpus.picture())
    assert lying.exists(str(anew(media).thumbnail.name))


def test_a_worker_that_is_asked_to_stop_leaves_its_file_to_the_next_at_once(
    post: Post,
    held: threading.Event,
    hands: Hands,  # noqa: F811
    announced: Announce,  # noqa: F811
) -> None:
    media = announced()
    worker = post.start(WORKER)
    rung(post, media)
    until(lambda: len(hands.asked) == 1, seconds=LIMIT)

    worker.process.send_signal(signal.SIGTERM)
    until(lambda: "warm shutdown" in worker.log.read_text().lower(), seconds=LIMIT)
    held.set()

    until(worker.has_ended, seconds=35)
    assert worker.process.returncode == 0, worker.log.read_text()
    assert is_due(media)
    assert anew(media).attempts == 0
    assert list((post.folder / "at-work").iterdir()) == []
