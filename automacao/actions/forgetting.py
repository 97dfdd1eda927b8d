"""Forgets the bodies that were understood long ago: what they said is in messages by then."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from automacao.models import InboundEvent
from evendas import clock
from evendas.leaving import is_leaving

AT_ONCE = 500


def forget_done_events() -> int:
    """Delete events that are done since INBOX_KEEP; return how many. Parked ones stay for ever.

    In small transactions, and past whatever somebody holds: nobody waits for it.
    """
    forgotten = 0
    while not is_leaving() and (some := _forget_some()):
        forgotten += some
    return forgotten


def _forget_some() -> int:
    before = clock.now() - timedelta(days=settings.INBOX_KEEP_DAYS)
    with transaction.atomic():
        old = InboundEvent.objects.done_before(before).order_by("processed_at")
        free = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
        deleted, _ = InboundEvent.objects.filter(pk__in=list(free[:AT_ONCE])).delete()
    return deleted
