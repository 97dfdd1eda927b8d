"""Changes to a store's numbers: what the gateway reports of them, and what we ask of it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import GatewayError, Outcome, SessionState, State
from automacao.gateways.registry import gateway
from automacao.models import Instance
from evendas import phones

QR_LIFE = timedelta(seconds=45)
_STATES = {
    State.QR: Instance.State.WAITING_QR,
    State.QR_EXPIRED: Instance.State.DISCONNECTED,
    State.CONNECTING: Instance.State.CONNECTING,
    State.CONNECTED: Instance.State.CONNECTED,
    State.DISCONNECTED: Instance.State.DISCONNECTED,
    State.LOGGED_OUT: Instance.State.LOGGED_OUT,
    State.BANNED: Instance.State.BANNED,
    State.FAILED: Instance.State.FAILED,
    State.DELETED: Instance.State.DISCONNECTED,
}
# A dead session may still say "connecting" or "close": these stand until the next pairing.
_TERMINAL = {Instance.State.LOGGED_OUT, Instance.State.BANNED}


def note_session_state(instance_id: int, event: SessionState) -> bool:
    """Apply what the gateway says of a session. Tell whether the line's state changed.

    Session events travel in independent retry loops: one older than the last applied is dropped.
    """
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        if _is_stale(instance, event):
            return False
        before = (instance.state, instance.qr_code)
        _apply(instance, event)
        instance.save()
        return (instance.state, instance.qr_code) != before


def _is_stale(instance: Instance, event: SessionState) -> bool:
    if event.at and instance.session_event_at and event.at < instance.session_event_at:
        return True
    is_weak = event.state in {State.CONNECTING, State.DISCONNECTED}
    return is_weak and instance.state in _TERMINAL


def _apply(instance: Instance, event: SessionState) -> None:
    now = timezone.now()
    state = _STATES[event.state]
    instance.session_event_at = event.at or instance.session_event_at
    instance.last_event_at = now
    instance.qr_code = event.qr
    instance.pairing_code = event.pairing_code
    instance.qr_expires_at = now + QR_LIFE if event.qr else None
    if state == Instance.State.CONNECTED:
        state = _welcome(instance, event)
    if state != instance.state:
        instance.state, instance.state_changed_at = state, now


def _welcome(instance: Instance, event: SessionState) -> Instance.State:
    """Accept the phone that paired, if it is the number typed and no other store has it."""
    phone = event.own_phone or instance.connected_phone or instance.phone
    if instance.phone and phone != instance.phone:
        instance.last_error = f"O celular conectado é outro: {phones.display(phone)}."
        return _refuse(instance)
    taken = Instance.objects.filter(
        connected_phone=phone, state=Instance.State.CONNECTED, removed_at=None
    ).exclude(pk=instance.pk)
    if taken.exists():
        instance.last_error = "Este número já está conectado em outra conta."
        return _refuse(instance)
    instance.connected_phone = phone
    instance.last_error = ""
    instance.send_failures, instance.send_paused_until = 0, None
    return Instance.State.CONNECTED


def _refuse(instance: Instance) -> Instance.State:
    """Forget the phone too: the gateway goes on calling the line open, and must not be believed."""
    instance.connected_phone = None
    return Instance.State.FAILED


def check_instance(instance_id: int) -> bool:
    """Ask the gateway how a number is, as webhooks may have been lost. Tell if that changed."""
    instance = Instance.objects.get(pk=instance_id)
    try:
        state = gateway(instance.gateway).state(instance.channel())
    except GatewayError as error:
        return pause_sending(instance_id, error)
    resumed = resume_sending(instance_id)
    return note_session_state(instance_id, SessionState(state=state)) or resumed


def pause_sending(instance_id: int, error: GatewayError) -> bool:
    """Hold the number's queue for a while, longer each time. Tell whether a screen shows it."""
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        before = (instance.send_failures > 0, instance.state)
        waits = settings.SEND_BACKOFF
        wait = waits[min(instance.send_failures, len(waits) - 1)]
        instance.send_failures = min(instance.send_failures + 1, 1000)
        instance.send_paused_until = timezone.now() + timedelta(seconds=wait)
        instance.last_error = str(error)[:300]
        if error.outcome == Outcome.HALTED:
            instance.state = Instance.State.FAILED
        instance.save()
    return before != (True, instance.state)


def resume_sending(instance_id: int) -> bool:
    """The gateway answered: let the queue flow. Tell whether it was held."""
    held = Instance.objects.filter(pk=instance_id, send_failures__gt=0)
    return held.update(send_failures=0, send_paused_until=None, last_error="") > 0
