"""The time actions happen at: real time, unless the seed or a test tells a story of the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """Return the present moment, aware. Actions read it after their lock."""
    return _told.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at `moment`."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
