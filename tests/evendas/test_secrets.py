"""What is a key in an address never reaches a log."""

import io
import logging
from collections.abc import Iterator

import pytest

from tests.conftest import Shop
from tests.postbox import Postbox


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the installation's own handler writes."""
    written = io.StringIO()
    (console,) = (
        handler
        for handler in logging.getLogger().handlers
        if type(handler) is logging.StreamHandler
    )
    before = console.setStream(written)
    yield written
    if before:
        console.setStream(before)


def test_a_webhook_that_is_refused_is_logged_without_its_address(
    shop: Shop, log: io.StringIO
) -> None:
    box = Postbox(shop.instance)
    assert box.post(b"{}", secret="outro").status_code == 401
    assert "/webhooks/evolution/…" in log.getvalue()
    assert shop.instance.webhook_key not in log.getvalue()
