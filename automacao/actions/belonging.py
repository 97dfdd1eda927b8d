"""Whose messages they are: a store has those of its own phone, and of no other that got paired."""

from collections.abc import Iterable

from automacao.actions.sessions import is_held_elsewhere
from automacao.gateways.port import Source
from automacao.models import Instance
from evendas import phones

# How the reasons begin: a parked event is known by them to be another's.
_STRANGERS = ("mensagem de outro celular", "mensagem de um celular")


def is_strangers(error: str) -> bool:
    """Tell of what an event was parked for whether it is that it is not the store's."""
    return error.removeprefix("quarentena: ").startswith(_STRANGERS)


def reasons_against(
    instance_id: int, sources: Iterable[Source], *, is_doubted: bool = False
) -> dict[Source, str]:
    """Tell of which sources the messages are not the store's, and why, in words for an operator.

    The phone that posts must be the number typed, and connected by nobody else, and not have been
    refused on that channel. Where no number is typed, the phone last accepted counts. A source that
    names no phone, as some versions do, is believed unless its channel was refused: nothing can be
    known of it, and messages of a drop or of the first seconds of a pairing must not be lost.

    What was found to be another's before `is_doubted`: it is the store's only if it names the very
    phone that is connected now. To type another number, or the other's, proves nothing.
    """
    instance = Instance.objects.get(pk=instance_id)
    judged = ((one, _reason(instance, one, is_doubted=is_doubted)) for one in set(sources))
    return {source: reason for source, reason in judged if reason}


def _reason(instance: Instance, source: Source, *, is_doubted: bool) -> str:
    own, expected = source.own_phone, instance.phone or instance.connected_phone
    if own and expected and not phones.is_same(own, expected):
        return f"mensagem de outro celular, {phones.display(own)}"
    if _is_connected_now(instance, own):
        return ""
    if (source.channel or instance.gateway_name) in instance.refused_names:
        return "mensagem de um celular que foi recusado"
    # Of two connected rows the database refuses the second.
    if own and not instance.is_connected and is_held_elsewhere(instance, own):
        return "mensagem de um celular conectado em outra conta"
    return "mensagem de um celular que não está conectado neste número" if is_doubted else ""


def _is_connected_now(instance: Instance, own: str | None) -> bool:
    """Tell whether the phone is proven to be the store's: it is on the line."""
    held = instance.connected_phone if instance.is_connected else None
    return bool(own and held and phones.is_same(own, held))
