"""Blue ticks: the customer learns that they were read once somebody takes them on, never before."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from automacao.gateways.port import Target
from automacao.models import Instance
from evendas.bell import ring_once
from sac.models import Conversation, Message

# The newest ones turn those above them blue as well.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """Messages of a customer whose number is to be told that they were read."""

    instance: Instance
    targets: list[Target]


def tell_read(conversation: Conversation) -> None:
    """After commit, ask for a receipt of what the customer said since the last answer.

    Call under the conversation's lock, before the answer is written. A receipt that is lost is
    lost: the next answer's says the same again where nothing was answered between.
    """
    said = Message.objects.filter(conversation=conversation)
    heard = _newest(said.filter(direction=Message.Direction.IN))
    answered = _newest(said.answers())
    if heard > answered:
        pk = conversation.pk
        transaction.on_commit(lambda: ring_once("sac.mark_read", pk, answered, heard), robust=True)


def _newest(said: QuerySet[Message]) -> int:
    return said.order_by("-sort_key").values_list("pk", flat=True).first() or 0


def reading_of(conversation_id: int, *, after: int, until: int) -> Reading | None:
    """What is to be told as read: the customer's messages of these ids, by a number that is up."""
    conversation = Conversation.objects.select_related("instance").get(pk=conversation_id)
    if not conversation.instance.is_connected:
        return None
    heard = Message.objects.filter(
        conversation=conversation, direction=Message.Direction.IN, id__gt=after, id__lte=until
    )
    named = heard.exclude(provider_id=None).exclude(provider_id="").order_by("-id")
    ids = named.values_list("provider_id", flat=True)[:_MOST]
    targets = [Target(conversation.send_address, str(one), is_ours=False) for one in ids]
    return Reading(conversation.instance, targets) if targets else None
