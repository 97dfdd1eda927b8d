"""Hands tickets back to the queue when who held them no longer works: none is left in limbo.

Each in a transaction of its own, so that a full desk goes on meanwhile. Whatever a crash or a
message of the same moment leaves behind, the sweep finds.
"""

from collections.abc import Iterable

from evendas.accounts.models import User
from sac.actions.tickets import held
from sac.actions.transfers import put_back
from sac.models import Attendant, Department, Ticket


def release_department(department: Department, *, by: User | None) -> None:
    """Let a deactivated department's live tickets wait without one: all of the number see them."""
    live = Ticket.objects.live().filter(store=department.store_id, department=department)
    _release(live.values_list("pk", flat=True), by=by)


def release_attendant(attendant: Attendant, *, by: User | None) -> None:
    """Let a deactivated attendant's open tickets wait where they are."""
    live = Ticket.objects.live().filter(store=attendant.store_id, attendant=attendant)
    _release(live.values_list("pk", flat=True), by=by)


def release_stranded() -> None:
    """Find what is still held by somebody or something deactivated."""
    for department in Department.objects.with_stranded_tickets():
        release_department(department, by=None)
    for attendant in Attendant.objects.with_stranded_tickets():
        release_attendant(attendant, by=None)


def _release(ids: Iterable[int], *, by: User | None) -> None:
    for ticket_id in sorted(ids):
        _put_back(ticket_id, by=by)


def _put_back(ticket_id: int, *, by: User | None) -> None:
    with held(ticket_id) as row:
        ticket = row.ticket
        if not ticket.is_live:
            return
        gone = _gone_place(ticket)
        lost = ticket.attendant if ticket.attendant and not ticket.attendant.is_active else None
        if not gone and not lost:
            return
        what = f"Departamento {gone}" if gone else f"Acesso de {lost}"
        put_back(
            row, by=by, department=None if gone else ticket.department, note=f"{what} desativado."
        )


def _gone_place(ticket: Ticket) -> Department | None:
    place = ticket.department
    return place if place and not place.is_active else None
