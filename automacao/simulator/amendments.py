"""What happens to a message afterwards: reactions, edits, deletions for everyone."""

import time
from typing import Literal

from automacao.simulator import chats, contents, shapes
from automacao.simulator.chats import Letter
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Message, Origin

Side = Literal["customer", "store"]


def react(net: Network, line: Instance, target: Message, emoji: str, *, origin: Origin) -> Message:
    """Put an emoji on a message, change it, or take it away with an empty one."""
    phone = net.phone(target.wa_id)
    facts = {
        "target_jid": shapes.chat_jid(target),
        "target_is_ours": target.origin != "customer",
    }
    letter = Letter(emoji, kind="reaction", quotes=target.id, facts=facts)
    mark(net, target, emoji, side="customer" if origin == "customer" else "store")
    if origin == "customer":
        return chats.receive(net, line, phone, letter)
    if origin == "api":
        return chats.send(net, line, phone, letter)[0]
    return chats.type_on_store_phone(net, line, phone, letter)


def mark(net: Network, target: Message, emoji: str, *, side: Side) -> None:
    """Show a reaction on both screens."""
    if emoji:
        target.reactions[side] = emoji
    else:
        target.reactions.pop(side, None)
    net.touch()


def edit(net: Network, line: Instance, message: Message, text: str) -> None:
    """Change a text or a caption, whoever wrote it on a phone."""
    at = time.time()
    rewrite(net, message, text, at=at)
    chats.tell(net, line, "messages.edited", shapes.edited(line, message, at=at))


def rewrite(net: Network, message: Message, text: str, *, at: float) -> None:
    """Keep the earlier text, show the new one."""
    message.earlier_texts.append(message.text)
    message.text, message.edited_at = text, int(at)
    net.touch()


def edit_by_api(net: Network, line: Instance, message: Message, text: str) -> None:
    """Change what the store sent, through the API."""
    at = time.time()
    rewrite(net, message, text, at=at)
    net.emit(line, "send.message.update", shapes.own_edit(message, at=at))


def revoke(net: Network, line: Instance, message: Message) -> None:
    """Delete for everyone on a phone: told as an edit and as a deletion."""
    key = (
        shapes.received_key(net.phone(message.wa_id), message)
        if message.origin == "customer"
        else shapes.typed_on_phone(line, message)["key"]
    )
    message.is_deleted = True
    chats.tell(net, line, "messages.edited", shapes.revoked(line, message))
    chats.tell(net, line, "messages.delete", key)


def revoke_by_api(net: Network, line: Instance, message: Message) -> None:
    """Delete for everyone through the API."""
    message.is_deleted = True
    content = contents.body(message)
    net.emit(line, "messages.delete", shapes.own_deletion(line, message, content=content))
    net.touch()
