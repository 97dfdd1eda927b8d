"""Sales credited to conversations: which, and to whom. One question, whatever there is to count.

A sale is the last conversation's that somebody of the team answered before it was paid for, when
that conversation was still going on, or ended, within the store's days before the payment (those
exactly so long ago count); and in it, theirs who answered last. Whose an order is, is decided as
`sac.matching` does, surely: by the team's word, phone, CPF or CNPJ, e-mail; by no number written in
a conversation. Of several contacts who share a phone it is the one's who was answered last: every
sale is credited once at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from evendas.accounts.models import Store
from evendas.phones import SERVICE_PATTERN
from pedidos.finance import KEPT, SOLD
from pedidos.models import Order
from sac.matching import ALIAS_PATTERN
from sac.ordering import ARRIVAL_BITS

# Each part of `bought` by its own index; all that was said, by the second it is ordered by.
_CREDITED = """
    WITH sold AS MATERIALIZED ({sold}),
    reached AS (
        SELECT sold.id AS order_id, sold.store_id, known.phone
        FROM sold JOIN pedidos_orderphone known
            ON known.store_id = sold.store_id AND known.order_id = sold.id
        WHERE known.phone !~ %s
    ),
    bought AS MATERIALIZED (
        (
            SELECT reached.order_id, contact.id AS contact_id
            FROM reached JOIN sac_contact contact
                ON contact.store_id = reached.store_id AND contact.phone = reached.phone
            UNION
            SELECT reached.order_id, named.contact_id
            FROM reached JOIN sac_contactidentity named
                ON named.store_id = reached.store_id AND named.kind = 'phone'
                AND named.value = reached.phone
            UNION
            SELECT sold.id, contact.id
            FROM sold JOIN sac_contact contact
                ON contact.store_id = sold.store_id AND contact.tax_id = sold.buyer_document
            WHERE contact.tax_id <> ''
            UNION
            SELECT sold.id, contact.id
            FROM sold JOIN sac_contact contact
                ON contact.store_id = sold.store_id AND lower(contact.email) = sold.buyer_email
            WHERE contact.email <> '' AND sold.buyer_email !~ %s
            UNION
            SELECT sold.id, link.contact_id
            FROM sold JOIN sac_orderlink link
                ON link.store_id = sold.store_id AND link.order_id = sold.id
            WHERE link.kind = 'confirmed'
        )
        EXCEPT
        SELECT sold.id, link.contact_id
        FROM sold JOIN sac_orderlink link
            ON link.store_id = sold.store_id AND link.order_id = sold.id
        WHERE link.kind = 'refused'
    ),
    answered AS MATERIALIZED (
        SELECT DISTINCT ON (sold.id)
            sold.id, sold.number, sold.paid_at, sold.since, sold.kept,
            answer.ticket_id, answer.attendant_id
        FROM bought
        JOIN sold ON sold.id = bought.order_id
        JOIN sac_conversation talk
            ON talk.contact_id = bought.contact_id AND talk.store_id = sold.store_id
        CROSS JOIN LATERAL (
            SELECT message.id, message.ticket_id, message.attendant_id, message.sort_key
            FROM sac_message message
            WHERE message.conversation_id = talk.id
                AND message.sort_key < (floor(extract(epoch FROM sold.paid_at))::bigint + 1)
                    << {bits}
                AND message.origin = 'desk' AND message.direction = 'out'
                AND message.attendant_id IS NOT NULL AND message.ticket_id IS NOT NULL
                AND message.state NOT IN ('failed', 'superseded')
            ORDER BY message.sort_key DESC, message.id DESC
            LIMIT 1
        ) answer
        ORDER BY sold.id, answer.sort_key DESC, answer.id DESC
    )
    SELECT {columns}
    FROM answered
    JOIN sac_ticket ticket ON ticket.id = answered.ticket_id
    WHERE (
        ticket.closed_at BETWEEN answered.since AND answered.paid_at
        OR EXISTS (
            SELECT FROM sac_message message
            WHERE message.conversation_id = ticket.conversation_id
                AND message.ticket_id = ticket.id
                AND message.direction IN ('in', 'out')
                AND message.sort_key >= floor(extract(epoch FROM answered.since))::bigint
                    << {bits}
                AND message.sort_key < (floor(extract(epoch FROM answered.paid_at))::bigint + 1)
                    << {bits}
        )
    ) AND {narrowed}
    {ending}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditScope:
    """Sales paid from one moment to before another, of a department, an attendant, a number.

    The department is the one the conversation stands in today, `is_nowhere` none.
    """

    store: Store
    begins: datetime
    ends: datetime
    department_id: int | None = None
    attendant_id: int | None = None
    instance_id: int | None = None
    is_nowhere: bool = False


class Share(NamedTuple):
    """What one attendant is credited with: how many orders, and what was kept of them in reais."""

    attendant_id: int
    orders: int
    kept: Decimal


class Credited(NamedTuple):
    """A sale, and the conversation it is credited to."""

    order_id: int
    number: str
    paid_at: datetime
    kept: Decimal
    ticket_id: int
    attendant_id: int


def credit_by_attendant(scope: CreditScope) -> list[Share]:
    """Return the share of everybody who has any."""
    rows = _ask(
        scope,
        "answered.attendant_id, count(*), sum(answered.kept)",
        "GROUP BY answered.attendant_id",
    )
    return [Share(*row) for row in rows]


def credited_orders(scope: CreditScope, *, below: int | None, most: int) -> list[Credited]:
    """Return so many sales, the last paid first, from below this order on."""
    ending = "ORDER BY answered.paid_at DESC, answered.id DESC LIMIT %s"
    following = "(answered.paid_at, answered.id) < (SELECT paid_at, id FROM sold WHERE id = %s)"
    rows = _ask(
        scope,
        "answered.id, answered.number, answered.paid_at, answered.kept, answered.ticket_id,"
        " answered.attendant_id",
        ending if below is None else f"AND {following} {ending}",
        [most] if below is None else [below, most],
    )
    return [Credited(*row) for row in rows]


def _ask(
    scope: CreditScope, columns: str, ending: str, values: Sequence[int] = ()
) -> list[tuple[Any, ...]]:
    sold, known = _sold(scope)
    narrowed, chosen = _narrowed(scope)
    sql = _CREDITED.format(
        sold=sold, columns=columns, narrowed=narrowed, ending=ending, bits=ARRIVAL_BITS
    )
    told = [*known, SERVICE_PATTERN, ALIAS_PATTERN, *chosen, *values]
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return list(cursor.fetchall())


def _sold(scope: CreditScope) -> tuple[str, Sequence[Any]]:
    """The sales that stand, by the same condition as everywhere; `since` their days begin."""
    orders = Order.objects.in_store(scope.store).filter(
        SOLD, paid_at__gte=scope.begins, paid_at__lt=scope.ends
    )
    stretch = timedelta(days=scope.store.sale_within_days)
    columns = ("id", "store_id", "number", "paid_at", "buyer_document", "buyer_email")
    told = orders.values(*columns, kept=KEPT, since=F("paid_at") - stretch)
    sql, values = told.order_by().query.sql_with_params()
    return str(sql), values


def _narrowed(scope: CreditScope) -> tuple[str, list[int]]:
    chosen = {
        "ticket.department_id": scope.department_id,
        "answered.attendant_id": scope.attendant_id,
        "ticket.instance_id": scope.instance_id,
    }
    asked = {column: value for column, value in chosen.items() if value is not None}
    parts = ["ticket.department_id IS NULL"] if scope.is_nowhere else []
    parts += [f"{column} = %s" for column in asked]
    return " AND ".join(parts or ["true"]), list(asked.values())
