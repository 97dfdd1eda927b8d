"""Hands several conversations on at once: each by itself, each with what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from evendas.accounts.models import User
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.models import Attendant, Department, Ticket
from sac.permissions import Rights
from sac.refusals import Refused

Receiver = Department | Attendant | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of them; without `reason` it was done."""

    ticket: Ticket
    reason: str = ""


def redistribute(
    tickets: Iterable[Ticket], receiver: Receiver, *, by: User, rights: Rights
) -> list[Outcome]:
    """Hand each ticket to a person or a department, or with None back to its queue.

    What is refused stays where it is; the others go all the same.
    """
    return [_hand_on(ticket, receiver, by=by, rights=rights) for ticket in tickets]


def _hand_on(ticket: Ticket, receiver: Receiver, *, by: User, rights: Rights) -> Outcome:
    try:
        if receiver is None:
            return_ticket(ticket, by=by, rights=rights)
        elif isinstance(receiver, Department):
            transfer_to_department(ticket, receiver, by=by, rights=rights)
        else:
            transfer_to_person(ticket, receiver, by=by, rights=rights)
    except Refused as refusal:
        return Outcome(ticket, str(refusal))
    return Outcome(ticket)
