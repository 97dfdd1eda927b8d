"""The door the gateways knock on: authenticate, keep the bytes, ring, answer. Nothing else.

Evolution never retries 400, 401, 403, 404 and 422, so those are for what no retry can mend; our own
trouble is 503. No session, and nothing that needs Redis before the answer is decided.
"""

import hashlib
import logging

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from automacao.gateways.port import Lane, Triage
from automacao.gateways.registry import gateway
from automacao.models import InboundEvent, Instance
from evendas.bell import ring
from evendas.bodies import Endless, TooLarge, body_of

logger = logging.getLogger(__name__)

_LANES = {Lane.FRESH: InboundEvent.Lane.FRESH, Lane.BULK: InboundEvent.Lane.BULK}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, gateway_name: str, webhook_key: str) -> HttpResponse:
    """Accept one webhook. 404 unknown address, 401 wrong secret, 403 another number's event,
    413 over 25 MB, 400 not JSON (kept), 503 our own trouble or a body nobody can find the end of,
    200 stored. What is kept is the drain's to understand, to park and to count.
    """
    # PostgreSQL refuses the very question when it holds a NUL.
    if not webhook_key.isprintable():
        return HttpResponse(status=404)
    try:
        known = Instance.objects.with_webhook_key(webhook_key)
        instance = known.filter(gateway=gateway_name).first()
        return _receive(request, instance) if instance else HttpResponse(status=404)
    except DatabaseError:
        logger.exception("webhook not stored")
        return HttpResponse(status=503)


def _receive(request: HttpRequest, instance: Instance) -> HttpResponse:
    adapter = gateway(instance.gateway)
    try:
        raw = body_of(request, limit=settings.WEBHOOK_MAX_BYTES)
    except Endless:
        return HttpResponse(status=503)
    except TooLarge:
        return HttpResponse(status=413)
    if not adapter.authenticate(request.headers, raw, instance.webhook_secret):
        return HttpResponse(status=401)
    names = (instance.gateway_name, *instance.former_names)
    triage = adapter.triage(request.headers, raw, *names)
    if triage.status == 403:
        logger.warning("instance %s refused an event: %s", instance.pk, triage.reason)
        return HttpResponse(status=403)
    _keep(instance, raw, adapter.redact(raw), triage)
    return HttpResponse(status=triage.status)


def _keep(instance: Instance, raw: bytes, redacted: bytes, triage: Triage) -> None:
    """Store the event unless these very bytes are here already, and ring the drain."""
    event = InboundEvent(
        store_id=instance.store_id,
        instance=instance,
        sha256=hashlib.sha256(raw).digest(),
        body=redacted,
        lane=_LANES[triage.lane],
    )
    InboundEvent.objects.keep_once(event)
    ring("sac.drain", instance.pk)
