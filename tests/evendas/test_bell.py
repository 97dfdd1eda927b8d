"""What is rung for again may be forgotten while it waits; what nobody rings for again may not."""

from collections.abc import Callable
from queue import Queue
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from evendas import bell
from sac.models import Message
from tests.conftest import Actor, Shop
from tests.sac.board import put_ticket

pytestmark = pytest.mark.django_db

Sent = Queue[tuple[str, float | None]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Each task the broker was given, and the seconds after which it forgets it."""
    given: Sent = Queue()

    def send_task(task: str, *, expires: float | None, **_: object) -> None:
        given.put((task, expires))

    monkeypatch.setattr(bell, "current_app", SimpleNamespace(send_task=send_task))
    return given


def test_a_mail_somebody_waits_for_is_never_forgotten(
    sent: Sent, ana: Actor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/senha/", {"email": ana.user.email})
    assert sent.get(timeout=10) == ("accounts.mail_reset", None)


def test_what_a_sweep_rings_for_again_is_forgotten_in_time(
    sent: Sent,
    shop: Shop,
    ana: Actor,
    answer: Callable[..., Message],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    with django_capture_on_commit_callbacks(execute=True):
        answer(ticket, by=ana)
    assert sent.get(timeout=10) == ("sac.deliver", bell.LIFE)
