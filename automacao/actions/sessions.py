"""How a number's session is: what the gateway reports of it, and what we believe."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from automacao.actions.orders import ring_order
from automacao.actions.sending import pause_sending, resume_sending
from automacao.gateways.port import GatewayError, SessionState, Source, State
from automacao.gateways.registry import gateway
from automacao.models import Instance
from evendas import phones

QR_LIFE = timedelta(seconds=45)
# A gateway's clock may be written in a zone behind ours. One ahead would outlive every later word.
CLOCK_AHEAD = timedelta(minutes=5)
HEARD_EVERY = timedelta(minutes=1)
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
WEAK = {State.CONNECTING, State.DISCONNECTED}
_TERMINAL = {Instance.State.LOGGED_OUT, Instance.State.BANNED}


def note_session_state(
    instance_id: int, event: SessionState, *, asked: Instance | None = None
) -> bool:
    """Apply what the gateway says of a session. Tell whether a screen shows the difference.

    Session events travel in independent retry loops: one older than the last applied is dropped,
    and so is one of a channel that was replaced. An answer names the row it was `asked` for: what
    came in meanwhile says more.
    """
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        if instance.is_session_over or event.source.channel not in {None, instance.gateway_name}:
            return False
        if asked and _has_moved(instance, asked):
            return False
        now = timezone.now()
        event = replace(event, at=believed(event.at, now))
        instance.session_event_at = believed(instance.session_event_at, now)
        if _is_stale(instance, event):
            return False
        before = _shown(instance)
        _apply(instance, event, now)
        instance.save()
        return _shown(instance) != before


def _shown(instance: Instance) -> tuple[object, ...]:
    """What screens show of a number: a lifted pause too, which takes the bar away."""
    return (instance.state, instance.qr_code, instance.send_failures > 0)


def _has_moved(instance: Instance, asked: Instance) -> bool:
    known = (instance.session_event_at, instance.state_changed_at)
    return known != (asked.session_event_at, asked.state_changed_at)


def believed(at: datetime | None, now: datetime) -> datetime | None:
    """Return the gateway's time, unless its clock is so far ahead that it orders nothing."""
    return at if at and at <= now + CLOCK_AHEAD else None


def _is_stale(instance: Instance, event: SessionState) -> bool:
    if event.state in WEAK and _outweighs(instance, event):
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


def _apply(instance: Instance, event: SessionState, now: datetime) -> None:
    state = _STATES[event.state]
    instance.session_event_at = event.at or instance.session_event_at
    instance.show_qr(event.qr, event.pairing_code, until=_end_of_qr(instance, event, now))
    if event.state == State.QR:
        instance.last_error = ""
    if event.state == State.QR_EXPIRED:
        instance.last_error = "O QR Code expirou sem ser lido."
    if state == Instance.State.CONNECTED:
        state = _welcome(instance, event, now)
    instance.enter(state, now)


def _end_of_qr(instance: Instance, event: SessionState, now: datetime) -> datetime | None:
    """When the QR on show ends; of one that nobody read, when it ended."""
    if event.qr:
        return now + QR_LIFE
    is_unread = instance.state == Instance.State.WAITING_QR
    if event.state == State.QR_EXPIRED or (is_unread and event.state == State.DISCONNECTED):
        return now
    # A line that stays down is told so again and again.
    is_same = instance.state == _STATES[event.state] == Instance.State.DISCONNECTED
    return instance.qr_expires_at if is_same else None


def _welcome(instance: Instance, event: SessionState, now: datetime) -> Instance.State:
    """Accept the phone that paired, if it is the number typed and no other store has it."""
    phone = event.own_phone or instance.connected_phone
    if phone is None:
        return Instance.State.CONNECTING
    if instance.phone and not phones.is_same(phone, instance.phone):
        return _refuse(instance, f"O celular conectado é outro: {phones.display(phone)}.", now)
    if is_held_elsewhere(instance, phone):
        return _refuse(instance, "Este número já está conectado em outra conta.", now)
    instance.connected_phone = phone
    instance.profile_name = event.profile or instance.profile_name
    instance.last_error = ""
    instance.send_failures, instance.send_paused_until = 0, None
    return Instance.State.CONNECTED


def note_heard(instance: Instance, at: datetime) -> None:
    """Remember, to the minute, when the gateway last posted anything about a number."""
    if instance.last_event_at and at < instance.last_event_at + HEARD_EVERY:
        return
    instance.last_event_at = at
    older = models.Q(last_event_at=None) | models.Q(last_event_at__lt=at)
    Instance.objects.filter(older, pk=instance.pk).update(last_event_at=at)


def is_held_elsewhere(instance: Instance, phone: str) -> bool:
    """Tell whether another number has this phone.

    In a short drop it is still held: who waits for one must not take it.
    """
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
    instance.refuse_phone(now)
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
    return note_session_state(instance_id, event, asked=instance) or resumed


def _ask(instance: Instance) -> SessionState:
    """Ask for the state, and on news of a connection for the phone: it may be another."""
    adapter = gateway(instance.gateway)
    source = Source(channel=instance.gateway_name)
    state = adapter.state(instance.channel())
    if state != State.CONNECTED or instance.is_connected:
        return SessionState(state, source=source)
    return SessionState(state, own_phone=adapter.own_phone(instance.channel()), source=source)
