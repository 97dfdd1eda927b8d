"""Encaminhar: what was said in one conversation, said again in another."""

from contextlib import ExitStack
from uuid import UUID

from evendas.accounts.models import User
from sac.actions.replies import Outgoing, send_forwarded
from sac.actions.tickets import insist
from sac.media.uploads import copy_of, discard
from sac.models import Message, Ticket
from sac.permissions import Rights, may_forward_to
from sac.refusals import Invalid


def forward_message(
    message: Message, *, to: Ticket, by: User, rights: Rights, client_uuid: UUID
) -> Message:
    """Queue a message's text or file, a copy of it, to the customer of another ticket of theirs.

    Whom it was from is not told. Raises Invalid for what cannot be sent again, Refused for a
    ticket that is not theirs, and what sending raises.
    """
    insist(may_forward_to(rights, to))
    if not message.is_forwardable:
        raise Invalid("Esta mensagem não pode ser encaminhada.")
    with ExitStack() as undo:
        upload = copy_of(message) if message.file else None
        if upload:
            undo.callback(discard, upload)
        kind = upload.kind if upload else message.kind
        wanted = Outgoing(client_uuid=client_uuid, text=message.text, kind=kind, upload=upload)
        sent = send_forwarded(to, wanted, by=by, rights=rights)
        undo.pop_all()
    return sent
