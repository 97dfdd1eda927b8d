"""What we ask of a gateway about a number, kept in its row until it is done.

A request gives an order and rings. A worker claims it with a lease, calls the gateway outside any
transaction and writes every step down: whatever dies in between, the next ring or sweep goes on.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import (
    AuthFailed,
    ChannelMissing,
    Conflict,
    GatewayError,
    GatewayMisconfigured,
    InvalidRequest,
    Outcome,
    Pairing,
    State,
)
from automacao.gateways.registry import gateway
from automacao.models import Instance
from evendas.bell import ring

logger = logging.getLogger(__name__)

# Longer than the longest call.
LEASE = timedelta(seconds=120)
LONGEST_WAIT = 600
# A pairing nobody sees happen is not tried for ever; a failure is shown from the third try on.
CONNECT_TRIES, SHOWN_FROM = 10, 3
# The first seconds of a QR that came with an answer are gone.
FIRST_QR_LIFE = timedelta(seconds=40)


class LostLease(Exception):
    """Somebody else is at the order by now."""


@dataclass(frozen=True, slots=True)
class Job:
    """An order as it was claimed."""

    instance: Instance
    given_at: datetime
    lease_until: datetime


def ring_order(instance: Instance) -> None:
    """Call for a worker once the order is committed."""
    task, pk = f"automacao.{instance.order}_instance", instance.pk
    transaction.on_commit(lambda: ring(task, pk), robust=True)


def carry_out_order(instance_id: int) -> None:
    """Do what is still to be asked of the gateway for a number, until nothing is or it fails."""
    while job := _claim(instance_id):
        try:
            _CALLS[Instance.Order(job.instance.order)](job)
        except LostLease:
            return
        except GatewayError as error:
            logger.warning("instance %s: %s: %r", instance_id, job.instance.order, error)
            _put_off(job, error)
            return


def _claim(instance_id: int) -> Job | None:
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        now = timezone.now()
        if not instance.order or instance.is_being_served(now) or not _is_due(instance, now):
            return None
        if instance.order == Instance.Order.CONNECT and instance.is_connected:
            instance.clear_order()
            instance.save()
            return None
        instance.order_attempts += 1
        instance.order_lease_until = now + LEASE
        instance.save()
    return Job(instance, instance.order_given_at or now, instance.order_lease_until)


def _is_due(instance: Instance, now: datetime) -> bool:
    return instance.order_due_at is None or instance.order_due_at <= now


# --- The three orders -----------------------------------------------------------------------------


def _connect(job: Job) -> None:
    """Have the gateway show a QR: on the channel there is, or on a new one."""
    try:
        if _is_spent(job.instance):
            job = _renamed(job)
        token, pairing = _pair(job.instance)
    except (Conflict, ChannelMissing):
        # An answer was lost and left a channel behind, or somebody removed it at the gateway.
        job = _renamed(job)
        token, pairing = _pair(job.instance)
    _show_pairing(job, token, pairing)


def _is_spent(instance: Instance) -> bool:
    """Tell a channel that was logged out: opened again it may stay deaf.

    The webhooks that tell of it may be lost; a channel that had a phone and lies closed lost it.
    """
    if instance.session_ended_at is not None:
        return True
    if not instance.gateway_token or instance.connected_phone is None:
        return False
    return gateway(instance.gateway).state(instance.channel()) == State.DISCONNECTED


def _pair(instance: Instance) -> tuple[str, Pairing]:
    adapter = gateway(instance.gateway)
    if instance.gateway_token:
        return instance.gateway_token, adapter.start(instance.channel(), instance.phone)
    webhook = instance.webhook(settings.WEBHOOK_BASE_URL)
    created = adapter.create_channel(instance.gateway_name, instance.phone, webhook)
    return created.token, created.pairing


def _renamed(job: Job) -> Job:
    """Remove the channel, phone and all, and go on with another."""
    gateway(job.instance.gateway).delete_channel(job.instance.channel())
    with _held(job) as instance:
        instance.replace_channel()
    return replace(job, instance=instance)


def _show_pairing(job: Job, token: str, pairing: Pairing) -> None:
    """Keep the token, and show the QR unless the webhooks were quicker."""
    with _settled(job) as instance:
        instance.gateway_token = token
        is_news = instance.session_event_at == job.instance.session_event_at
        if is_news and pairing.qr and not instance.is_session_over:
            now = timezone.now()
            instance.show_qr(pairing.qr, pairing.pairing_code, until=now + FIRST_QR_LIFE)
            instance.enter(Instance.State.WAITING_QR, now)
            instance.last_error = ""
    if pairing.is_connected:
        # It will be asked which phone that is.
        ring("automacao.check_instance", instance.pk)


def _log_out(job: Job) -> None:
    with suppress(ChannelMissing):
        gateway(job.instance.gateway).logout(job.instance.channel())
    with _settled(job):
        pass


def _delete(job: Job) -> None:
    gateway(job.instance.gateway).delete_channel(job.instance.channel())
    with _settled(job) as instance:
        instance.gateway_token = ""


_CALLS: dict[Instance.Order, Callable[[Job], None]] = {
    Instance.Order.CONNECT: _connect,
    Instance.Order.LOGOUT: _log_out,
    Instance.Order.DELETE: _delete,
}


# --- The row of an order --------------------------------------------------------------------------


def _put_off(job: Job, error: GatewayError) -> None:
    """Try again later, longer each time; a pairing that has no hope waits for a person."""
    with suppress(LostLease), _held(job) as instance:
        instance.order_lease_until = None
        if instance.order_given_at != job.given_at:
            return
        now = timezone.now()
        instance.order_due_at = now + timedelta(seconds=_wait(instance.order_attempts))
        if instance.order == Instance.Order.CONNECT:
            _show_failure(instance, error, now)


def _wait(attempts: int) -> float:
    waits = settings.SEND_BACKOFF
    beyond = max(0, attempts - len(waits))
    return float(min(waits[min(attempts, len(waits)) - 1] * 2 ** min(beyond, 10), LONGEST_WAIT))


def _show_failure(instance: Instance, error: GatewayError, now: datetime) -> None:
    is_hopeless = error.outcome in {Outcome.HALTED, Outcome.REFUSED}
    if is_hopeless or instance.order_attempts >= SHOWN_FROM:
        instance.enter(Instance.State.FAILED, now)
    if is_hopeless or instance.order_attempts >= CONNECT_TRIES:
        instance.clear_order()
    instance.last_error = _REASONS.get(type(error), error.pt)


_REASONS: dict[type[GatewayError], str] = {
    InvalidRequest: "O servidor do WhatsApp recusou este número. Confira se ele está certo.",
    Conflict: "O servidor do WhatsApp não aceitou a instância. Tente de novo.",
    AuthFailed: "O servidor do WhatsApp recusou a chave do E-Vendas. Avise o suporte.",
    GatewayMisconfigured: "O servidor do WhatsApp precisa de configuração. Avise o suporte.",
}


@contextmanager
def _settled(job: Job) -> Iterator[Instance]:
    """Write what came of an order, end its lease, and end it unless a newer one took its place."""
    with _held(job) as instance:
        yield instance
        instance.order_lease_until = None
        if instance.order_given_at == job.given_at:
            instance.clear_order()


@contextmanager
def _held(job: Job) -> Iterator[Instance]:
    """Lock the row, change it, save it. Raises LostLease when another worker took over."""
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=job.instance.pk)
        if instance.order_lease_until != job.lease_until:
            raise LostLease
        yield instance
        instance.save()
