"""Puts parked events back in the queue, as an admin wishes: what is stored is not stored again."""

from collections.abc import Callable

from django.db import models, transaction

from automacao.actions.instances import Admin
from automacao.models import InboundEvent
from evendas.accounts.audit import record
from evendas.accounts.models import Store
from evendas.bell import ring


def replay_event(store: Store, pk: int, *, by: Admin) -> int:
    """Put one event back. Return 0 when it is not parked any more."""
    return _replay(store, models.Q(pk=pk), by=by)


def replay_instance(store: Store, instance_id: int, *, by: Admin) -> int:
    """Put back all that is parked of a number. Return how many."""
    return _replay(store, models.Q(instance=instance_id), by=by)


def _replay(store: Store, wanted: models.Q, *, by: Admin) -> int:
    with transaction.atomic():
        parked = InboundEvent.objects.in_store(store).parked().filter(wanted)
        # None of them is taken by two at once; whoever comes second finds it waiting.
        rows = list(parked.select_for_update(no_key=True).values_list("pk", "instance"))
        if not rows:
            return 0
        InboundEvent.objects.filter(pk__in=[pk for pk, _ in rows]).replay()
        for instance_id in {instance_id for _, instance_id in rows}:
            transaction.on_commit(_ringing(instance_id), robust=True)
        record("inbox.replayed", by=by.user, ip=by.ip, events=len(rows), instance=rows[0][1])
    return len(rows)


def _ringing(instance_id: int) -> Callable[[], None]:
    return lambda: ring("sac.drain", instance_id)
