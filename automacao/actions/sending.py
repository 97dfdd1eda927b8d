"""Whether a number's queue flows: a gateway that does not answer is spared for a while."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import GatewayError, Outcome
from automacao.models import Instance

logger = logging.getLogger(__name__)


def pause_sending(instance_id: int, error: GatewayError) -> bool:
    """Hold the number's queue for a while, longer each time. Tell whether a screen shows it."""
    logger.warning("instance %s: %r", instance_id, error)
    with transaction.atomic():
        instance = Instance.objects.select_for_update(no_key=True).get(pk=instance_id)
        before = (instance.send_failures > 0, instance.state)
        now = timezone.now()
        waits = settings.SEND_BACKOFF
        wait = waits[min(instance.send_failures, len(waits) - 1)]
        instance.send_failures = min(instance.send_failures + 1, 1000)
        instance.send_paused_until = now + timedelta(seconds=wait)
        instance.last_error = error.pt
        if error.outcome == Outcome.HALTED and not instance.is_session_over:
            instance.enter(Instance.State.FAILED, now)
        instance.save()
    return before != (True, instance.state)


def resume_sending(instance_id: int) -> bool:
    """The gateway answered: let the queue flow. Tell whether it was held."""
    held = Instance.objects.filter(pk=instance_id, send_failures__gt=0)
    return held.update(send_failures=0, send_paused_until=None, last_error="") > 0
