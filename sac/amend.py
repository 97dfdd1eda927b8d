"""Asks the gateway for reactions, edits and deletions, outside any transaction."""

from automacao.gateways.port import GatewayError
from automacao.gateways.registry import gateway
from sac.actions.amendments import Amending, begin_amending, end_amending, fail_amending
from sac.models import Amendment


def carry_out_amendment(amendment_id: int) -> None:
    """Ask for one amendment, if its turn has come, and note what became of it."""
    if (amending := begin_amending(amendment_id)) is None:
        return
    try:
        _call(amending)
    except GatewayError as error:
        fail_amending(amendment_id, error)
    else:
        end_amending(amendment_id)


def _call(amending: Amending) -> None:
    adapter, channel = gateway(amending.instance.gateway), amending.instance.channel()
    match amending.kind:
        case Amendment.Kind.REACTION:
            adapter.react(channel, amending.target, amending.text)
        case Amendment.Kind.EDIT:
            adapter.edit(channel, amending.target, amending.text)
        case Amendment.Kind.DELETION:
            adapter.delete(channel, amending.target)
