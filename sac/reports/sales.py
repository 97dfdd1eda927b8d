"""Sales credited to conversations, of a period and of what else a report asks for."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from pedidos.finance import Amount
from sac.models import Attendant, Ticket
from sac.models.credit import Credited, CreditScope, credit_by_attendant, credited_orders
from sac.permissions import Rights
from sac.reports.scope import Scope

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """What an attendant is credited with."""

    attendant_id: int
    name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Sales:
    """All that is credited to conversations, the most to one attendant first."""

    lines: Sequence[Line]

    @property
    def amount(self) -> Amount:
        return sum((line.amount for line in self.lines), Amount())


@dataclass(frozen=True, slots=True)
class Sale:
    """An order, and the conversation it is credited to: whether this person may read it."""

    order_id: int
    number: str
    paid_at: datetime
    kept: Decimal
    ticket: Ticket
    attendant: str
    is_visible: bool


def sales(scope: Scope) -> Sales:
    """Pedidos pagos no período, menos o que foi reembolsado, que vieram de uma conversa: a última
    em que uma pessoa da equipe respondeu ao comprador antes do pagamento, se ela ainda estava
    ativa, ou foi encerrada, até os dias que a loja escolheu antes dele. A venda é de quem
    respondeu por último nessa conversa, e conta uma vez só. Vale o que liga o pedido ao contato
    com certeza: telefone, CPF ou CNPJ, e-mail, ou a palavra da equipe. Pedidos cancelados,
    reembolsados por inteiro, de teste ou em outra moeda não contam.
    """
    # Two queries.
    shares = credit_by_attendant(_credit_scope(scope))
    names = dict(Attendant.objects.in_store(scope.store).values_list("pk", "nickname"))
    lines = [Line(one.attendant_id, names[one.attendant_id], Amount(*one[1:])) for one in shares]
    return Sales(sorted(lines, key=lambda line: (-line.amount.total, line.name.casefold())))


MEANING: Final = " ".join((inspect.getdoc(sales) or "").split())


def sales_page(scope: Scope, rights: Rights, *, below: int | None) -> tuple[list[Sale], int | None]:
    """Return PAGE sales and from which order on the next go, None at the end. Three queries."""
    found = credited_orders(_credit_scope(scope), below=below, most=PAGE + 1)
    shown = found[:PAGE]
    ids = {one.ticket_id for one in shown}
    tickets = Ticket.objects.in_store(scope.store).select_related("department").in_bulk(ids)
    visible = Ticket.objects.visible_to(rights).filter(pk__in=ids)
    seen = set(visible.order_by().values_list("pk", flat=True))
    names = dict(Attendant.objects.in_store(scope.store).values_list("pk", "nickname"))
    rows = [_sale(one, tickets[one.ticket_id], names, seen) for one in shown]
    return rows, shown[-1].order_id if len(found) > PAGE else None


def _sale(one: Credited, ticket: Ticket, names: dict[int, str], seen: set[int]) -> Sale:
    return Sale(
        order_id=one.order_id,
        number=one.number,
        paid_at=one.paid_at,
        kept=one.kept,
        ticket=ticket,
        attendant=names[one.attendant_id],
        is_visible=ticket.pk in seen,
    )


def _credit_scope(scope: Scope) -> CreditScope:
    return CreditScope(
        store=scope.store,
        begins=scope.begins,
        ends=scope.ends,
        department_id=scope.department.pk if scope.department else None,
        attendant_id=scope.attendant.pk if scope.attendant else None,
        instance_id=scope.instance.pk if scope.instance else None,
        is_nowhere=scope.is_nowhere,
    )
