"""Forgets the deliveries that were understood long ago: what they said is in orders by then."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from evendas import clock
from evendas.leaving import is_leaving
from pedidos.models import Delivery

AT_ONCE = 500


def forget_old_deliveries() -> int:
    """Delete deliveries that are over since INBOX_KEEP_DAYS; return how many. Parked ones stay.

    In small transactions, and past whatever somebody holds: nobody waits for it.
    """
    forgotten = 0
    while not is_leaving() and (some := _forget_some()):
        forgotten += some
    return forgotten


def _forget_some() -> int:
    before = clock.now() - timedelta(days=settings.INBOX_KEEP_DAYS)
    with transaction.atomic():
        old = Delivery.objects.over_before(before).order_by("processed_at")
        free = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
        deleted, _ = Delivery.objects.filter(pk__in=list(free[:AT_ONCE])).delete()
    return deleted
