"""Puts parked deliveries back in the queue, as an admin wishes: no order is made twice by it."""

from collections.abc import Callable

from django.db import models, transaction

from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from evendas.bell import ring
from pedidos.models import Delivery


def replay_delivery(store: Store, pk: int, *, by: User, ip: str | None) -> int:
    """Put one delivery back. Return 0 when it is not parked any more."""
    return _replay(store, models.Q(pk=pk), by=by, ip=ip)


def replay_source(store: Store, source_id: int, *, by: User, ip: str | None) -> int:
    """Put back all that is parked of a shop. Return how many."""
    return _replay(store, models.Q(source=source_id), by=by, ip=ip)


def _replay(store: Store, wanted: models.Q, *, by: User, ip: str | None) -> int:
    with transaction.atomic():
        parked = Delivery.objects.in_store(store).parked().filter(wanted)
        # None of them is taken by two at once; whoever comes second finds it waiting.
        rows = list(parked.select_for_update(no_key=True).values_list("pk", "source"))
        if not rows:
            return 0
        Delivery.objects.filter(pk__in=[pk for pk, _ in rows]).replay()
        for source_id in {source_id for _, source_id in rows}:
            transaction.on_commit(_ringing(source_id), robust=True)
        record("deliveries.replayed", by=by, ip=ip, deliveries=len(rows), source=rows[0][1])
    return len(rows)


def _ringing(source_id: int) -> Callable[[], None]:
    return lambda: ring("pedidos.process", source_id)
