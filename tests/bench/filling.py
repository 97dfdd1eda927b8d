"""Two months of a busy store, written by the database itself: minutes, where people take months.

Every row is a copy of one the product made, with other facts: a new column needs nothing here.
"""

from collections.abc import Sequence

from django.db import connection, models

from sac.models import Contact, Conversation, Department, Message, Ticket
from sac.ordering import ARRIVAL_BITS
from tests.conftest import Actor, Shop

# Each ticket has so many messages, each conversation so many tickets.
MESSAGES, TICKETS = 10, 2
SECONDS = 60 * 86_400
WORDS = ("pedido", "entrega", "rastreio", "troca", "boleto", "pagamento", "camiseta", "prazo")
# What has fewer than a hundred words the database knows nothing of.
MODELS = 900

_COPY = """
    INSERT INTO {table}
    SELECT (jsonb_populate_record(model, jsonb_build_object('id', n, {facts}))).*
    FROM {table} model, generate_series({first}::bigint, {last}::bigint) n {more}
    WHERE model.id = {model}
"""
_PHONE = "'55119' || lpad((n % 90000000)::text, 8, '0')"
_CONTACT = f"'name', 'Cliente ' || n, 'phone', '+' || {_PHONE}"
_CONVERSATION = f"'contact_id', n, 'send_address', {_PHONE}"
_TICKET = """
    'conversation_id', {first} + (n - {first}) / {tickets},
    'code', 'B-' || n,
    'department_id', ({departments})[1 + n % {places}], 'status', told.status,
    'attendant_id', CASE WHEN told.status <> 'waiting' THEN ({attendants})[1 + n % {people}] END,
    'closed_at', CASE WHEN told.status = 'closed' THEN told.moment + interval '20 minutes' END,
    'created_at', told.moment, 'queued_at', told.moment, 'last_activity_at', told.moment,
    'taken_at', told.taken_at,
    'first_reply_at', told.taken_at,
    'preview', 'Cadê o meu pedido?', 'new_since', told.waiting, 'waiting_since', told.waiting
"""
# Of the newest chapters one in a hundred waits, and one in twenty is open.
_STATUS = """, LATERAL (
    SELECT *, CASE WHEN status <> 'waiting' THEN moment + interval '4 minutes' END AS taken_at,
        CASE WHEN status = 'waiting' THEN moment END AS waiting
    FROM (SELECT now() - make_interval(secs => ({last} - n) * {step}) AS moment,
        CASE WHEN (n - {first}) % {tickets} < {tickets} - 1 THEN 'closed'
            WHEN n / {tickets} % 100 < 1 THEN 'waiting'
            WHEN n / {tickets} % 100 < 6 THEN 'open' ELSE 'closed' END AS status) at_first
    ) told
"""
_MESSAGE = f"""
    'ticket_id', ticket.id, 'conversation_id', ticket.conversation_id, 'provider_id', 'B' || n,
    'direction', CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END,
    'origin', CASE WHEN n % 2 = 0 THEN 'customer' ELSE 'desk' END,
    'state', CASE WHEN n % 2 = 0 THEN 'received' ELSE 'read' END,
    'attendant_id', CASE WHEN n % 2 = 1 THEN ticket.attendant_id END,
    'text', ({{words}})[1 + n % 8] || ' ' || ({{words}})[1 + n / 11 % 8]
        || ' modelo' || n * 31 % {MODELS} || ' nº ' || n,
    'created_at', ticket.created_at, 'sent_at', ticket.created_at, 'revision', n % {MESSAGES},
    'sort_key', (extract(epoch FROM ticket.created_at)::bigint << {ARRIVAL_BITS})
        | (n % {1 << ARRIVAL_BITS})
"""
_LINE = f"""
    'provider_id', 'L' || n, 'text', 'Linha ' || n,
    'sort_key', model.sort_key - ((n % 100000) << {ARRIVAL_BITS})
"""


def fill(
    shop: Shop, team: list[Actor], messages: int, *, departments: Sequence[Department] = ()
) -> None:
    """Add so many messages, with the tickets and people they need, and let the planner know.

    The tickets are in the hands of this team and stand in these departments, else in the shop's.
    """
    model = shop.hears("Modelo", department=shop.support)
    tickets, first = messages // MESSAGES, _free_id()
    people = tickets // TICKETS
    _copy("sac_contact", model.conversation.contact_id, _CONTACT, first, people)
    _copy("sac_conversation", model.conversation_id, _CONVERSATION, first, people)
    told = _STATUS.format(
        first=first, last=first + tickets, tickets=TICKETS, step=SECONDS / tickets
    )
    places = departments or (shop.support, shop.sales)
    _copy("sac_ticket", model.pk, _ticket(places, team, first), first, tickets, more=told)
    home = f"JOIN sac_ticket ticket ON ticket.id = {first} + (n - {first}) / {MESSAGES}"
    said = Message.objects.get(ticket=model).pk
    words = _array([f"'{word}'" for word in WORDS])
    facts = _MESSAGE.format(words=words)
    _copy("sac_message", said, facts, first, tickets * MESSAGES, more=home)


def lengthen(shop: Shop, messages: int) -> Ticket:
    """Let one more person have written so many messages in one ticket; return it."""
    ticket = shop.hears("Conversa longa", department=shop.support)
    said = Message.objects.get(ticket=ticket).pk
    _copy("sac_message", said, _LINE, _free_id(), messages - 1)
    return ticket


def _ticket(places: Sequence[Department], team: list[Actor], first: int) -> str:
    attendants = [str(one.attendant.pk) for one in team if one.attendant]
    return _TICKET.format(
        first=first,
        tickets=TICKETS,
        departments=_array([str(one.pk) for one in places]),
        places=len(places),
        attendants=_array(attendants),
        people=len(attendants),
    )


def _copy(table: str, model: int, facts: str, first: int, count: int, *, more: str = "") -> None:
    """Copy the model's row `count` times, from id `first` on."""
    last = first + count - 1
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            _COPY.format(table=table, facts=facts, first=first, last=last, model=model, more=more)
        )
        cursor.execute(f"ANALYZE {table}")


def _free_id() -> int:
    """The first of a range of ids that no table uses."""
    kinds = (Contact, Conversation, Ticket, Message)
    highest = [kind._default_manager.aggregate(models.Max("id"))["id__max"] for kind in kinds]
    return 1_000_000 + max(pk or 0 for pk in highest)


def _array(items: list[str]) -> str:
    return f"ARRAY[{', '.join(items)}]"
