"""A worker is killed in the middle of a spreadsheet: every order comes once, and none is missed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from pedidos.actions.importing import import_orders
from pedidos.models import Order, OrderImport, RefusedLine
from tests.conftest import Actor
from tests.dev.waiting import until
from tests.evendas.post import Post, posted
from tests.pedidos.sheets import sheet
from tests.pedidos.test_importing import handed_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LIMIT = 60.0
ORDERS = 400


@pytest.fixture
def post(transactional_db: None, tmp_path: Path) -> Iterator[Post]:
    """Workers whose leases last a second or so."""
    with posted(tmp_path, EVENDAS_CLOCK_SCALE="0.02") as post:
        yield post


def test_the_next_worker_goes_on_where_a_killed_one_stopped(
    post: Post, dono: Actor, rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    day = "12/11/2026"
    lines = [f"{one};{day if one % 50 else 'x'};Pago;9,00;Ana" for one in range(1, ORDERS + 1)]
    row = handed_in(dono, sheet(*lines))
    with default_storage.open(row.file) as stored:
        FileSystemStorage(post.folder / "media").save(row.file, ContentFile(stored.read()))
    worker = post.start("worker-media")
    Celery(broker=post.valkey.url).send_task("pedidos.import", args=[row.pk], queue="media")
    until(lambda: anew(row).read_until > 0, seconds=LIMIT)
    worker.process.send_signal(signal.SIGKILL)
    until(worker.has_ended, seconds=LIMIT)
    half = anew(row)
    assert half.is_running
    assert half.created == Order.objects.count() < ORDERS

    until(lambda: import_orders(row.pk) and anew(row).finished_at, seconds=LIMIT)
    whole = anew(row)
    assert (whole.state, whole.lines_read) == (OrderImport.State.DONE, ORDERS)
    bad = ORDERS // 50
    assert (whole.created, whole.refused, whole.same) == (ORDERS - bad, bad, 0)
    assert (Order.objects.count(), RefusedLine.objects.count()) == (ORDERS - bad, bad)


def anew(row: OrderImport) -> OrderImport:
    return OrderImport.objects.get(pk=row.pk)
