"""The state of a store's number, as the desk lives it: a bar on screens, a queue that waits."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from automacao.actions import orders
from automacao.actions.sessions import check_instance, note_session_state
from automacao.actions.storms import without_repeats
from automacao.gateways.port import SessionState
from automacao.models import Instance
from evendas import live
from evendas.bell import ring
from sac.announce import lines_changed
from sac.models import Conversation, Department, Message


def note_line_states(instance: Instance, events: Iterable[SessionState]) -> None:
    """Apply session events; show it to the store, and let the queue go when the number is back."""
    told = without_repeats(events, now=timezone.now())
    changes = [note_session_state(instance.pk, event) for event in told]
    if any(changes):
        _line_changed(instance)


def check_line(instance_id: int) -> None:
    """Ask the gateway how the number is, as when webhooks were lost or sending failed."""
    if check_instance(instance_id):
        _line_changed(Instance.objects.get(pk=instance_id))


def needed(lines: Iterable[Instance]) -> set[int]:
    """Return which numbers somebody works with: by departments, or by messages that wait."""
    departments = Department.objects.active().filter(instance=OuterRef("pk"))
    waiting = Message.objects.filter(instance=OuterRef("pk")).in_outbox()
    found = Instance.objects.filter(pk__in=[line.pk for line in lines])
    return set(found.filter(Exists(departments) | Exists(waiting)).values_list("pk", flat=True))


def carry_out_order(instance_id: int) -> None:
    """Ask the gateway what an admin or a refusal left to be asked, and show what became of it."""
    instance = Instance.objects.get(pk=instance_id)
    if not instance.order:
        return
    # Whoever left the order may not tell the screens: what it means for them shows at once.
    _line_changed(instance)
    orders.carry_out_order(instance_id)
    _line_changed(instance)


def _line_changed(instance: Instance) -> None:
    lines_changed(instance.store_id)
    frame = {"t": "instance", "instance": instance.pk}
    group = live.store_group(instance.store_id)
    transaction.on_commit(lambda: live.publish([group], frame), robust=True)
    transaction.on_commit(lambda: ring_outbox(instance.pk), robust=True)


def ring_outbox(instance_id: int, *, most: int | None = None) -> None:
    """Ring for the conversations of the instance with something due, at most so many of them."""
    due = Conversation.objects.with_due_messages().filter(instance=instance_id)
    for conversation_id in due.values_list("pk", flat=True)[:most]:
        ring("sac.deliver", conversation_id)
