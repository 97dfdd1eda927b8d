"""The state of a store's number, as the desk lives it: a bar on screens, a queue that waits."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from automacao.actions import orders, telling, watching
from automacao.actions.sessions import check_instance, note_session_state
from automacao.actions.storms import without_repeats
from automacao.gateways.port import SessionState, State
from automacao.models import Instance
from evendas import live
from evendas.bell import ring
from sac.actions.outbox import MAX_IN_FLIGHT
from sac.actions.reconciling import due_for_reconciling
from sac.actions.troubles import stores_that_wait
from sac.announce import lines_changed
from sac.models import Conversation


def note_line_states(instance: Instance, events: Iterable[SessionState]) -> None:
    """Apply session events; show it to the store, and let the queue go when the number is back."""
    told = without_repeats(events, now=timezone.now())
    changes = [note_session_state(instance.pk, event) for event in told]
    if any(changes):
        _line_changed(instance)
        if any(event.state == State.CONNECTED for event in told):
            _ask_what_was_missed(instance.pk)


def check_line(instance_id: int) -> None:
    """Ask the gateway how the number is, as when webhooks were lost or sending failed."""
    if check_instance(instance_id):
        instance = Instance.objects.get(pk=instance_id)
        _line_changed(instance)
        if instance.is_connected:
            _ask_what_was_missed(instance_id)


def watch_lines() -> None:
    """Ring for every number that is due to be looked after, or told of.

    Where messages wait for one that is down, screens are told how many by now.
    """
    now = timezone.now()
    for task, due in _LOOKS.items():
        for instance_id in due(now):
            ring(task, instance_id)
    for store_id in stores_that_wait():
        lines_changed(store_id)


def watch_silence() -> None:
    """Ring for every number that is silent while its store is open."""
    for instance_id in telling.due_for_alarm(timezone.now()):
        ring("automacao.mail_silence", instance_id)


def probe(instance_id: int) -> None:
    """Look whether a number that says it is open is alive, and show one that is not."""
    if watching.probe_line(instance_id):
        _line_changed(Instance.objects.get(pk=instance_id))


def repair(instance_id: int) -> None:
    """Look whether a number still posts to us; what it did not post is asked for."""
    if watching.repair_webhook(instance_id):
        _ask_what_was_missed(instance_id)


def carry_out_order(instance_id: int) -> None:
    """Ask the gateway what an admin or a refusal left to be asked, and show what became of it."""
    instance = Instance.objects.get(pk=instance_id)
    if not instance.order:
        return
    # Whoever left the order may not tell the screens: what it means for them shows at once.
    _line_changed(instance)
    orders.carry_out_order(instance_id)
    _line_changed(instance)


_LOOKS: dict[str, Callable[[datetime], Iterable[int]]] = {
    "automacao.probe_instance": watching.due_for_probe,
    "automacao.repair_webhook": watching.due_for_webhook_check,
    "automacao.reconcile_instance": due_for_reconciling,
    "automacao.mail_down": telling.due_for_word,
}


def _ask_what_was_missed(instance_id: int) -> None:
    transaction.on_commit(lambda: ring("automacao.reconcile_instance", instance_id), robust=True)


def _line_changed(instance: Instance) -> None:
    lines_changed(instance.store_id)
    frame = {"t": "instance", "instance": instance.pk}
    group = live.store_group(instance.store_id)
    transaction.on_commit(lambda: live.publish([group], frame), robust=True)
    transaction.on_commit(lambda: ring_outbox(instance.pk), robust=True)


def ring_outbox(instance_id: int) -> None:
    """Ring for what a number may have in flight at once: each that ends rings for the next."""
    due = Conversation.objects.with_due_messages().filter(instance=instance_id)
    for conversation_id in due.values_list("pk", flat=True)[:MAX_IN_FLIGHT]:
        ring("sac.deliver", conversation_id)


def ring_outboxes() -> None:
    """Ring for what is due of every number, as `ring_outbox` does.

    For more it would ring in vain, round after round, and those rings would stand in the queue
    before what people send meanwhile.
    """
    due = Conversation.objects.with_due_messages().first_of_each_number(MAX_IN_FLIGHT)
    for conversation_id in due.values_list("pk", flat=True):
        ring("sac.deliver", conversation_id)
