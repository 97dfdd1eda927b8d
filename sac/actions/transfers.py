"""Hands a ticket on: to a department's queue, to a person, or back to the queue it came from."""

from dataclasses import dataclass

from django.db import transaction

from evendas.accounts.models import User
from sac.actions.tickets import Held, hand_to, held, insist, still_sees
from sac.models import Attendant, Department, Ticket, TicketEvent
from sac.permissions import Rights, may_return, may_transfer
from sac.refusals import Invalid, TooLate

_GONE = "Esse destino não recebe mais atendimentos. Escolha outro."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a ticket was before it was handed on."""

    attendant: Attendant | None
    department: Department | None


def transfer_to_department(
    ticket: Ticket, department: Department, *, by: User, rights: Rights, note: str = ""
) -> Ticket:
    """Let the ticket wait in a department of its instance, whose people are alerted.

    Raises Invalid for a department that cannot have it, TooLate and Refused as claiming does.
    """
    with transaction.atomic():
        place = Department.objects.locked(department.pk)
        with held(ticket.pk) as row:
            _insist_on_leaving(row, rights)
            if place is None or place.instance_id != row.ticket.instance_id:
                raise Invalid(_GONE)
            if row.ticket.department == place:
                raise Invalid(f"Este atendimento já está em {place}.")
            origin = _leave(row, by=by)
            row.ticket.new_since = row.ticket.new_since or row.now
            put_in_queue(row, place)
            _arrive(row, by=by, note=note, came_from=origin)
            return row.ticket


def transfer_to_person(
    ticket: Ticket, receiver: Attendant, *, by: User, rights: Rights, note: str = ""
) -> Ticket:
    """Give the ticket to a colleague of its instance, who is alerted.

    The department stays if it is theirs; else it is their first one of that instance. Raises as
    transferring to a department does.
    """
    with transaction.atomic():
        person = Attendant.objects.locked(receiver.pk)
        with held(ticket.pk) as row:
            _insist_on_leaving(row, rights)
            department = _department_for(person, row.ticket)
            if person is None or department is None:
                raise Invalid(_GONE)
            if row.ticket.attendant == person:
                raise Invalid(f"Este atendimento já está com {person}.")
            origin = _leave(row, by=by)
            row.ticket.department = department
            row.ticket.new_since = row.now
            hand_to(row, person)
            _arrive(row, by=by, note=note, came_from=origin)
            return row.ticket


def return_ticket(ticket: Ticket, *, by: User, rights: Rights) -> Ticket:
    """Devolver à fila: let the ticket wait again in the department where it is."""
    with held(ticket.pk) as row:
        if row.ticket.status == Ticket.Status.WAITING:
            raise TooLate("Este atendimento já está na fila.")
        _insist_on_leaving(row, rights)
        insist(may_return(rights, row.ticket))
        put_back(row, by=by, department=row.ticket.department)
        return row.ticket


def put_back(row: Held, *, by: User | None, department: Department | None, note: str = "") -> None:
    """Take a held ticket out of somebody's hands, into this department's queue."""
    loser, before = row.ticket.attendant, row.ticket.department
    put_in_queue(row, department)
    row.record(TicketEvent.Kind.RETURNED, by=by, attendant=loser, from_department=before, note=note)


def put_in_queue(row: Held, department: Department | None) -> None:
    """Let a held ticket wait, nobody's; who waited already keeps their place.

    NOVO is the caller's.
    """
    ticket = row.ticket
    if ticket.status != Ticket.Status.WAITING:
        ticket.queued_at = row.now
    ticket.department = department
    ticket.attendant = ticket.taken_at = None
    ticket.status = Ticket.Status.WAITING
    ticket.save(
        update_fields=["department", "attendant", "taken_at", "status", "queued_at", "new_since"]
    )


def _insist_on_leaving(row: Held, rights: Rights) -> None:
    if row.ticket.status == Ticket.Status.CLOSED:
        raise TooLate("Este atendimento já foi encerrado.")
    insist(still_sees(rights, row.ticket) and may_transfer(rights, row.ticket))


def _department_for(person: Attendant | None, ticket: Ticket) -> Department | None:
    if person is None:
        return None
    own = person.departments.filter(instance=ticket.instance_id, is_active=True)
    theirs = list(own.order_by("menu_position", "id"))
    return ticket.department if ticket.department in theirs else next(iter(theirs), None)


def _leave(row: Held, *, by: User) -> Origin:
    """Record that the ticket leaves where it is, and return where that was."""
    origin = Origin(row.ticket.attendant, row.ticket.department)
    row.record(TicketEvent.Kind.TRANSFERRED_OUT, by=by, attendant=origin.attendant)
    return origin


def _arrive(row: Held, *, by: User, note: str, came_from: Origin) -> None:
    row.record(
        TicketEvent.Kind.TRANSFERRED_IN,
        by=by,
        attendant=row.ticket.attendant,
        from_attendant=came_from.attendant,
        from_department=came_from.department,
        note=note,
    )
    row.announcement.arrived(row.ticket, by=by, note=note)
