"""How the control API reads a request: which line, which phone, which message is meant."""

from automacao.simulator import chats, dialling
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json, Message, Phone


class WrongRequestError(Exception):
    """The text is the sentence to answer with, in the page's language."""


def line_of(net: Network, body: Json) -> Instance:
    """Return the instance meant. `instance` may be left out when there is just one."""
    known = net.world.instances
    name = body.get("instance")
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise WrongRequestError(f"Não existe a instância {name}." if name else "Diga a instância.")
    return known[name]


def customer(net: Network, address: str) -> Phone:
    """Return the phone of these digits, country included, making it when it is new."""
    digits = dialling.only_digits(address)
    if not dialling.is_plausible(digits):
        raise WrongRequestError(f"{address} não é um número com DDI.")
    return chats.find_phone(net, digits) or chats.add_phone(net, digits)


def known_phone(net: Network, body: Json) -> Phone:
    """Return a phone that must be there."""
    known = chats.find_phone(net, text_of(body, "phone"))
    if known is None:
        raise WrongRequestError("Não existe este celular.")
    return known


def message_of(net: Network, body: Json) -> tuple[Instance, Message]:
    """Return a message by its `id`, whoever wrote it."""
    message_id = text_of(body, "id")
    name = body.get("instance")
    for line in net.world.instances.values():
        if name in {None, line.name} and message_id in line.messages:
            return line, line.messages[message_id]
    raise WrongRequestError("Não existe esta mensagem.")


def text_of(body: Json, name: str) -> str:
    """Return a text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WrongRequestError(f"Falta {name}.")
    return value
