"""Sends what is queued: calls the gateway outside any transaction and reports what became of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Window
from django.db.models.functions import RowNumber

from automacao.actions.sending import pause_sending, resume_sending
from automacao.gateways.port import (
    Accepted,
    GatewayError,
    Outcome,
    RecipientNotOnWhatsApp,
    SentMessage,
)
from automacao.gateways.registry import gateway
from automacao.models import Instance
from evendas import clock
from evendas.bell import ring
from evendas.leaving import is_leaving
from sac.actions.inbound.hearing import CLOCK_SKEW
from sac.actions.line import ring_outbox
from sac.actions.outbox import (
    Sending,
    accept_sending,
    begin_sending,
    fail_sending,
    learn_address,
)
from sac.announce import lines_changed
from sac.models import Message

# Of one number, by one sweep: a gateway that hangs must not keep every worker waiting for it.
MOST_ASKED = 20


def deliver_conversation(conversation_id: int) -> None:
    """Send the conversation's queued messages in order, until none is due or one must wait.

    Then its place is free: others of the number may wait for it. A worker that is asked to stop
    ends the message at hand and leaves the rest to the next one.
    """
    begun = None
    while not is_leaving() and (sending := begin_sending(conversation_id)):
        begun = sending
        if not _send(sending):
            break
    if begun:
        ring_outbox(begun.instance.pk)


def _send(sending: Sending) -> bool:
    """Send one message. Tell whether the next one may follow at once."""
    instance = sending.instance
    adapter = gateway(instance.gateway)
    try:
        sending = _with_address(sending)
        accepted = adapter.send(instance.channel(), sending.outbound)
    except GatewayError as error:
        fail_sending(sending.message_id, error)
        _react(instance, error)
        return error.outcome == Outcome.REFUSED
    accept_sending(sending.message_id, accepted)
    if resume_sending(instance.pk):
        lines_changed(instance.store_id)
        ring_outbox(instance.pk)
    return True


def _with_address(sending: Sending) -> Sending:
    """Ask the network about somebody it never told an address of, before the first message."""
    if not sending.phone:
        return sending
    instance = sending.instance
    found = gateway(instance.gateway).check_number(instance.channel(), sending.phone)
    if not found.exists:
        raise RecipientNotOnWhatsApp(sending.phone)
    return learn_address(sending, found.address)


def _react(instance: Instance, error: GatewayError) -> None:
    """Spare a gateway that does not answer, and show the store that its messages wait."""
    if error.outcome in {Outcome.LATER, Outcome.HALTED} and pause_sending(instance.pk, error):
        lines_changed(instance.store_id)
    if error.outcome == Outcome.OFFLINE:
        ring("automacao.check_instance", instance.pk)


def settle_message(message_id: int) -> None:
    """Ask the gateway whether a message of unknown fate left. Only one candidate counts."""
    message = Message.objects.select_related("conversation__instance").get(pk=message_id)
    if message.state != Message.State.UNKNOWN or message.send_started_at is None:
        return
    instance = message.conversation.instance
    address = message.conversation.send_address
    try:
        sent = gateway(instance.gateway).find_sent(instance.channel(), address)
    except GatewayError:
        return
    since = message.send_started_at - CLOCK_SKEW
    found = _unclaimed(instance, {one.id for one in sent if _matches(one, message, since)})
    if len(found) == 1:
        accept_sending(message.pk, Accepted(id=found[0], address=""))
        ring("sac.deliver", message.conversation_id)


def _matches(sent: SentMessage, message: Message, since: datetime) -> bool:
    is_same = (sent.kind, sent.text) == (message.kind, message.sent_text)
    return is_same and sent.sent_at is not None and sent.sent_at >= since


def _unclaimed(instance: Instance, ids: set[str]) -> list[str]:
    claimed = Message.objects.filter(instance=instance, provider_id__in=ids)
    return list(ids - {row.provider_id for row in claimed.only("provider_id")})


def due_for_settling() -> list[int]:
    """Messages whose fate has been unknown long enough to ask the gateway; few of each number."""
    limit = clock.now() - timedelta(seconds=settings.UNKNOWN_ASK_AFTER)
    rows = Message.objects.filter(state=Message.State.UNKNOWN, send_started_at__lt=limit)
    place = Window(RowNumber(), partition_by="instance", order_by="send_started_at")
    return list(rows.alias(place=place).filter(place__lte=MOST_ASKED).values_list("pk", flat=True))
