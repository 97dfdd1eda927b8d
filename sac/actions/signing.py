"""The nickname in front of what people write, where the store wants it there.

It is a part of what the customer gets and never of the text the desk keeps: bubbles name who wrote.
"""

from sac.models import Attendant, Message
from sac.refusals import Invalid


def signature_of(attendant: Attendant) -> str:
    """The line "*Apelido:*", bold on the phone, and the end of it."""
    name = " ".join(attendant.nickname.replace("*", "").split())
    return f"*{name}:*\n" if name else ""


def insist_on_room(text: str, signature: str = "") -> None:
    """Refuse what is longer than the network takes, its signature included."""
    length = len(signature) + len(text)
    if length > Message.MAX_TEXT:
        signed = " com a assinatura" if signature else ""
        limit = Message.MAX_TEXT
        raise Invalid(f"A mensagem tem {length} caracteres{signed}; o WhatsApp aceita até {limit}.")
