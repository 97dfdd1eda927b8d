"""Looks after numbers that call themselves connected: a socket may be dead, a setting lost."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from automacao.actions.tallies import What, tally_today
from automacao.gateways.port import GatewayError, RateLimited, State
from automacao.gateways.registry import gateway
from automacao.models import Instance

logger = logging.getLogger(__name__)

# Of a number the gateway calls open and that answers nothing: so many in a row, and it is dead.
DEAD_AFTER = 2
# A sweep asks the gateway about so many: the others are asked by the next one.
MOST_AT_ONCE = 50


def due_for_probe(now: datetime) -> list[int]:
    """Return numbers nobody has heard of for a while, so that only asking tells they live.

    One that did not answer is asked again at the next round.
    """
    quiet = now - timedelta(seconds=settings.LOOK_EVERY)
    heard = models.Q(last_event_at__gt=quiet)
    again = models.Q(probe_failures__gt=0, probed_at__lt=_last_round(now))
    return _first(_connected().exclude(heard), "probed_at", quiet, or_else=again)


def due_for_webhook_check(now: datetime) -> list[int]:
    """Return numbers whose webhook settings were not read back for a while."""
    return _first(_connected(), "webhook_checked_at", now - timedelta(seconds=settings.LOOK_EVERY))


def probe_line(instance_id: int) -> bool:
    """Ask the network something through a number's socket; one that is dead is opened anew.

    Tell whether screens show the difference: it is not connected until it comes back.
    """
    instance = _taken(instance_id, "probed_at", _last_round(timezone.now()))
    if instance is None or (is_dead := _is_dead(instance)) is None:
        return False
    if not _note_probe(instance, is_dead=is_dead):
        return False
    logger.warning("instance %s: open but dead, opened anew", instance.pk)
    try:
        gateway(instance.gateway).restart(instance.channel())
    except GatewayError as error:
        # Asked for its state soon, the gateway calls it open again: the next probe goes on.
        logger.warning("instance %s: restart: %r", instance.pk, error)
    return True


def repair_webhook(instance_id: int) -> bool:
    """Read a number's webhook settings back, and give those that were lost again.

    Tell whether they were: what was said meanwhile is at the gateway still.
    """
    instance = _taken(instance_id, "webhook_checked_at", _last_round(timezone.now()))
    if instance is None:
        return False
    adapter, webhook = gateway(instance.gateway), instance.webhook(settings.WEBHOOK_BASE_URL)
    try:
        if adapter.is_webhook_set(instance.channel(), webhook):
            return False
        adapter.configure_webhook(instance.channel(), webhook)
    except GatewayError as error:
        logger.warning("instance %s: webhook: %r", instance_id, error)
        return False
    logger.warning("instance %s: its webhook was not set", instance_id)
    tally_today(instance, {What.REPAIRED: 1})
    return True


def _connected() -> models.QuerySet[Instance]:
    rows = Instance.objects.filter(state=Instance.State.CONNECTED, removed_at=None, order="")
    return rows.filter(session_ended_at=None).exclude(gateway_token="")


def _first(
    rows: models.QuerySet[Instance],
    stamp: str,
    before: datetime,
    *,
    or_else: models.Q | None = None,
) -> list[int]:
    """Those looked at longest ago; after a start they spread by themselves."""
    due = models.Q(**{stamp: None}) | models.Q(**{f"{stamp}__lt": before})
    found = rows.filter(due | or_else if or_else else due)
    ordered = found.order_by(models.F(stamp).asc(nulls_first=True), "pk")
    return list(ordered.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _last_round(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.WATCH_EVERY / 2)


def _taken(instance_id: int, stamp: str, before: datetime) -> Instance | None:
    """Take a look upon oneself: of two workers that were rung, one looks."""
    due = models.Q(**{stamp: None}) | models.Q(**{f"{stamp}__lt": before})
    rows = _connected().filter(due, pk=instance_id)
    if not rows.update(**{stamp: timezone.now()}):
        return None
    return Instance.objects.select_related("store").get(pk=instance_id)


def _is_dead(instance: Instance) -> bool | None:
    """Ask by the number for itself. None: the gateway is away, which says nothing of the line."""
    adapter, channel = gateway(instance.gateway), instance.channel()
    try:
        adapter.check_number(channel, instance.connected_phone or instance.phone)
    except RateLimited:
        return False
    except GatewayError as error:
        logger.warning("instance %s: probe: %r", instance.pk, error)
    else:
        return False
    try:
        return True if adapter.state(channel) == State.CONNECTED else None
    except GatewayError:
        return None


def _note_probe(known: Instance, *, is_dead: bool) -> bool:
    """Count the silences in a row. Tell whether the number is to be opened anew."""
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=known.pk)
        is_same = instance.state_changed_at == known.state_changed_at and not instance.order
        if not is_same or (not is_dead and not instance.probe_failures):
            return False
        instance.probe_failures = instance.probe_failures + 1 if is_dead else 0
        is_over = instance.probe_failures >= DEAD_AFTER
        if is_over:
            instance.enter(Instance.State.CONNECTING, timezone.now())
            instance.last_error = "O WhatsApp parou de responder por este número."
            tally_today(known, {What.RESTARTED: 1})
        instance.save()
    return is_over
