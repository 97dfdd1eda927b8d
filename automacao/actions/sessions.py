"""How a number's session is: what the gateway reports of it, and what we believe."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from automacao.actions.orders import ring_order
from automacao.actions.sending import pause_sending, resume_sending
from automacao.gateways.port import GatewayError, SessionState, State
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
# What a gateway says along the way. A dead session may go on saying it.
_WEAK = {State.CONNECTING, State.DISCONNECTED}
_TERMINAL = {Instance.State.LOGGED_OUT, Instance.State.BANNED}


def note_session_state(instance_id: int, event: SessionState) -> bool:
    """Apply what the gateway says of a session. Tell whether a screen shows the difference.

    Session events travel in independent retry loops: one older than the last applied is dropped.
    """
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        if instance.is_session_over or _is_stale(instance, event):
            return False
        before = (instance.state, instance.qr_code)
        _apply(instance, event)
        instance.save()
        return (instance.state, instance.qr_code) != before


def _is_stale(instance: Instance, event: SessionState) -> bool:
    if event.state in _WEAK and _outweighs(instance, event):
        return True
    # A ban is told together with a log-out, in any order, and says more.
    if {instance.state, _STATES[event.state]} == _TERMINAL:
        return event.state == State.LOGGED_OUT
    return bool(event.at and instance.session_event_at and event.at < instance.session_event_at)


def _outweighs(instance: Instance, event: SessionState) -> bool:
    """Tell whether what is known says more than an event that gateways send along the way."""
    if event.at is None:
        # Asked while a phone is awaited, a gateway answers that it is connecting.
        is_awaited = instance.state == Instance.State.WAITING_QR
        return instance.state in _TERMINAL or (is_awaited and event.state == State.CONNECTING)
    # Told in one instant with a QR or a connection, it came before them.
    return instance.state in _TERMINAL or event.at == instance.session_event_at


def _apply(instance: Instance, event: SessionState) -> None:
    now = timezone.now()
    state = _STATES[event.state]
    instance.session_event_at = event.at or instance.session_event_at
    instance.last_event_at = now
    instance.show_qr(event.qr, event.pairing_code, until=now + QR_LIFE if event.qr else None)
    if event.state == State.QR:
        instance.last_error = ""
    if event.state == State.QR_EXPIRED:
        instance.last_error = "O QR Code expirou sem ser lido."
    if state == Instance.State.CONNECTED:
        state = _welcome(instance, event, now)
    instance.enter(state, now)


def _welcome(instance: Instance, event: SessionState, now: datetime) -> Instance.State:
    """Accept the phone that paired, if it is the number typed and no other store has it."""
    phone = event.own_phone or instance.connected_phone
    if phone is None:
        return Instance.State.CONNECTING
    if instance.phone and phone != instance.phone:
        return _refuse(instance, f"O celular conectado é outro: {phones.display(phone)}.", now)
    if _is_held_elsewhere(instance, phone):
        return _refuse(instance, "Este número já está conectado em outra conta.", now)
    instance.connected_phone = phone
    instance.profile_name = event.profile or instance.profile_name
    instance.last_error = ""
    instance.send_failures, instance.send_paused_until = 0, None
    return Instance.State.CONNECTED


def _is_held_elsewhere(instance: Instance, phone: str) -> bool:
    """A number in a short drop is still held: who waits for one must not take it."""
    is_dropped = models.Q(state=Instance.State.CONNECTING, order="", session_ended_at=None)
    held = Instance.objects.filter(
        models.Q(state=Instance.State.CONNECTED) | is_dropped,
        connected_phone=phone,
        removed_at=None,
    )
    return held.exclude(pk=instance.pk).exists()


def _refuse(instance: Instance, reason: str, now: datetime) -> Instance.State:
    """Unpair the phone too: the gateway goes on calling the line open."""
    instance.last_error = reason
    instance.end_session(now)
    instance.give_order(Instance.Order.LOGOUT, now)
    ring_order(instance)
    return Instance.State.FAILED


def check_instance(instance_id: int) -> bool:
    """Ask the gateway how a number is, as webhooks may have been lost. Tell if that changed."""
    instance = Instance.objects.get(pk=instance_id)
    if instance.is_session_over or instance.order:
        return False
    try:
        event = _ask(instance)
    except GatewayError as error:
        return pause_sending(instance_id, error)
    resumed = resume_sending(instance_id)
    return note_session_state(instance_id, event) or resumed


def _ask(instance: Instance) -> SessionState:
    """Ask for the state, and on news of a connection for the phone: it may be another."""
    adapter = gateway(instance.gateway)
    state = adapter.state(instance.channel())
    if state != State.CONNECTED or instance.is_connected:
        return SessionState(state)
    return SessionState(state, own_phone=adapter.own_phone(instance.channel()))
