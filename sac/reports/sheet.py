"""A sheet of tickets as CSV, one a line, as Excel in Brazil opens it; see evendas/sheets.py."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Avg, Count, Min, OuterRef, Subquery
from django.utils import timezone

from evendas.accounts.models import Store
from evendas.phones import written_out
from evendas.sheets import MARK, sheet_lines
from sac.models import Contact, Ticket, TicketEvent
from sac.models.ticket import TicketQuerySet

Kind = TicketEvent.Kind
# Tickets read at once.
CHUNK = 500
COLUMNS = (
    "Código",
    "Canal de entrada",
    "Departamento",
    "Atendente",
    "Situação",
    "Início",
    "Assumido em",
    "Primeira resposta em",
    "Encerrado em",
    "Encerrado por",
    "Espera na fila (s)",
    "1ª resposta (s)",
    "Atendimento (s)",
    "Transferências",
    "Motivo",
    "Etiquetas",
    "Avaliação",
)
OF_CUSTOMER = ("Cliente", "Telefone", "E-mail")


def sheet(tickets: TicketQuerySet, store: Store, *, with_customer: bool) -> Iterator[bytes]:
    """Yield the file piece by piece; `with_customer` adds who it was."""
    columns = (*COLUMNS, *OF_CUSTOMER) if with_customer else COLUMNS
    yield (MARK + sheet_lines([columns])).encode()
    told = _with_facts(tickets, store)
    below: int | None = None
    while rows := list((told if below is None else told.filter(pk__lt=below))[:CHUNK]):
        cells = (_cells(row, store.zone, with_customer=with_customer) for row in rows)
        yield sheet_lines(cells).encode()
        below = rows[-1].pk


def _with_facts(tickets: TicketQuerySet, store: Store) -> TicketQuerySet:
    """With everything a line says, in one question per chunk."""

    def steps(kind: str) -> Any:  # noqa: ANN401 - of values
        mine = TicketEvent.objects.in_store(store).filter(ticket=OuterRef("pk"), kind=kind)
        return mine.standing(store).order_by().values("ticket")

    worn = Ticket.objects.in_store(store).filter(pk=OuterRef("pk"), tags__isnull=False)
    related = tickets.select_related(
        "department", "attendant", "instance", "closed_by", "conversation__contact"
    )
    return related.annotate(
        waited=Subquery(steps(Kind.TAKEN).annotate(v=Avg("wait_seconds")).values("v")),
        replied=Subquery(steps(Kind.FIRST_REPLY).annotate(v=Avg("wait_seconds")).values("v")),
        replied_at=Subquery(steps(Kind.FIRST_REPLY).annotate(v=Min("at")).values("v")),
        handled=Subquery(steps(Kind.CLOSED).annotate(v=Avg("handled_seconds")).values("v")),
        moves=Subquery(steps(Kind.TRANSFERRED_OUT).annotate(v=Count("id")).values("v")),
        score=Subquery(steps(Kind.SURVEY_ANSWERED).annotate(v=Avg("score")).values("v")),
        tag_names=ArraySubquery(worn.order_by("tags__name").values("tags__name")),
    )


def _cells(row: Any, zone: ZoneInfo, *, with_customer: bool) -> list[str]:  # noqa: ANN401 - annotated
    moments = (row.created_at, row.taken_at, row.replied_at, row.closed_at)
    numbers = (row.waited, row.replied, row.handled, row.moves or 0)
    cells = [
        row.code,
        str(row.instance),
        str(row.department or ""),
        str(row.attendant or ""),
        row.get_status_display(),
        *(_moment(moment, zone) for moment in moments),
        str(row.closed_by or ""),
        *("" if number is None else str(round(number)) for number in numbers),
        row.close_reason,
        ", ".join(row.tag_names),
        "" if row.score is None else str(round(row.score)),
    ]
    return cells + _customer(row.conversation.contact) if with_customer else cells


def _customer(contact: Contact) -> list[str]:
    return [contact.name, written_out(contact.phone) if contact.phone else "", contact.email]


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{timezone.localtime(moment, zone):%d/%m/%Y %H:%M:%S}" if moment else ""
